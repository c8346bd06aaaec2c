"""From pixels to outlines, without moving a single pixel.

The outline runs along the edges of pixels, on whole coordinates. Filled by the
COCO rasteriser, ``bridged_rings`` gives back exactly the same pixels.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from core.document.geometry import FloatArray, Polygon, PolygonPart
from core.document.mask import Mask

IntArray = npt.NDArray[np.int32]

_BRIDGE_WINDOW = 64
"""How many vertices above and below are looked at for a bridge; bounds the time for noise."""


def trace_mask(mask: Mask) -> Polygon:
    """Outlines of a mask with its holes, on pixel edges, one part per connected piece.

    Pieces that touch at a corner are one part. Raises ValueError for an empty
    mask, which has no outline.
    """
    if mask.is_empty:
        raise ValueError("an empty mask has no outline")
    # OpenCV follows pixel centres. On an image of twice the size, each corner
    # of a pixel edge lies between two centres that halve to the same number.
    doubled = np.repeat(np.repeat(mask.crop().view(np.uint8), 2, axis=0), 2, axis=1)
    contours, links = cv2.findContours(
        cv2.copyMakeBorder(doubled, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0),
        cv2.RETR_CCOMP,
        cv2.CHAIN_APPROX_SIMPLE,
    )
    parents = np.asarray(links, np.int32).reshape(-1, 4)[:, 3]
    shift = np.array([mask.box.left, mask.box.top], np.float64)
    rings = [_corners(np.asarray(contour, np.int32).reshape(-1, 2)) + shift for contour in contours]
    holes: dict[int, list[FloatArray]] = {}
    for ring, parent in zip(rings, parents.tolist(), strict=True):
        if parent >= 0:
            holes.setdefault(parent, []).append(ring)
    return Polygon(
        tuple(
            PolygonPart(ring, tuple(holes.get(index, ())))
            for index, ring in enumerate(rings)
            if parents[index] < 0
        )
    )


def bridged_rings(polygon: Polygon) -> list[FloatArray]:
    """One flat ring ``[x0, y0, x1, y1, …]`` for each part, holes joined by a bridge.

    COCO polygons know no holes: a hole written as a further part would be
    filled. A bridge is walked there and back, so it encloses nothing; the
    even-odd filling of the COCO rasteriser leaves the hole out.
    """
    return [_bridge(part).ravel() for part in polygon.parts]


def simplify(polygon: Polygon, tolerance_px: float) -> Polygon:
    """Fewer vertices, each outline within ``tolerance_px`` of what it was (Douglas–Peucker).

    The vertices that stay keep their exact coordinates. A hole that collapses
    is left out; a part that collapses stays as it was, so that nothing
    vanishes. Raises ValueError for a tolerance that is negative or not finite.
    """
    if not (np.isfinite(tolerance_px) and tolerance_px >= 0):
        raise ValueError("the tolerance must be a number that is not negative")
    parts = []
    for part in polygon.parts:
        exterior = _simplify_ring(part.exterior, tolerance_px)
        holes = (_simplify_ring(hole, tolerance_px) for hole in part.holes)
        parts.append(
            PolygonPart(
                part.exterior if exterior is None else exterior,
                tuple(hole for hole in holes if hole is not None),
            )
        )
    return Polygon(tuple(parts))


def _corners(contour: IntArray) -> FloatArray:
    """Pixel corners of a contour of the doubled image, without those on a straight line."""
    corners = contour // 2
    corners = corners[(corners != np.roll(corners, 1, axis=0)).any(axis=1)]
    arriving = corners - np.roll(corners, 1, axis=0)
    leaving = np.roll(corners, -1, axis=0) - corners
    turns = arriving[:, 0] * leaving[:, 1] != arriving[:, 1] * leaving[:, 0]
    ring: FloatArray = corners[turns].astype(np.float64)
    return ring


def _bridge(part: PolygonPart) -> FloatArray:
    """The outline with a detour to each hole, from a vertex near the hole's first."""
    if not part.holes:
        return part.exterior
    detours: dict[int, list[FloatArray]] = {}
    starts = _nearby_vertices(part.exterior, np.stack([hole[0] for hole in part.holes]))
    for hole, start in zip(part.holes, starts, strict=True):
        detour = [hole, hole[:1], part.exterior[start : start + 1]]
        detours.setdefault(start, []).extend(detour)
    pieces: list[FloatArray] = []
    done = 0
    for start in sorted(detours):
        pieces.append(part.exterior[done : start + 1])
        pieces.extend(detours[start])
        done = start + 1
    pieces.append(part.exterior[done:])
    return np.concatenate(pieces)


def _nearby_vertices(ring: FloatArray, points: FloatArray) -> list[int]:
    """For each point a vertex close to it: the closest among those at about its height."""
    order = np.lexsort((ring[:, 0], ring[:, 1]))
    heights = ring[order, 1]
    found = []
    for point, place in zip(points, np.searchsorted(heights, points[:, 1]).tolist(), strict=True):
        window = order[max(place - _BRIDGE_WINDOW, 0) : place + _BRIDGE_WINDOW]
        distance = np.abs(ring[window] - point).sum(axis=1)
        found.append(int(window[np.argmin(distance)]))
    return found


def _simplify_ring(ring: FloatArray, tolerance_px: float) -> FloatArray | None:
    """The ring with fewer vertices, or None when less than a triangle is left."""
    # OpenCV works in 32-bit floats: keep small numbers, and look the kept vertices up again.
    origin = np.floor(ring.min(axis=0))
    small = (ring - origin).astype(np.float32)
    kept = np.asarray(cv2.approxPolyDP(small.reshape(-1, 1, 2), tolerance_px, True), np.float32)
    places = {point: index for index, point in enumerate(map(tuple, small.tolist()))}
    indices = sorted(places[point] for point in map(tuple, kept.reshape(-1, 2).tolist()))
    return ring[indices] if len(indices) >= 3 else None
