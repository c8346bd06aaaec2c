"""Draw an upright box: drag it, or click two opposite corners."""

from __future__ import annotations

from dataclasses import dataclass

from core.document.geometry import Box
from gui.tools.checkpoint import payload_of, points_of, record_of, unreadable
from gui.tools.draft import Cursor, Draft
from gui.tools.events import (
    Button,
    Command,
    CommandEvent,
    PointerEvent,
    PointerKind,
    ToolEvent,
)
from gui.tools.neighbour_edges import NeighbourEdges, SetPoint
from gui.tools.responses import clear_selection, clipped_point, delete_selected, new_object
from gui.tools.tool import NOTHING, REDRAW, DraftRecord, ToolContext, ToolResponse

_DRAG_SCREEN_PX = 4.0
_SMALLEST_SIDE_PX = 0.5

Point = tuple[float, float]


@dataclass(slots=True)
class _Drawing:
    """A box under way: where it began, where the pointer is, whether the button is held."""

    start: Point
    end: Point
    held: bool

    @property
    def box(self) -> Box:
        return Box.from_corners(*self.start, *self.end)


class RectangleTool:
    """Idle, or drawing from a first corner. Where points snap, so do the corners."""

    name = "rectangle"

    def __init__(self) -> None:
        self._drawing: _Drawing | None = None
        self._edges = NeighbourEdges()
        self._snapped: SetPoint | None = None

    def handle(self, event: ToolEvent, context: ToolContext) -> ToolResponse:
        """Take an event; the box is added when its second corner is set."""
        if isinstance(event, PointerEvent):
            return self._point(event, context)
        if isinstance(event, CommandEvent):
            return self._command(event.command, context)
        return NOTHING

    def draft(self, context: ToolContext) -> Draft:
        """The box under way."""
        boxes = (self._drawing.box,) if self._drawing else ()
        snapped = () if self._snapped is None else (self._snapped.place,)
        return Draft(boxes=boxes, handles=snapped, cursor=Cursor.CROSS, color=context.label.color)

    def finish(self, context: ToolContext) -> ToolResponse:
        """Drop a box of which only one corner is set."""
        self.cancel()
        return REDRAW

    def cancel(self) -> None:
        """Drop the box under way."""
        self._drawing = self._snapped = None

    def checkpoint(self, context: ToolContext) -> DraftRecord | None:
        """Both corners of the box under way."""
        if self._drawing is None:
            return None
        corners = [self._drawing.start, self._drawing.end]
        return record_of(self.name, context, {"corners": corners})

    def restore(self, record: DraftRecord, context: ToolContext) -> None:
        """Go on from the first corner."""
        corners = points_of(payload_of(record, self.name, context), "corners")
        if len(corners) != 2:
            raise unreadable()
        start, end = (clipped_point(*corner, context.document.size) for corner in corners)
        self._drawing = _Drawing(start, end, held=False)

    def _point(self, event: PointerEvent, context: ToolContext) -> ToolResponse:
        before, point = self._snapped, self._set_point(event, context)
        drawing = self._drawing
        if event.kind in (PointerKind.PRESS, PointerKind.DOUBLE_CLICK):
            return self._press(event.button, point, context)
        if drawing is None:
            return NOTHING if before is None and self._snapped is None else REDRAW
        if event.kind is PointerKind.MOVE:
            drawing.end = point
            # Without a button the release went elsewhere: a click will end the box.
            drawing.held = drawing.held and event.button is Button.LEFT
            return REDRAW
        if event.kind is PointerKind.RELEASE and event.button is Button.LEFT and drawing.held:
            return self._release(drawing, point, event, context)
        return NOTHING

    def _set_point(self, event: PointerEvent, context: ToolContext) -> Point:
        """Where a corner would be set."""
        if event.kind is PointerKind.LEAVE:
            self._snapped = None
            return clipped_point(event.x, event.y, context.document.size)
        point = self._edges.set_point(event, context)
        self._snapped = point if point.edge else None
        return point.place

    def _press(self, button: Button, point: Point, context: ToolContext) -> ToolResponse:
        if button is Button.RIGHT and self._drawing:
            self.cancel()
            return REDRAW
        if button is not Button.LEFT:
            return NOTHING
        if self._drawing is None:
            self._drawing = _Drawing(point, point, held=True)
            return REDRAW
        self._drawing.end = point
        return self._complete(self._drawing, context)

    def _release(
        self, drawing: _Drawing, point: Point, event: PointerEvent, context: ToolContext
    ) -> ToolResponse:
        drawing.end, drawing.held = point, False
        reach = _DRAG_SCREEN_PX * event.image_px_per_screen_px
        if max(drawing.box.width, drawing.box.height) < reach:
            return ToolResponse(message="Click the opposite corner.", draft_changed=True)
        return self._complete(drawing, context)

    def _complete(self, drawing: _Drawing, context: ToolContext) -> ToolResponse:
        if min(drawing.box.width, drawing.box.height) < _SMALLEST_SIDE_PX:
            drawing.held = False
            return ToolResponse(
                message="This box is too thin. Click the opposite corner.", draft_changed=True
            )
        self.cancel()
        return self._made(drawing.box, context)

    def _made(self, box: Box, context: ToolContext) -> ToolResponse:
        """What comes of a box that is complete."""
        return new_object(context, box, self.name, "Draw rectangle")

    def _command(self, command: Command, context: ToolContext) -> ToolResponse:
        if self._drawing is None:
            if command is Command.DELETE:
                return delete_selected(context)
            return clear_selection(context) if command is Command.CANCEL else NOTHING
        if command is Command.FINISH:
            return self._complete(self._drawing, context)
        self.cancel()
        return REDRAW
