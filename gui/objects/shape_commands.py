"""Commands on the selected shapes and the rule for painting, as rows of the action table."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from core.document.change import Change
from core.document.document import ImageDocument
from core.editing import combining, refining
from core.errors import MaskwrightError
from gui.actions import ActionEntry
from gui.workbench import Workbench

GROW_STEP_PX = 1.0
SMOOTH_RADIUS_PX = 2.0
WIDEST_GAP_PX = 10.0

Edit = Callable[[ImageDocument, Iterable[int]], Change | None]


class ShapeCommands:
    """Applies an edit to what is selected, and says when it changes nothing."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench

    def apply(self, edit: Edit, unchanged: str) -> None:
        """Edit the selected objects as one step; ``unchanged`` is said when nothing differs.

        Everything that comes of them is selected afterwards.
        """
        session = self._bench.session
        document = session.document
        if document is None or not session.selection:
            session.message_posted.emit("Select one or more objects first.")
            return
        selection = session.selection
        try:
            change = edit(document, sorted(selection))
        except MaskwrightError as error:
            session.error_raised.emit(error)
            return
        if change is None:
            session.message_posted.emit(unchanged)
        elif session.apply(change) and session.document is not None:
            touched = selection | change.images[document.image_id].annotation_ids
            session.select(touched & session.document.annotations.keys())

    def cycle_paint_rule(self) -> None:
        """Take the next rule for painting."""
        tools = self._bench.tools
        tools.set_paint_rule(tools.paint_rule.next)

    def has_selection(self) -> bool:
        """Whether there is something to work on."""
        return bool(self._bench.session.selection)


def _grow(radius_px: float) -> Edit:
    return lambda document, ids: refining.grow(document, ids, radius_px)


def _smooth(document: ImageDocument, ids: Iterable[int]) -> Change | None:
    return refining.smooth(document, ids, SMOOTH_RADIUS_PX)


def _fill_gaps(document: ImageDocument, ids: Iterable[int]) -> Change | None:
    return combining.fill_gaps(document, ids, WIDEST_GAP_PX)


_ROWS: tuple[tuple[str, str, tuple[str, ...], Edit, str], ...] = (
    ("merge", "Merge objects", ("Ctrl+Shift+M",), combining.merge, "Nothing to merge."),
    (
        "subtract",
        "Subtract from the largest object",
        ("Ctrl+Shift+X",),
        combining.subtract,
        "These objects do not overlap.",
    ),
    (
        "intersect",
        "Intersect objects",
        ("Ctrl+Shift+I",),
        combining.intersect,
        "These objects are the same already.",
    ),
    (
        "split",
        "Split into parts",
        ("Ctrl+Shift+K",),
        combining.split_into_parts,
        "Each of these objects is in one piece.",
    ),
    (
        "fill_gaps",
        "Fill gaps between objects",
        ("Ctrl+Shift+G",),
        _fill_gaps,
        f"There is no unlabelled gap of at most {WIDEST_GAP_PX:.0f} px between these objects.",
    ),
    ("fill_holes", "Fill holes", ("Ctrl+H",), refining.fill_holes, "There is no hole."),
    (
        "remove_islands",
        "Remove islands",
        ("Ctrl+I",),
        refining.remove_islands,
        "Each of these objects is in one piece.",
    ),
    ("grow", "Grow by a pixel", ("Ctrl+]",), _grow(GROW_STEP_PX), "There is no room to grow."),
    ("shrink", "Shrink by a pixel", ("Ctrl+[",), _grow(-GROW_STEP_PX), "Nothing to shrink."),
    ("smooth", "Smooth", ("Ctrl+U",), _smooth, "These objects are smooth already."),
    (
        "to_mask",
        "Convert to masks",
        ("Ctrl+B",),
        refining.convert_to_masks,
        "These objects are masks already.",
    ),
    (
        "to_polygon",
        "Convert to outlines",
        ("Ctrl+P",),
        refining.convert_to_polygons,
        "These objects are outlines already.",
    ),
)


def shape_entries(bench: Workbench) -> tuple[ActionEntry, ...]:
    """Rows of the Tools menu for the selected shapes, and the key of the rule for painting."""
    commands, menu = ShapeCommands(bench), "&Tools"
    rule = ActionEntry(
        "paint_rule", "Next rule for painting", commands.cycle_paint_rule, ("Shift+B",), menu
    )
    rows = tuple(
        ActionEntry(
            name,
            text,
            partial(commands.apply, edit, unchanged),
            keys,
            menu,
            commands.has_selection,
            separator_before=name in ("merge", "fill_holes", "to_mask"),
        )
        for name, text, keys, edit, unchanged in _ROWS
    )
    refine = ActionEntry(
        "refine",
        "Refine with a preview",
        bench.refining.start,
        ("Shift+U",),
        menu,
        commands.has_selection,
    )
    snap = ActionEntry(
        "snap_vertices",
        "Snap points to neighbours",
        bench.tools.toggle_snapping,
        ("Shift+N",),
        menu,
        checkable=True,
    )
    return rule, snap, *rows, refine
