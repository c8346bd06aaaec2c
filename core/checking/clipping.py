"""Shapes cut at the edges of their image."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.document.annotation import Geometry
from core.document.geometry import Box, Polygon, PolygonPart, Size
from core.document.mask import Mask

FloatArray = npt.NDArray[np.float64]


def clipped(geometry: Geometry, size: Size) -> Geometry | None:
    """The part of a box, a mask or an outline inside its image; None when there is none.

    Boxes and masks keep every pixel. The rasteriser rounds along each edge from
    its ends, so single pixels along the edges of an outline that was cut may change.
    """
    if isinstance(geometry, Box | Mask):
        return geometry.clipped(size)
    if not isinstance(geometry, Polygon):
        return None
    parts = [part for part in (_clipped_part(part, size) for part in geometry.parts) if part]
    return Polygon(tuple(parts)) if parts else None


def _clipped_part(part: PolygonPart, size: Size) -> PolygonPart | None:
    outline = _clipped_ring(part.exterior, size)
    if outline is None:
        return None
    holes = (_clipped_ring(hole, size) for hole in part.holes)
    return PolygonPart(outline, tuple(hole for hole in holes if hole is not None))


def _clipped_ring(ring: FloatArray, size: Size) -> FloatArray | None:
    """Sutherland and Hodgman (1974): one edge of the image after the other.

    A ring that falls apart keeps its pieces joined along the edge, where they
    cover nothing.
    """
    for axis, bound, keeps_above in (
        (0, 0, True),
        (0, size.width, False),
        (1, 0, True),
        (1, size.height, False),
    ):
        ring = _cut(ring, axis, float(bound), keeps_above=keeps_above)
        if len(ring) < 3:
            return None
    return ring


def _cut(ring: FloatArray, axis: int, bound: float, *, keeps_above: bool) -> FloatArray:
    inside = ring[:, axis] >= bound if keeps_above else ring[:, axis] <= bound
    if inside.all():
        return ring
    points: list[FloatArray] = []
    for place in range(len(ring)):
        before, here = ring[place - 1], ring[place]
        if inside[place - 1] != inside[place]:
            share = (bound - before[axis]) / (here[axis] - before[axis])
            crossing = before + share * (here - before)
            crossing[axis] = bound
            points.append(crossing)
        if inside[place]:
            points.append(here)
    return np.array(points, np.float64).reshape(-1, 2)
