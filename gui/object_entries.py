"""Rows of the Edit menu for the selected objects: attributes, hiding, order, groups."""

from __future__ import annotations

from gui.actions import ActionEntry
from gui.attribute_commands import AttributeCommands
from gui.workbench import Workbench


def object_entries(bench: Workbench, attributes: AttributeCommands) -> tuple[ActionEntry, ...]:
    """What is done to objects as wholes; their shapes have the Tools menu."""
    menu = "&Edit"
    return (
        ActionEntry(
            "edit_attributes",
            "Edit attributes",
            attributes.edit_requested.emit,
            ("Ctrl+Shift+A",),
            menu,
            separator_before=True,
        ),
        ActionEntry(
            "define_attributes",
            "Attributes of the pro&ject…",
            attributes.define,
            (),
            menu,
            lambda: not bench.session.project.read_only,
        ),
    )
