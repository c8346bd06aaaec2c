"""Where the outlines of other objects run, for vertices that shall lie on them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from core.document.annotation import Annotation, Geometry
from core.document.document import ImageDocument
from core.document.geometry import Box, FloatArray, Polygon, RotatedBox
from core.document.mask import Mask
from core.imaging.hit_test import HitIndex
from core.imaging.tracing import trace_mask
from gui.tools.tool import ToolContext

_MOST_RINGS_KEPT = 256
_LARGEST_TRACED_PX = 4_000_000  # tracing a larger mask would be felt under the hand


@dataclass(frozen=True, slots=True, eq=False)
class EdgePoint:
    """A point on an outline: ``ring`` is the outline, ``at`` the vertex before it plus a share."""

    x: float
    y: float
    ring: FloatArray
    at: float

    @property
    def place(self) -> tuple[float, float]:
        """The point as a vertex."""
        return self.x, self.y


class NeighbourEdges:
    """Finds the nearest point on the outlines of other visible objects of the layer."""

    def __init__(self) -> None:
        self._document: ImageDocument | None = None
        self._index: HitIndex | None = None
        self._rings: OrderedDict[int, tuple[Geometry, tuple[FloatArray, ...]]] = OrderedDict()

    def nearest(
        self, context: ToolContext, x: float, y: float, reach_px: float, apart_from: int = 0
    ) -> EdgePoint | None:
        """The nearest vertex within reach, else the nearest point of an edge, else None."""
        vertex: tuple[float, EdgePoint] | None = None
        edge: tuple[float, EdgePoint] | None = None
        for item in self._near(context, x, y, reach_px, apart_from):
            for ring in self._rings_of(item.geometry):
                for found, is_vertex in ((_vertex(ring, x, y), True), (_foot(ring, x, y), False)):
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

    def _rings_of(self, geometry: Geometry) -> tuple[FloatArray, ...]:
        """The same arrays each time, so that points on one outline are known as such."""
        kept = self._rings.get(id(geometry))
        if kept is None:
            kept = (geometry, tuple(_outlines(geometry)))
            self._rings[id(geometry)] = kept
            if len(self._rings) > _MOST_RINGS_KEPT:
                self._rings.popitem(last=False)
        return kept[1]


def way_between(start: EdgePoint, end: EdgePoint) -> list[tuple[float, float]]:
    """The vertices of the outline between two points on it, the shorter way round.

    Empty when the points lie on different outlines or on one edge.
    """
    if start.ring is not end.ring:
        return []
    forward = _forward(start, end)
    backward = _forward(end, start)[::-1]
    ways = [forward, backward]
    lengths = [_length([start.place, *way, end.place]) for way in ways]
    return ways[int(np.argmin(lengths))]


def _forward(start: EdgePoint, end: EdgePoint) -> list[tuple[float, float]]:
    count = len(start.ring)
    first = int(np.floor(start.at)) + 1
    stop = end.at if end.at >= start.at else end.at + count
    numbers = range(first, int(np.ceil(stop)))
    return [(float(x), float(y)) for x, y in (start.ring[number % count] for number in numbers)]


def _length(points: list[tuple[float, float]]) -> float:
    return float(np.hypot(*np.diff(np.array(points), axis=0).T).sum())


def _outlines(geometry: Geometry) -> Iterator[FloatArray]:
    if isinstance(geometry, Mask):
        if geometry.is_empty or geometry.box.width * geometry.box.height > _LARGEST_TRACED_PX:
            return
        geometry = trace_mask(geometry)
    if isinstance(geometry, Polygon):
        for part in geometry.parts:
            yield from part.rings
    elif isinstance(geometry, RotatedBox):
        yield geometry.corners()
    elif isinstance(geometry, Box):
        box = geometry
        corners = [(box.x, box.y), (box.right, box.y), (box.right, box.bottom), (box.x, box.bottom)]
        yield np.array(corners, np.float64)


def _vertex(ring: FloatArray, x: float, y: float) -> tuple[float, EdgePoint]:
    distance = np.hypot(ring[:, 0] - x, ring[:, 1] - y)
    index = int(np.argmin(distance))
    found = EdgePoint(float(ring[index, 0]), float(ring[index, 1]), ring, float(index))
    return float(distance[index]), found


def _foot(ring: FloatArray, x: float, y: float) -> tuple[float, EdgePoint]:
    along = np.roll(ring, -1, axis=0) - ring
    length = np.maximum((along**2).sum(axis=1), 1e-12)
    share = np.clip(((np.array([x, y]) - ring) * along).sum(axis=1) / length, 0, 1)
    feet = ring + share[:, None] * along
    distance = np.hypot(feet[:, 0] - x, feet[:, 1] - y)
    index = int(np.argmin(distance))
    foot_x, foot_y = (float(value) for value in feet[index])
    return float(distance[index]), EdgePoint(foot_x, foot_y, ring, index + float(share[index]))
