"""The freehand lasso: drag around what is meant."""

from __future__ import annotations

import math

import numpy as np

from core.document.geometry import FloatArray, Keypoints, Polygon
from core.imaging.rasterise import rasterise
from core.imaging.tracing import simplify
from gui.tools.checkpoint import number_of, payload_of, points_of, record_of
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
from gui.tools.object_finder import ObjectFinder
from gui.tools.responses import (
    attempt,
    clear_selection,
    clipped_point,
    delete_selected,
    encloses_area,
    new_object,
    only_selected,
    painted,
)
from gui.tools.tool import NOTHING, REDRAW, DraftRecord, ToolContext, ToolResponse

_STEP_SCREEN_PX = 2.0
_SIMPLIFIED_SCREEN_PX = 0.75

_NOTHING_TO_EDIT = ToolResponse(message="Select an object first, or begin on the one to take from.")

Point = tuple[float, float]


class LassoTool:
    """A line that follows the pointer while a button is held; letting go closes it.

    Left draws a new outline; with Ctrl it is added to the selected object.
    Right or Shift takes it away from the selected object, or from the one under
    the first point. Where points snap, so do both ends of the line; on the outline
    of one neighbour they are joined along it.
    """

    name = "lasso"

    def __init__(self) -> None:
        self._points: list[Point] = []
        self._held: Button | None = None
        self._subtracts = False
        self._target_id: int | None = None
        self._scale = 1.0
        self._finder = ObjectFinder()
        self._edges = NeighbourEdges()
        self._begun_on: EdgePoint | None = None
        self._ends_on: EdgePoint | None = None
        self._hovered: tuple[Point, ...] = ()

    def handle(self, event: ToolEvent, context: ToolContext) -> ToolResponse:
        """Take an event; what was enclosed becomes a change when the button is released."""
        if isinstance(event, CommandEvent):
            return self._command(event.command, context)
        if not isinstance(event, PointerEvent):
            return NOTHING
        self._scale = event.image_px_per_screen_px
        if event.kind in (PointerKind.PRESS, PointerKind.DOUBLE_CLICK):
            return self._press(event, context)
        if self._held is None:
            return self._hover(event, context)
        if event.kind is PointerKind.MOVE:
            if event.button is Button.NONE:
                return self._complete(context)  # the release went elsewhere
            self._extend(event, context)
            return REDRAW
        if event.kind is PointerKind.RELEASE and event.button is self._held:
            self._extend(event, context)
            return self._complete(context)
        return NOTHING

    def draft(self, context: ToolContext) -> Draft:
        """The line so far, closed."""
        if not self._points:
            return Draft(handles=self._marked, cursor=Cursor.CROSS, color=context.label.color)
        line = DraftPath(np.array(self._ring(self._points)), closed=True, vertices=False)
        return Draft(
            paths=(line,), handles=self._marked, cursor=Cursor.CROSS, color=context.label.color
        )

    def finish(self, context: ToolContext) -> ToolResponse:
        """Keep what encloses an area, drop anything less."""
        response = self._complete(context)
        return response if response.change else REDRAW

    def cancel(self) -> None:
        """Drop the line."""
        self._points.clear()
        self._held = self._target_id = None
        self._begun_on = self._ends_on = None
        self._subtracts = False

    def checkpoint(self, context: ToolContext) -> DraftRecord | None:
        """The line so far and what it is for."""
        if len(self._points) < 3:
            return None
        payload = {
            "points": self._points,
            "target": self._target_id,
            "subtract": self._subtracts,
        }
        return record_of(self.name, context, payload)

    def restore(self, record: DraftRecord, context: ToolContext) -> None:
        """Show the line again; it is closed by Enter, the next press or on leaving."""
        payload = payload_of(record, self.name, context)
        points = points_of(payload, "points")
        target_id = number_of(payload, "target")
        self.cancel()
        self._points = [clipped_point(*point, context.document.size) for point in points]
        self._target_id = target_id
        self._subtracts = payload.get("subtract") is True

    def _press(self, event: PointerEvent, context: ToolContext) -> ToolResponse:
        if event.button is Button.NONE or self._held is not None:
            return NOTHING
        if self._points:
            return self._complete(context)
        subtracts = event.button is Button.RIGHT or Modifiers.SHIFT in event.modifiers
        target = None
        if subtracts or Modifiers.CONTROL in event.modifiers:
            target = only_selected(context)
            if target is None and subtracts:
                target = self._finder.smallest_at(context, event.x, event.y)
            if target is None or isinstance(target.geometry, Keypoints):
                return _NOTHING_TO_EDIT
            if target.locked:
                return ToolResponse(message="This object is locked. Unlock it with L first.")
        self._held, self._subtracts = event.button, subtracts
        self._target_id = None if target is None else target.id
        self._extend(event, context)
        self._begun_on = self._ends_on
        return REDRAW

    def _hover(self, event: PointerEvent, context: ToolContext) -> ToolResponse:
        """Show where a line would begin."""
        before = self._ends_on
        gone = self._points or event.kind is PointerKind.LEAVE
        self._ends_on = None if gone else self._edge_at(event, context)
        return NOTHING if before is None and self._ends_on is None else REDRAW

    def _edge_at(self, event: PointerEvent, context: ToolContext) -> EdgePoint | None:
        return self._edges.set_point(event, context, control_frees=False).edge

    def _extend(self, event: PointerEvent, context: ToolContext) -> None:
        self._ends_on = self._edge_at(event, context)
        if not self._points and self._ends_on is not None:
            self._points.append(clipped_point(*self._ends_on.place, context.document.size))
            return
        point = clipped_point(event.x, event.y, context.document.size)
        reach = _STEP_SCREEN_PX * self._scale
        if not self._points or math.dist(point, self._points[-1]) >= reach:
            self._points.append(point)

    @property
    def _marked(self) -> tuple[Point, ...]:
        return () if self._ends_on is None else (self._ends_on.place,)

    def _ring(self, points: list[Point]) -> list[Point]:
        """Some points of the line, and how it is closed."""
        if self._ends_on is None:
            return points
        return [*points, self._ends_on.place, *way_between(self._ends_on, self._begun_on)]

    def _complete(self, context: ToolContext) -> ToolResponse:
        target_id, subtracts = self._target_id, self._subtracts
        ring = self._outline(list(self._points))
        self.cancel()
        if ring is None:
            return ToolResponse(message="Drag around what you mean.", draft_changed=True)
        polygon = Polygon.from_points(ring)
        if target_id is None:
            return new_object(context, polygon, self.name, "Draw with the lasso")
        if target_id not in context.document.annotations:
            return ToolResponse(message="The object is no longer there.", draft_changed=True)
        area = rasterise(polygon, context.document.size)
        return attempt(lambda: painted(context, target_id, area, subtracts), frozenset({target_id}))

    def _outline(self, points: list[Point]) -> FloatArray | None:
        """The ring with few vertices, None when it encloses nothing."""
        closed = self._ring(points)
        if len(points) < 3 or not encloses_area(np.array(closed)):
            return None
        fewer = simplify(Polygon.from_points(points), _SIMPLIFIED_SCREEN_PX * self._scale)
        kept = [(float(x), float(y)) for x, y in fewer.parts[0].exterior]
        if self._begun_on is not None and kept[0] != points[0]:
            kept = [points[0], *kept]
        ring = np.array(self._ring(kept))
        return ring if encloses_area(ring) else np.array(closed)

    def _command(self, command: Command, context: ToolContext) -> ToolResponse:
        if self._points:
            if command is Command.FINISH:
                return self._complete(context)
            self.cancel()
            return REDRAW
        if command is Command.DELETE:
            return delete_selected(context)
        return clear_selection(context) if command is Command.CANCEL else NOTHING
