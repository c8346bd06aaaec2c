"""Draw a turned rectangle: its first side, then how far it reaches."""

from __future__ import annotations

import math

import numpy as np

from core.document.geometry import RotatedBox, Size
from gui.tools.checkpoint import payload_of, points_of, record_of, unreadable
from gui.tools.draft import Cursor, Draft, DraftPath
from gui.tools.events import (
    Button,
    Command,
    CommandEvent,
    PointerEvent,
    PointerKind,
    ToolEvent,
)
from gui.tools.neighbour_edges import NeighbourEdges
from gui.tools.responses import clear_selection, clipped_point, delete_selected, new_object
from gui.tools.tool import NOTHING, REDRAW, DraftRecord, ToolContext, ToolResponse

_DRAG_SCREEN_PX = 4.0
_SMALLEST_SIDE_PX = 0.5

Point = tuple[float, float]


class RotatedRectangleTool:
    """Idle, drawing the first side, or reaching across from it.

    Drag the first side, or click both of its ends; then click the other side. Where
    points snap, all three do.
    """

    name = "rotated_rectangle"

    def __init__(self) -> None:
        self._side: list[Point] = []
        self._pointer: Point = (0.0, 0.0)
        self._snapped: tuple[Point, ...] = ()
        self._held = False
        self._edges = NeighbourEdges()

    def handle(self, event: ToolEvent, context: ToolContext) -> ToolResponse:
        """Take an event; the rectangle is added when its other side is set."""
        if isinstance(event, CommandEvent):
            return self._command(event.command, context)
        if not isinstance(event, PointerEvent):
            return NOTHING
        if event.kind is PointerKind.LEAVE:
            self._snapped = ()
            return REDRAW
        before, point = self._snapped, self._edges.set_point(event, context)
        self._pointer = point.place
        self._snapped = (point.place,) if point.edge else ()
        if event.kind in (PointerKind.PRESS, PointerKind.DOUBLE_CLICK):
            return self._press(event, context)
        if not self._side:
            return NOTHING if before == self._snapped else REDRAW
        if event.kind is PointerKind.RELEASE and event.button is Button.LEFT and self._held:
            self._held = False
            reach = _DRAG_SCREEN_PX * event.image_px_per_screen_px
            if len(self._side) == 1 and math.dist(self._side[0], self._pointer) >= reach:
                self._side.append(self._pointer)
                return ToolResponse(message="Click the other side.", draft_changed=True)
        return REDRAW

    def draft(self, context: ToolContext) -> Draft:
        """The side or the rectangle under way."""
        color = context.label.color
        if not self._side:
            return Draft(cursor=Cursor.CROSS, color=color, handles=self._snapped)
        if len(self._side) == 1:
            path = DraftPath(np.array([self._side[0], self._pointer]))
        else:
            box = box_across(self._side[0], self._side[1], self._pointer, context.document.size)
            path = DraftPath(box.corners(), closed=True, vertices=False)
        handles = (*self._side, *self._snapped)
        return Draft(paths=(path,), handles=handles, cursor=Cursor.CROSS, color=color)

    def finish(self, context: ToolContext) -> ToolResponse:
        """Drop a rectangle of which only one side is set."""
        self.cancel()
        return REDRAW

    def cancel(self) -> None:
        """Drop what is under way."""
        self._side.clear()
        self._snapped = ()
        self._held = False

    def checkpoint(self, context: ToolContext) -> DraftRecord | None:
        """The ends of the first side that are set."""
        return record_of(self.name, context, {"side": self._side}) if self._side else None

    def restore(self, record: DraftRecord, context: ToolContext) -> None:
        """Go on from the first side."""
        points = points_of(payload_of(record, self.name, context), "side")
        if not 1 <= len(points) <= 2:
            raise unreadable()
        self.cancel()
        self._side = [clipped_point(*point, context.document.size) for point in points]
        self._pointer = self._side[-1]

    def _press(self, event: PointerEvent, context: ToolContext) -> ToolResponse:
        if event.button is Button.RIGHT and self._side:
            self._side.pop()
            return REDRAW
        if event.button is not Button.LEFT:
            return NOTHING
        if len(self._side) == 2:
            return self._complete(context)
        reach = _DRAG_SCREEN_PX * event.image_px_per_screen_px
        if self._side and math.dist(self._side[0], self._pointer) < reach:
            return ToolResponse(message="Click the other end of the side.", draft_changed=True)
        self._side.append(self._pointer)
        self._held = len(self._side) == 1
        return REDRAW

    def _complete(self, context: ToolContext) -> ToolResponse:
        box = box_across(self._side[0], self._side[1], self._pointer, context.document.size)
        if min(box.width, box.height) < _SMALLEST_SIDE_PX:
            return ToolResponse(
                message="This rectangle is too thin. Click the other side.", draft_changed=True
            )
        self.cancel()
        return new_object(context, box, self.name, "Draw rotated rectangle")

    def _command(self, command: Command, context: ToolContext) -> ToolResponse:
        if not self._side:
            if command is Command.DELETE:
                return delete_selected(context)
            return clear_selection(context) if command is Command.CANCEL else NOTHING
        if command is Command.FINISH and len(self._side) == 2:
            return self._complete(context)
        if command is Command.DROP_LAST:
            self._side.pop()
            return REDRAW
        if command is not Command.FINISH:
            self.cancel()
        return REDRAW


def box_across(start: Point, end: Point, across: Point, size: Size) -> RotatedBox:
    """The rectangle on a side from ``start`` to ``end`` that reaches as far as a point.

    It is cut short at the border of the image.
    """
    along = np.subtract(end, start)
    length = float(np.hypot(*along))
    if length == 0:
        return RotatedBox(start[0], start[1], 0.0, 0.0, 0.0)
    normal = np.array([-along[1], along[0]]) / length
    depth = float(np.subtract(across, start) @ normal)
    step = normal * math.copysign(1.0, depth)
    depth = min(abs(depth), *(_room(corner, step, size) for corner in (start, end)))
    center = (np.array(start) + end) / 2 + step * depth / 2
    angle = math.degrees(math.atan2(along[1], along[0]))
    return RotatedBox(float(center[0]), float(center[1]), length, depth, angle)


def _room(corner: Point, step: np.ndarray[tuple[int], np.dtype[np.float64]], size: Size) -> float:
    """How far one can go from a corner along a direction before leaving the image."""
    room = math.inf
    for place, pace, limit in zip(corner, step.tolist(), (size.width, size.height), strict=True):
        if pace > 1e-12:
            room = min(room, (limit - place) / pace)
        elif pace < -1e-12:
            room = min(room, -place / pace)
    return max(room, 0.0)
