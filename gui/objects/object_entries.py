"""Rows of the Edit menu for the selected objects: attributes, hiding, order, groups, copies."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from core.editing.order import Placement
from gui.actions import ActionEntry
from gui.objects.attribute_commands import AttributeCommands
from gui.objects.object_commands import ObjectCommands
from gui.workbench import Workbench

_Row = tuple[str, str, Callable[[], None], tuple[str, ...]]


def object_entries(
    bench: Workbench, objects: ObjectCommands, attributes: AttributeCommands
) -> tuple[ActionEntry, ...]:
    """What is done to objects as wholes; their shapes have the Tools menu."""
    menu = "&Edit"

    def selected() -> bool:
        return bool(bench.session.selection)

    def writable() -> bool:
        return not bench.session.project.read_only

    order = objects.move_in_stack
    needs_selection: tuple[_Row, ...] = (
        ("propagate", "Copy to the ne&xt image", objects.propagate, ("Ctrl+Shift+V",)),
        ("propagate_further", "Copy to the next images…", objects.propagate_further, ()),
        ("hide", "Hide or show", objects.toggle_hidden, ("Z",)),
        ("hide_others", "Hide all others", objects.hide_others, ("Shift+Z",)),
        ("group", "Group", objects.group, ("Ctrl+G",)),
        ("ungroup", "Ungroup", objects.ungroup, ("Ctrl+Alt+G",)),
        ("forward", "Bring forward", partial(order, Placement.FORWARD), ("Ctrl+Up",)),
        ("backward", "Send backward", partial(order, Placement.BACKWARD), ("Ctrl+Down",)),
        ("to_front", "Bring to the front", partial(order, Placement.FRONT), ("Ctrl+Shift+Up",)),
        ("to_back", "Send to the back", partial(order, Placement.BACK), ("Ctrl+Shift+Down",)),
        ("edit_attributes", "Edit attributes", attributes.edit_requested.emit, ("Ctrl+Shift+A",)),
    )
    rows = [
        ActionEntry(
            name,
            text,
            run,
            keys,
            menu,
            # The attributes of the image need no selection.
            selected if name != "edit_attributes" else _always,
            separator_before=name in ("propagate", "hide", "group", "forward", "edit_attributes"),
        )
        for name, text, run, keys in needs_selection
    ]
    show_all = ActionEntry("show_all", "Sho&w all", objects.show_all, ("Alt+Z",), menu)
    rows.insert(4, show_all)
    define = ActionEntry(
        "define_attributes", "Attributes of the pro&ject…", attributes.define, (), menu, writable
    )
    return (*rows, define)


def _always() -> bool:
    return True
