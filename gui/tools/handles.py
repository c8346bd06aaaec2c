"""The handles of a shape, and what becomes of the shape when one is dragged.

Pure functions. A handle is a corner or side of a box, what turns it, a vertex, or
the middle of an edge, where a new vertex can be pulled out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum, auto

import numpy as np

from core.document.annotation import Annotation, Geometry
from core.document.geometry import (
    Box,
    FloatArray,
    Keypoints,
    Polygon,
    PolygonPart,
    RotatedBox,
    Visibility,
)
from gui.tools.rotated_handles import PLACES, grip_points, resized, turned, turning_point

_ROOM_FOR_MIDDLE = 4.0  # an edge shows its middle when it is this many tolerances long


class HandleKind(Enum):
    """What a handle belongs to."""

    BOX = auto()
    VERTEX = auto()
    EDGE = auto()
    SIDE = auto()
    TURN = auto()


@dataclass(frozen=True, slots=True)
class Handle:
    """A place to grip a shape, at (x, y) in image coordinates.

    ``index`` is the place around a box, the vertex, or the vertex before an
    edge; ``part`` and ``ring`` say where it is in a polygon (ring 0 is the
    outline). ``beside`` says that it is a keypoint that the object has beside its shape.
    """

    kind: HandleKind
    x: float
    y: float
    index: int
    part: int = 0
    ring: int = 0
    beside: bool = False


def grip_of(item: Annotation, x: float, y: float, tolerance_px: float) -> Handle | None:
    """The nearest keypoint beside the shape of an object, else the nearest handle of the shape."""
    if item.keypoints is not None:
        point = _nearest_keypoint(item.keypoints, x, y, tolerance_px)
        if point is not None:
            return replace(point, beside=True)
    return handle_at(item.geometry, x, y, tolerance_px)


def held_shape(item: Annotation, handle: Handle) -> Geometry:
    """What of an object a handle belongs to."""
    return item.keypoints if handle.beside and item.keypoints else item.geometry


def box_handles(box: Box) -> list[Handle]:
    """Corners and middles of the sides, clockwise from the top left."""
    return [
        Handle(HandleKind.BOX, box.x + fx * box.width, box.y + fy * box.height, index)
        for index, (fx, fy) in enumerate(PLACES)
    ]


def edge_middles(polygon: Polygon, shortest_px: float) -> list[tuple[float, float]]:
    """Middles of all edges of at least this length."""
    return [
        (float(x), float(y))
        for _, _, ring in _rings(polygon)
        for x, y in _middles(ring)[_edge_lengths(ring) >= shortest_px]
    ]


def handle_at(geometry: Geometry, x: float, y: float, tolerance_px: float) -> Handle | None:
    """The nearest handle within reach; vertices come before the middles of edges."""
    if isinstance(geometry, Box):
        return _nearest_box_handle(geometry, x, y, tolerance_px)
    if isinstance(geometry, RotatedBox):
        return _nearest_rotated_handle(geometry, x, y, tolerance_px)
    if isinstance(geometry, Keypoints):
        return _nearest_keypoint(geometry, x, y, tolerance_px)
    if isinstance(geometry, Polygon):
        return _nearest_vertex(geometry, x, y, tolerance_px) or _nearest_middle(
            geometry, x, y, tolerance_px
        )
    return None


def edge_at(polygon: Polygon, x: float, y: float, tolerance_px: float) -> Handle | None:
    """The point of an edge that is nearest, within reach."""
    best: Handle | None = None
    reach = tolerance_px
    for part, number, ring in _rings(polygon):
        along = np.roll(ring, -1, axis=0) - ring
        length = np.maximum((along**2).sum(axis=1), 1e-12)
        share = np.clip(((np.array([x, y]) - ring) * along).sum(axis=1) / length, 0, 1)
        foot = ring + share[:, None] * along
        distance = np.hypot(foot[:, 0] - x, foot[:, 1] - y)
        index = int(np.argmin(distance))
        if distance[index] <= reach:
            reach = float(distance[index])
            foot_x, foot_y = (float(value) for value in foot[index])
            best = Handle(HandleKind.EDGE, foot_x, foot_y, index, part, number)
    return best


def dragged(geometry: Geometry, handle: Handle, x: float, y: float) -> Geometry:
    """The shape with a corner, side, vertex or keypoint at another place."""
    if isinstance(geometry, Box):
        return _resized(geometry, handle, x, y)
    if isinstance(geometry, RotatedBox):
        if handle.kind is HandleKind.TURN:
            return turned(geometry, x, y)
        return resized(geometry, handle.index, x, y)
    if isinstance(geometry, Keypoints):
        points = list(geometry.points)
        points[handle.index] = (x, y, points[handle.index][2])
        return Keypoints(tuple(points))
    if isinstance(geometry, Polygon):
        ring = geometry.parts[handle.part].rings[handle.ring].copy()
        if handle.kind is HandleKind.SIDE:
            ring[list(ends_of(ring, handle))] += (x - handle.x, y - handle.y)
        else:
            ring[handle.index] = (x, y)
        return geometry.with_ring(handle.part, handle.ring, ring)
    return geometry


def side_at(polygon: Polygon, x: float, y: float, tolerance_px: float) -> Handle | None:
    """The edge within reach, to be moved as a whole, held at (x, y)."""
    edge = edge_at(polygon, x, y, tolerance_px)
    if edge is None:
        return None
    return replace(edge, kind=HandleKind.SIDE, x=x, y=y)


def ends_of(ring: FloatArray, side: Handle) -> tuple[int, int]:
    """The vertices at both ends of an edge."""
    return side.index, (side.index + 1) % len(ring)


def has_vertex(polygon: Polygon, vertex: Handle) -> bool:
    """Whether the polygon still has this vertex at this place."""
    if vertex.part >= len(polygon.parts) or vertex.ring >= len(polygon.parts[vertex.part].rings):
        return False
    ring = polygon.parts[vertex.part].rings[vertex.ring]
    return vertex.index < len(ring) and tuple(ring[vertex.index]) == (vertex.x, vertex.y)


def with_vertex(polygon: Polygon, edge: Handle, x: float, y: float) -> tuple[Polygon, Handle]:
    """The polygon with one more vertex on an edge, and the handle of that vertex."""
    ring = polygon.parts[edge.part].rings[edge.ring]
    points = np.insert(ring, edge.index + 1, (x, y), axis=0)
    vertex = Handle(HandleKind.VERTEX, x, y, edge.index + 1, edge.part, edge.ring)
    return polygon.with_ring(edge.part, edge.ring, points), vertex


def without_vertex(polygon: Polygon, vertex: Handle) -> Polygon | None:
    """The polygon with one vertex less.

    A hole or part of three vertices goes with its vertex; None when nothing
    would be left.
    """
    rings = list(polygon.parts[vertex.part].rings)
    if len(rings[vertex.ring]) > 3:
        points = np.delete(rings[vertex.ring], vertex.index, axis=0)
        return polygon.with_ring(vertex.part, vertex.ring, points)
    parts = list(polygon.parts)
    if vertex.ring > 0:
        del rings[vertex.ring]
        parts[vertex.part] = PolygonPart(rings[0], tuple(rings[1:]))
    else:
        del parts[vertex.part]
    return Polygon(tuple(parts)) if parts else None


def _nearest_box_handle(box: Box, x: float, y: float, tolerance_px: float) -> Handle | None:
    handles = box_handles(box)
    points = np.array([(handle.x, handle.y) for handle in handles])
    index = _nearest(points, x, y, tolerance_px)
    return None if index is None else handles[index]


def _nearest_rotated_handle(
    box: RotatedBox, x: float, y: float, tolerance_px: float
) -> Handle | None:
    points = [turning_point(box, tolerance_px), *grip_points(box)]
    index = _nearest(np.array(points), x, y, tolerance_px)
    if index is None:
        return None
    if index == 0:
        return Handle(HandleKind.TURN, *points[0], 0)
    return Handle(HandleKind.BOX, *points[index], index - 1)


def _nearest_keypoint(
    keypoints: Keypoints, x: float, y: float, tolerance_px: float
) -> Handle | None:
    points = np.array(
        [
            (np.inf, np.inf) if seen is Visibility.UNLABELLED else (px, py)
            for px, py, seen in keypoints.points
        ]
    ).reshape(-1, 2)
    index = _nearest(points, x, y, tolerance_px)
    if index is None:
        return None
    return Handle(HandleKind.VERTEX, float(points[index, 0]), float(points[index, 1]), index)


def _nearest_vertex(polygon: Polygon, x: float, y: float, tolerance_px: float) -> Handle | None:
    found = [
        Handle(HandleKind.VERTEX, float(ring[index, 0]), float(ring[index, 1]), index, part, number)
        for part, number, ring in _rings(polygon)
        if (index := _nearest(ring, x, y, tolerance_px)) is not None
    ]
    return min(found, key=lambda handle: (handle.x - x) ** 2 + (handle.y - y) ** 2, default=None)


def _nearest_middle(polygon: Polygon, x: float, y: float, tolerance_px: float) -> Handle | None:
    for part, number, ring in _rings(polygon):
        middles = _middles(ring)
        middles[_edge_lengths(ring) < _ROOM_FOR_MIDDLE * tolerance_px] = np.inf
        index = _nearest(middles, x, y, tolerance_px)
        if index is not None:
            middle_x, middle_y = (float(value) for value in middles[index])
            return Handle(HandleKind.EDGE, middle_x, middle_y, index, part, number)
    return None


def _nearest(points: FloatArray, x: float, y: float, tolerance_px: float) -> int | None:
    """Index of the nearest point within reach."""
    if not len(points):
        return None
    distance = np.hypot(points[:, 0] - x, points[:, 1] - y)
    index = int(np.argmin(distance))
    return index if distance[index] <= tolerance_px else None


def _rings(polygon: Polygon) -> Iterator[tuple[int, int, FloatArray]]:
    for part, piece in enumerate(polygon.parts):
        for number, ring in enumerate(piece.rings):
            yield part, number, ring


def _middles(ring: FloatArray) -> FloatArray:
    return np.asarray((ring + np.roll(ring, -1, axis=0)) / 2)


def _edge_lengths(ring: FloatArray) -> FloatArray:
    return np.asarray(np.linalg.norm(np.roll(ring, -1, axis=0) - ring, axis=1))


def _resized(box: Box, handle: Handle, x: float, y: float) -> Box:
    fx, fy = PLACES[handle.index]
    left, right = (x if fx == 0 else box.x), (x if fx == 1 else box.right)
    top, bottom = (y if fy == 0 else box.y), (y if fy == 1 else box.bottom)
    return Box.from_corners(left, top, right, bottom)
