"""Live-wire scissors: an outline that follows the edges of the picture between clicks."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from core.document.geometry import FloatArray, Polygon
from core.imaging.arrays import RgbImage
from core.imaging.live_wire import LiveWire, strongest_edge
from gui.tools.checkpoint import payload_of, points_of, record_of, unreadable
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
from gui.tools.neighbour_edges import EdgePoint, NeighbourEdges, SetPoint, way_between
from gui.tools.responses import (
    STILL_OPENING,
    clear_selection,
    clipped_point,
    delete_selected,
    encloses_area,
    new_object,
)
from gui.tools.tool import NOTHING, REDRAW, DraftRecord, ToolContext, ToolResponse

_CLOSE_SCREEN_PX = 8.0
_SAME_POINT_SCREEN_PX = 2.0
_EDGE_SCREEN_PX = 5.0
_WIRE_SCREEN_PX = 1.5
"""The wire is as fine as this on the screen; coarser reaches farther for the same time."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class _Wire:
    """The map of paths from the last anchor."""

    image: RgbImage
    anchor: Point
    paths: LiveWire


class ScissorsTool:
    """Anchors, each with the path to it from the one before, and the path to the pointer.

    Click along an edge, the anchor jumps onto it; click the first anchor, press Enter or N, or
    double-click to close. The right button, Shift+click or Backspace take the
    last anchor back. With Ctrl held the path is a straight line. Where points snap, an anchor
    near a neighbour lies on its outline, and between two on one outline the path follows it.
    """

    name = "scissors"

    def __init__(self) -> None:
        self._legs: list[FloatArray] = []
        self._snapped: list[EdgePoint | None] = []
        self._edges = NeighbourEdges()
        self._pointer: SetPoint | None = None
        self._closes = False
        self._straight = False
        self._scale = 1.0
        self._wire: _Wire | None = None

    def handle(self, event: ToolEvent, context: ToolContext) -> ToolResponse:
        """Take an event; the outline is added when it is closed."""
        if isinstance(event, CommandEvent):
            return self._command(event.command, context)
        if not isinstance(event, PointerEvent):
            return NOTHING
        self._scale = event.image_px_per_screen_px
        self._straight = Modifiers.CONTROL in event.modifiers
        if event.kind is PointerKind.LEAVE:
            self._pointer, self._closes = None, False
            return REDRAW if self._legs or context.snaps else NOTHING
        place = clipped_point(event.x, event.y, context.document.size)
        reach = _CLOSE_SCREEN_PX * self._scale
        self._closes = len(self._legs) >= 3 and math.dist(place, self._first) <= reach
        point = SetPoint(place) if self._closes else self._edges.set_point(event, context)
        self._pointer = point
        if event.kind is PointerKind.PRESS:
            return self._press(event, point, context)
        if event.kind is PointerKind.DOUBLE_CLICK and event.button is Button.LEFT:
            self._add(point, context)
            return self._complete(context) if len(self._legs) >= 3 else REDRAW
        return REDRAW if self._legs or context.snaps else NOTHING

    def draft(self, context: ToolContext) -> Draft:
        """The outline so far, the path to the pointer, and the anchors."""
        color = context.label.color
        pointer = self._pointer
        snapped = (pointer.place,) if pointer is not None and pointer.edge else ()
        if not self._legs:
            return Draft(handles=snapped, cursor=Cursor.CROSS, color=color)
        done = DraftPath(np.concatenate(self._legs), vertices=False)
        anchors = tuple(_end(leg) for leg in self._legs)
        paths = [done]
        target = self._end_of_first if self._closes else pointer
        if target is not None and target.place != self._last:
            paths.append(DraftPath(self._leg_to(target, context), vertices=False))
        cursor = Cursor.POINTING if self._closes else Cursor.CROSS
        return Draft(paths=tuple(paths), handles=(*anchors, *snapped), cursor=cursor, color=color)

    def finish(self, context: ToolContext) -> ToolResponse:
        """Keep an outline that encloses an area, drop anything less."""
        response = self._complete(context)
        self.cancel()
        return response if response.change else REDRAW

    def cancel(self) -> None:
        """Drop the outline."""
        self._legs.clear()
        self._snapped.clear()
        self._closes = False
        self._wire = None

    def checkpoint(self, context: ToolContext) -> DraftRecord | None:
        """The points so far, and how many belong to each anchor."""
        if not self._legs:
            return None
        payload = {
            "points": np.concatenate(self._legs).tolist(),
            "counts": [len(leg) for leg in self._legs],
        }
        return record_of(self.name, context, payload)

    def restore(self, record: DraftRecord, context: ToolContext) -> None:
        """Go on behind the last anchor."""
        payload = payload_of(record, self.name, context)
        points, counts = points_of(payload, "points"), payload.get("counts")
        whole = isinstance(counts, list) and all(type(n) is int and n > 0 for n in counts)
        if not isinstance(counts, list) or not whole or sum(counts) != len(points):
            raise unreadable()
        self.cancel()
        ring = np.array([clipped_point(*point, context.document.size) for point in points])
        self._legs = np.split(ring, np.cumsum(counts)[:-1]) if counts else []
        self._snapped = [None] * len(self._legs)

    @property
    def _end_of_first(self) -> SetPoint:
        return SetPoint(self._first, self._snapped[0])

    @property
    def _first(self) -> Point:
        return _end(self._legs[0])

    @property
    def _last(self) -> Point:
        return _end(self._legs[-1])

    def _press(self, event: PointerEvent, point: SetPoint, context: ToolContext) -> ToolResponse:
        if event.button is Button.RIGHT or Modifiers.SHIFT in event.modifiers:
            return self._drop_last()
        if event.button is not Button.LEFT:
            return NOTHING
        if context.image is None and not self._straight:
            return STILL_OPENING
        if self._closes:
            return self._complete(context)
        self._add(point, context)
        return REDRAW

    def _add(self, point: SetPoint, context: ToolContext) -> None:
        image = context.image
        if image is not None and not self._straight and _fits(image, context) and not point.edge:
            reach = _EDGE_SCREEN_PX * self._scale
            point = SetPoint(strongest_edge(image, *point.place, reach))
        if not self._legs:
            self._legs.append(np.array([point.place]))
            self._snapped.append(point.edge)
        elif math.dist(point.place, self._last) >= _SAME_POINT_SCREEN_PX * self._scale:
            self._legs.append(self._leg_to(point, context))
            self._snapped.append(point.edge)
        if image is not None and not self._straight and _fits(image, context):
            self._paths(image, self._last)

    def _leg_to(self, point: SetPoint, context: ToolContext) -> FloatArray:
        """Points behind the last anchor up to ``point``, float64 of shape (n, 2), n ≥ 1."""
        image, before = context.image, self._snapped[-1]
        on_one = before and point.edge and before.outline is point.edge.outline
        if on_one and not self._straight:
            return np.array([*way_between(before, point.edge), point.place])
        if self._straight or image is None or not _fits(image, context):
            return np.array([point.place])
        return self._paths(image, self._last).path_to(*point.place)[1:]

    def _paths(self, image: RgbImage, anchor: Point) -> LiveWire:
        wire = self._wire
        if wire is None or wire.image is not image or wire.anchor != anchor:
            pixel_px = max(round(_WIRE_SCREEN_PX * self._scale), 1)
            wire = self._wire = _Wire(image, anchor, LiveWire(image, anchor, pixel_px))
        return wire.paths

    def _drop_last(self) -> ToolResponse:
        if not self._legs:
            return NOTHING
        self._legs.pop()
        self._snapped.pop()
        self._closes = False
        return REDRAW

    def _complete(self, context: ToolContext) -> ToolResponse:
        if len(self._legs) < 2:
            return ToolResponse(message="Click along the edge of the object first.")
        ring = np.concatenate([*self._legs, self._leg_to(self._end_of_first, context)[:-1]])
        if len(ring) < 3 or not encloses_area(ring):
            return ToolResponse(message="This outline encloses no area yet.", draft_changed=True)
        self.cancel()
        return new_object(context, Polygon.from_points(ring), self.name, "Cut out with scissors")

    def _command(self, command: Command, context: ToolContext) -> ToolResponse:
        if not self._legs:
            if command is Command.DELETE:
                return delete_selected(context)
            return clear_selection(context) if command is Command.CANCEL else NOTHING
        if command is Command.FINISH:
            return self._complete(context)
        if command is Command.CANCEL:
            self.cancel()
            return REDRAW
        return self._drop_last()


def _fits(image: RgbImage, context: ToolContext) -> bool:
    """Whether the picture has the size that was annotated."""
    return image.shape[:2] == context.document.size.shape


def _end(leg: FloatArray) -> Point:
    return float(leg[-1, 0]), float(leg[-1, 1])
