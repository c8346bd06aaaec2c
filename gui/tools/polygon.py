"""Draw an outline vertex by vertex."""

from __future__ import annotations

import math

import numpy as np

from core.document.geometry import Polygon
from gui.tools.checkpoint import payload_of, points_of, record_of
from gui.tools.draft import Cursor, Draft, DraftPath
from gui.tools.events import (
    Button,
    Command,
    CommandEvent,
    Modifiers,
    PointerEvent,
    PointerKind,
    ToolEvent,
)
from gui.tools.neighbour_edges import EdgePoint, NeighbourEdges, way_between
from gui.tools.responses import (
    clear_selection,
    clipped_point,
    delete_selected,
    encloses_area,
    new_object,
)
from gui.tools.tool import NOTHING, REDRAW, DraftRecord, ToolContext, ToolResponse

_CLOSE_SCREEN_PX = 8.0
_SAME_POINT_SCREEN_PX = 1.0

Point = tuple[float, float]


class PolygonTool:
    """A list of vertices, and the pointer that the next one would be at.

    Click the first vertex, press Enter or N, or double-click to close; the
    right button, Shift+click or Backspace drop the last vertex. Where vertices
    snap, two in a row on the outline of one neighbour follow it; Ctrl sets freely.
    """

    name = "polygon"

    def __init__(self) -> None:
        self._vertices: list[Point] = []
        self._snapped: list[EdgePoint | None] = []
        self._edges = NeighbourEdges()
        self._pointer: Point | None = None
        self._pointer_edge: EdgePoint | None = None
        self._closes = False

    def handle(self, event: ToolEvent, context: ToolContext) -> ToolResponse:
        """Take an event; the polygon is added when it is closed."""
        if isinstance(event, PointerEvent):
            return self._point(event, context)
        if isinstance(event, CommandEvent):
            return self._command(event.command, context)
        return NOTHING

    def draft(self, context: ToolContext) -> Draft:
        """The vertices, and the line from the last one to the pointer."""
        color = context.label.color
        cursor = Cursor.POINTING if self._closes else Cursor.CROSS
        snapped = () if self._pointer_edge is None else (self._pointer_edge.place,)
        if not self._vertices:
            return Draft(cursor=cursor, color=color, handles=snapped)
        closing = self._closing_way() if self._closes else []
        outline = DraftPath(
            np.array(self._vertices),
            closed=self._closes and not closing,
            active=0 if self._closes else None,
        )
        if closing:
            way = [self._vertices[-1], *closing, self._vertices[0]]
        elif self._pointer is not None and not self._closes:
            way = [self._vertices[-1], *self._way_to(self._pointer_edge), self._pointer]
        else:
            return Draft(paths=(outline,), cursor=cursor, color=color)
        line = DraftPath(np.array(way), vertices=False)
        return Draft(paths=(outline, line), cursor=cursor, color=color, handles=snapped)

    def finish(self, context: ToolContext) -> ToolResponse:
        """Keep a polygon that has an area, drop anything less."""
        response = self._complete(context)
        self.cancel()
        return response if response.change else REDRAW

    def cancel(self) -> None:
        """Drop all vertices."""
        self._vertices.clear()
        self._snapped.clear()
        self._closes = False

    def checkpoint(self, context: ToolContext) -> DraftRecord | None:
        """The vertices so far."""
        if not self._vertices:
            return None
        return record_of(self.name, context, {"vertices": self._vertices})

    def restore(self, record: DraftRecord, context: ToolContext) -> None:
        """Go on behind the last vertex."""
        points = points_of(payload_of(record, self.name, context), "vertices")
        self._vertices = [clipped_point(*point, context.document.size) for point in points]
        self._snapped = [None] * len(points)

    def _point(self, event: PointerEvent, context: ToolContext) -> ToolResponse:
        scale = event.image_px_per_screen_px
        self._pointer = clipped_point(event.x, event.y, context.document.size)
        self._pointer_edge = None
        self._closes = self._near_first(self._pointer, scale)
        if not self._closes:
            point = self._edges.set_point(event, context)
            self._pointer, self._pointer_edge = point.place, point.edge
        if event.kind is PointerKind.LEAVE:
            self._pointer, self._closes, self._pointer_edge = None, False, None
        if event.kind is PointerKind.DOUBLE_CLICK and event.button is Button.LEFT:
            return self._double_click(self._pointer, scale, context)
        if event.kind is PointerKind.PRESS:
            return self._press(event, self._pointer, scale, context)
        moved = event.kind in (PointerKind.MOVE, PointerKind.LEAVE)
        return REDRAW if moved and (self._vertices or context.snaps) else NOTHING

    def _press(
        self, event: PointerEvent, point: Point | None, scale: float, context: ToolContext
    ) -> ToolResponse:
        takes_away = event.button is Button.RIGHT or Modifiers.SHIFT in event.modifiers
        if takes_away:
            return self._drop_last()
        if event.button is not Button.LEFT or point is None:
            return NOTHING
        if self._closes:
            return self._complete(context)
        self._add(point, scale)
        return REDRAW

    def _double_click(
        self, point: Point | None, scale: float, context: ToolContext
    ) -> ToolResponse:
        """The click before has set a vertex here, unless the two were apart."""
        if point is not None:
            self._add(point, scale)
        return self._complete(context) if len(self._vertices) >= 3 else REDRAW

    def _add(self, point: Point, scale: float) -> None:
        reach = _SAME_POINT_SCREEN_PX * scale
        if self._vertices and math.dist(point, self._vertices[-1]) < reach:
            return
        way = self._way_to(self._pointer_edge)
        self._vertices.extend([*way, point])
        self._snapped.extend([*[None] * len(way), self._pointer_edge])

    def _way_to(self, edge: EdgePoint | None) -> list[Point]:
        """The vertices of a neighbour between the last vertex and a point on the same outline."""
        return way_between(self._snapped[-1] if self._snapped else None, edge)

    def _closing_way(self) -> list[Point]:
        """The vertices of a neighbour that the last edge follows, if that encloses an area."""
        way = way_between(self._snapped[-1], self._snapped[0])
        return way if way and encloses_area(np.array([*self._vertices, *way])) else []

    def _near_first(self, point: Point, scale: float) -> bool:
        if len(self._vertices) < 3:
            return False
        return math.dist(point, self._vertices[0]) <= _CLOSE_SCREEN_PX * scale

    def _drop_last(self) -> ToolResponse:
        if not self._vertices:
            return NOTHING
        self._vertices.pop()
        self._snapped.pop()
        self._closes = False
        return REDRAW

    def _complete(self, context: ToolContext) -> ToolResponse:
        if len(self._vertices) < 3:
            return ToolResponse(message="A polygon needs at least three vertices.")
        ring = np.array([*self._vertices, *self._closing_way()])
        if not encloses_area(ring):
            return ToolResponse(message="This polygon encloses no area yet.", draft_changed=True)
        self.cancel()
        return new_object(context, Polygon.from_points(ring), self.name, "Draw polygon")

    def _command(self, command: Command, context: ToolContext) -> ToolResponse:
        if not self._vertices:
            if command is Command.DELETE:
                return delete_selected(context)
            return clear_selection(context) if command is Command.CANCEL else NOTHING
        if command is Command.FINISH:
            return self._complete(context)
        if command is Command.CANCEL:
            self.cancel()
            return REDRAW
        return self._drop_last()
