"""Checks of one object's shape: pixels, the edges of its image, crossings of its outline."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from core.checking.problem import Kind
from core.document.annotation import Annotation, Geometry
from core.document.geometry import (
    Box,
    Keypoints,
    Polygon,
    RotatedBox,
    Scribble,
    Size,
    Visibility,
)
from core.document.mask import Mask
from core.imaging.rasterise import rasterise

TINY_PX = 2
EDGE_TOLERANCE_PX = 1e-6
_THIN_PX2 = 16.0
"""Below this area of its bounding box an outline may cover no pixel or two."""
_CHUNK = 256

FloatArray = npt.NDArray[np.float64]


def geometry_kinds(annotation: Annotation, size: Size) -> Iterator[tuple[Kind, str]]:
    """What is wrong with the shape of an object on an image of this size, in words.

    An object without pixels or outside its image has no further problems.
    """
    geometry = annotation.geometry
    if _is_nothing(geometry):
        yield Kind.NO_PIXELS, "its shape has no area"
        return
    box = annotation.bounds
    if box.right <= 0 or box.bottom <= 0 or box.x >= size.width or box.y >= size.height:
        yield Kind.OUTSIDE, f"it lies at {_place(box)}, the image is {size.width} × {size.height}"
        return
    beyond = max(-box.x, -box.y, box.right - size.width, box.bottom - size.height)
    if beyond > EDGE_TOLERANCE_PX and not isinstance(geometry, Scribble):
        by_corners = isinstance(geometry, Polygon | RotatedBox | Keypoints)
        kind = Kind.OUTLINE_OVER_EDGE if by_corners else Kind.OVER_EDGE
        yield kind, f"by {beyond:.4g} px"
    if isinstance(geometry, Keypoints | Scribble):
        return
    if box.width * box.height <= _THIN_PX2 or isinstance(geometry, Mask):
        area = _pixels(geometry, size)
        if area == 0:
            yield Kind.NO_PIXELS, "its outline is thinner than a pixel"
            return
        if area is not None and area <= TINY_PX:
            yield Kind.TINY, f"{area} px"
    if isinstance(geometry, Polygon):
        crossings = sum(ring_crosses_itself(ring) for part in geometry.parts for ring in part.rings)
        if crossings:
            yield (
                Kind.SELF_CROSSING,
                f"{crossings} of its rings" if crossings > 1 else "its outline",
            )


def _is_nothing(geometry: Geometry) -> bool:
    if isinstance(geometry, Mask):
        return geometry.is_empty
    if isinstance(geometry, Box):
        return geometry.width == 0 or geometry.height == 0
    if isinstance(geometry, RotatedBox):
        return geometry.width == 0 or geometry.height == 0
    if isinstance(geometry, Keypoints):
        return all(seen == Visibility.UNLABELLED for _, _, seen in geometry.points)
    if isinstance(geometry, Polygon):
        return all(_doubled_area(part.exterior) == 0 for part in geometry.parts)
    return False


def _pixels(geometry: Geometry, size: Size) -> int | None:
    """Pixels inside the image; None for a shape that the rasteriser refuses."""
    try:
        return rasterise(geometry, size).area
    except ValueError:
        return None


def _doubled_area(ring: FloatArray) -> float:
    """Twice the area that a ring goes round, with its turns counted against each other.

    A figure of eight may come to 0, so a ring with crossings counts as large.
    """
    shifted = ring - ring[0]
    x, y = shifted[:, 0], shifted[:, 1]
    with np.errstate(over="ignore", invalid="ignore"):
        area = float(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))))
    if not np.isfinite(area):
        return 1.0
    return 1.0 if area == 0 and ring_crosses_itself(ring) else area


def ring_crosses_itself(ring: FloatArray) -> bool:
    """Whether two edges of a closed ring, float64 of shape (n, 2), truly cross.

    Edges that touch or lie on each other do not count: bridges to holes are
    walked there and back. Edges are compared in chunks from left to right, so
    that long outlines need little memory.
    """
    if len(ring) < 4:
        return False
    start, end = ring, np.roll(ring, -1, axis=0)
    order = np.argsort(np.minimum(start[:, 0], end[:, 0]), kind="stable")
    start, end = start[order], end[order]
    low, high = np.minimum(start, end), np.maximum(start, end)
    for first in range(0, len(ring), _CHUNK):
        last = min(first + _CHUNK, len(ring))
        reach = np.searchsorted(low[:, 0], high[first:last, 0].max(), side="right")
        if _any_cross(start, end, low, high, slice(first, last), slice(first, max(last, reach))):
            return True
    return False


def _any_cross(
    start: FloatArray,
    end: FloatArray,
    low: FloatArray,
    high: FloatArray,
    some: slice,
    others: slice,
) -> bool:
    overlap = (low[some, None] < high[None, others]).all(axis=2)
    overlap &= (low[None, others] < high[some, None]).all(axis=2)
    one, two = np.nonzero(overlap)
    if not len(one):
        return False
    a, b = start[some][one], end[some][one]
    c, d = start[others][two], end[others][two]
    with np.errstate(over="ignore", invalid="ignore"):
        apart = _side(a, b, c) * _side(a, b, d) < 0
        return bool((apart & (_side(c, d, a) * _side(c, d, b) < 0)).any())


def _side(a: FloatArray, b: FloatArray, point: FloatArray) -> FloatArray:
    """On which side of a → b the points lie, 0 within the rounding of the product."""
    first = (b[:, 0] - a[:, 0]) * (point[:, 1] - a[:, 1])
    second = (b[:, 1] - a[:, 1]) * (point[:, 0] - a[:, 0])
    side = first - second
    rounding = 1e-12 * (np.abs(first) + np.abs(second))
    return np.where(np.abs(side) <= rounding, 0.0, np.sign(side))


def _place(box: Box) -> str:
    return f"{box.x:.4g}, {box.y:.4g}"
