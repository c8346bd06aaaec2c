"""What the canvas should show in the middle of every pixel, worked out the slow and plain way.

Nothing of the canvas is used: points are tested against shapes one by one, and
colours blended as numbers. Places near an outline, where antialiasing decides,
are left out.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from core.document.annotation import Geometry, Label, LayerRole
from core.document.document import ImageDocument, ProjectState
from core.document.geometry import Box, FloatArray, Keypoints, Polygon, RotatedBox
from core.document.mask import Mask

FILL_ALPHA = 0.33
CLASS_ALPHA = 0.38
NEAR_SCREEN_PX = 4.5
POINT_SCREEN_PX = 9.0

Colors = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


def expected_colors(
    picture: npt.NDArray[np.uint8], document: ImageDocument, state: ProjectState, scale: float
) -> tuple[Colors, Flags]:
    """Colours of the middles of all pixels, (h, w, 3), and where they can be relied on."""
    height, width = picture.shape[:2]
    middles = np.stack(np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5), axis=2)
    points = middles.reshape(-1, 2)
    colors = picture.reshape(-1, 3).astype(np.float64)
    reliable = np.ones(len(points), np.bool_)
    covering = np.zeros(len(points), np.int64)  # label of what lies on top, 0 for nothing
    mine = next(layer for layer in state.layers.values() if layer.role is LayerRole.MINE)
    shown = [item for item in document.in_layer(mine.id) if not item.hidden]
    for item in sorted(shown, key=lambda item: -item.bounds.area):
        covering[_inside(item.geometry, points)] = item.label_id
        shapes = (item.geometry, item.keypoints)
        for shape in shapes:
            if shape is None:
                continue
            for start, end in _lines(shape, state.labels[item.label_id]):
                reliable &= _distance(points, start, end) * scale > NEAR_SCREEN_PX
        if isinstance(item.geometry, Mask) and scale / 2 <= NEAR_SCREEN_PX:
            reliable &= ~_beside_edge(item.geometry, points)
        for shape in shapes:
            if isinstance(shape, Keypoints):
                for x, y, seen in shape.points:
                    if seen:
                        away = np.hypot(points[:, 0] - x, points[:, 1] - y)
                        reliable &= away * scale > POINT_SCREEN_PX
    for semantic in document.semantic.values():
        classes = semantic.classes.reshape(-1)
        for label in state.labels.values():
            _blend(colors, (classes == label.id) & (covering == 0), label, CLASS_ALPHA)
    for label in state.labels.values():
        _blend(colors, covering == label.id, label, FILL_ALPHA)
    return colors.reshape(height, width, 3), reliable.reshape(height, width)


def _blend(colors: Colors, where: Flags, label: Label, alpha: float) -> None:
    color = np.array([int(label.color[place : place + 2], 16) for place in (1, 3, 5)])
    colors[where] = colors[where] * (1 - alpha) + color * alpha


def _inside(geometry: Geometry, points: FloatArray) -> Flags:
    if isinstance(geometry, Mask):
        return np.array([geometry.contains(x, y) for x, y in points.tolist()])
    found = np.zeros(len(points), np.bool_)
    for rings in _parts(geometry):
        crossings = np.zeros(len(points), np.int64)
        for ring in rings:
            for (x0, y0), (x1, y1) in zip(ring, np.roll(ring, -1, axis=0), strict=True):
                if y0 != y1:
                    spans = (points[:, 1] >= min(y0, y1)) & (points[:, 1] < max(y0, y1))
                    at = x0 + (points[:, 1] - y0) * (x1 - x0) / (y1 - y0)
                    crossings += spans & (at > points[:, 0])
        found |= crossings % 2 == 1
    return found


def _beside_edge(mask: Mask, points: FloatArray) -> Flags:
    """Pixels with a neighbour on the other side of the edge of a mask."""
    here = _inside(mask, points)
    steps = [(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1)]
    beside = [_inside(mask, points + step) != here for step in steps]
    return np.asarray(np.any(beside, axis=0))


def _parts(geometry: Geometry) -> Iterator[tuple[FloatArray, ...]]:
    if isinstance(geometry, Polygon):
        for part in geometry.parts:
            yield part.rings
    elif isinstance(geometry, RotatedBox):
        yield (geometry.corners(),)
    elif isinstance(geometry, Box):
        box = geometry
        corners = [(box.x, box.y), (box.right, box.y), (box.right, box.bottom), (box.x, box.bottom)]
        yield (np.array(corners),)


def _lines(geometry: Geometry, label: Label) -> Iterator[tuple[FloatArray, FloatArray]]:
    for rings in _parts(geometry):
        for ring in rings:
            yield from zip(ring, np.roll(ring, -1, axis=0), strict=True)
    if isinstance(geometry, Keypoints):
        places = [(np.array([x, y]), seen) for x, y, seen in geometry.points]
        for first, second in label.skeleton:
            (start, seen_start), (end, seen_end) = places[first - 1], places[second - 1]
            if seen_start and seen_end:
                yield start, end


def _distance(points: FloatArray, start: FloatArray, end: FloatArray) -> FloatArray:
    along = end - start
    length = max(float(along @ along), 1e-12)
    share = np.clip((points - start) @ along / length, 0, 1)
    foot = start + share[:, None] * along
    return np.asarray(np.hypot(*(points - foot).T))
