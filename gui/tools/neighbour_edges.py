"""Where the outlines of other objects run, for points that shall lie on them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from core.document.annotation import Annotation
from core.document.document import ImageDocument
from core.document.geometry import FloatArray
from core.imaging.hit_test import HitIndex
from gui.tools.events import Modifiers, PointerEvent
from gui.tools.outlines import MARGIN_PX, Outline, OutlineCache
from gui.tools.responses import clipped_point
from gui.tools.tool import ToolContext

SNAP_SCREEN_PX = 8.0


@dataclass(frozen=True, slots=True, eq=False)
class EdgePoint:
    """A point on an outline; ``at`` is the vertex before it plus a share of the edge."""

    x: float
    y: float
    outline: Outline
    at: float

    @property
    def place(self) -> tuple[float, float]:
        """The point as a vertex."""
        return self.x, self.y


@dataclass(frozen=True, slots=True, eq=False)
class SetPoint:
    """Where a point comes to lie: on the outline of a neighbour, or where the pointer is."""

    place: tuple[float, float]
    edge: EdgePoint | None = None


class NeighbourEdges:
    """Finds the nearest point on the outlines of other visible objects of the layer."""

    def __init__(self) -> None:
        self._document: ImageDocument | None = None
        self._index: HitIndex | None = None
        self._outlines = OutlineCache()

    def set_point(
        self, event: PointerEvent, context: ToolContext, *, control_frees: bool = True
    ) -> SetPoint:
        """The point that is set when the pointer is here, within the image.

        Ctrl sets it freely, unless a tool means something else by it.
        """
        frees = control_frees and Modifiers.CONTROL in event.modifiers
        found = None
        if context.snaps and not frees:
            reach = SNAP_SCREEN_PX * event.image_px_per_screen_px
            found = self.nearest(context, event.x, event.y, reach)
        place = (event.x, event.y) if found is None else found.place
        return SetPoint(clipped_point(*place, context.document.size), found)

    def nearest(
        self, context: ToolContext, x: float, y: float, reach_px: float, apart_from: int = 0
    ) -> EdgePoint | None:
        """The nearest vertex within reach, else the nearest point of an edge, else None."""
        vertex: tuple[float, EdgePoint] | None = None
        edge: tuple[float, EdgePoint] | None = None
        reach_px = min(reach_px, MARGIN_PX)
        for item in self._near(context, x, y, reach_px, apart_from):
            for line in self._outlines.near(item.geometry, x, y):
                for found, is_vertex in ((_vertex(line, x, y), True), (_foot(line, x, y), False)):
                    best = vertex if is_vertex else edge
                    if found[0] <= reach_px and (best is None or found[0] < best[0]):
                        vertex, edge = (found, edge) if is_vertex else (vertex, found)
        best = vertex or edge
        return None if best is None else best[1]

    def _near(
        self, context: ToolContext, x: float, y: float, reach_px: float, apart_from: int
    ) -> Iterator[Annotation]:
        """Objects whose box is near; the boxes are kept while nothing changes."""
        if self._index is None or self._document is not context.document:
            self._index = HitIndex.of(tuple(context.document.annotations.values()), self._index)
            self._document = context.document
        left, top, right, bottom = self._index.boxes.T
        near = (left - reach_px <= x) & (x <= right + reach_px)
        near &= (top - reach_px <= y) & (y <= bottom + reach_px)
        for place in np.flatnonzero(near):
            item = self._index.annotations[place]
            seen = item.layer_id == context.layer_id and item.id not in context.hidden_ids
            if seen and item.id != apart_from:
                yield item


def way_between(start: EdgePoint | None, end: EdgePoint | None) -> list[tuple[float, float]]:
    """The vertices of the outline between two points on it, the shorter way round.

    Empty when the points lie on different outlines, on one edge, or on none.
    """
    if start is None or end is None or start.outline is not end.outline:
        return []
    ways = [
        way
        for way in (_forward(start, end), _forward(end, start)[::-1])
        if not way or start.outline.is_real(np.array(way))
    ]
    lengths = [_length([start.place, *way, end.place]) for way in ways]
    return ways[int(np.argmin(lengths))] if ways else []


def _forward(start: EdgePoint, end: EdgePoint) -> list[tuple[float, float]]:
    ring = start.outline.ring
    count = len(ring)
    first = int(np.floor(start.at)) + 1
    stop = end.at if end.at >= start.at else end.at + count
    numbers = range(first, int(np.ceil(stop)))
    return [(float(x), float(y)) for x, y in (ring[number % count] for number in numbers)]


def _length(points: list[tuple[float, float]]) -> float:
    return float(np.hypot(*np.diff(np.array(points), axis=0).T).sum())


def _vertex(outline: Outline, x: float, y: float) -> tuple[float, EdgePoint]:
    ring = outline.ring
    distance = np.hypot(ring[:, 0] - x, ring[:, 1] - y)
    index = int(np.argmin(distance))
    found = EdgePoint(float(ring[index, 0]), float(ring[index, 1]), outline, float(index))
    return float(distance[index]), found


def _foot(outline: Outline, x: float, y: float) -> tuple[float, EdgePoint]:
    ring: FloatArray = outline.ring
    along = np.roll(ring, -1, axis=0) - ring
    length = np.maximum((along**2).sum(axis=1), 1e-12)
    share = np.clip(((np.array([x, y]) - ring) * along).sum(axis=1) / length, 0, 1)
    feet = ring + share[:, None] * along
    distance = np.hypot(feet[:, 0] - x, feet[:, 1] - y)
    index = int(np.argmin(distance))
    foot_x, foot_y = (float(value) for value in feet[index])
    return float(distance[index]), EdgePoint(foot_x, foot_y, outline, index + float(share[index]))
