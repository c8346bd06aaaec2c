"""From shapes to pixels, by the COCO rasteriser alone.

Everything that is scored, stored as a mask, or exported as an area passes
here, so that the same shape is the same pixels everywhere. Other fillers
(OpenCV, Pillow, Qt) paint a rim that COCO does not count.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pycocotools.mask as coco_mask

from core.document.annotation import Geometry
from core.document.geometry import Box, FloatArray, Polygon, PolygonPart, RotatedBox, Scribble, Size
from core.document.mask import Mask
from core.imaging.disk_strokes import disk_stroke
from core.imaging.run_lengths import check_pixel_count, expand_text, union_of_counts

MAX_COORDINATE_PX = 1e7
"""Coordinates beyond this are refused: they overflow the 32-bit integers of the C code."""

_MAX_OUTLINE_PX = 2e7
"""Longest outline: the C code keeps some 40 bytes for each pixel of it."""


def rasterise(geometry: Geometry, size: Size) -> Mask:
    """Pixels of a shape on an image of this size; what lies outside is cut off.

    Parts of a polygon are united, holes are taken away. Scribbles give their
    stroke, keypoints nothing. Raises ValueError, before any C code runs, when
    coordinates are not finite or too large.
    """
    if isinstance(geometry, Mask):
        return geometry.clipped(size)
    if isinstance(geometry, Polygon):
        return _rasterise_polygon(geometry, size)
    if isinstance(geometry, Box):
        return rasterise_rings([_box_ring(geometry)], size)
    if isinstance(geometry, RotatedBox):
        return rasterise_rings([geometry.corners()], size)
    if isinstance(geometry, Scribble):
        return disk_stroke(geometry.points, geometry.radius_px, size)
    return Mask.empty()


def rasterise_rings(rings: Sequence[FloatArray], size: Size) -> Mask:
    """Union of rings, each float64 of shape (n, 2), filled by the even-odd rule.

    Raises ValueError as ``rasterise`` does.
    """
    check_pixel_count(size)
    for ring in rings:
        check_ring(ring)
    if not rings:
        return Mask.empty()
    flat = [np.ascontiguousarray(ring, np.float64).ravel() for ring in rings]
    encoded = coco_mask.frPyObjects(flat, size.height, size.width)
    return union_of_counts([expand_text(item["counts"]) for item in encoded], size.height)


def check_ring(ring: FloatArray) -> None:
    """Raise ValueError, with a sentence, unless the C code can take this ring of shape (n, 2)."""
    if ring.ndim != 2 or ring.shape[1] != 2 or len(ring) < 3:
        raise ValueError("an outline needs at least three points")
    if not np.isfinite(ring).all():
        raise ValueError("a coordinate is not a finite number")
    if np.abs(ring).max() > MAX_COORDINATE_PX:
        raise ValueError(f"a coordinate lies beyond ±{MAX_COORDINATE_PX:.0f} pixels")
    steps = np.abs(ring - np.roll(ring, 1, axis=0)).max(axis=1)
    if steps.sum() > _MAX_OUTLINE_PX:
        raise ValueError("the outline is too long to be drawn")


def ring_of_flat(values: object) -> FloatArray:
    """Ring of a flat COCO list ``[x0, y0, x1, y1, …]`` as it stands in a file.

    Returns float64 of shape (n, 2), n ≥ 3. Raises ValueError, with a sentence,
    when it is not an even number of finite, bounded coordinates.
    """
    if not isinstance(values, list | tuple):
        raise ValueError("an outline is a list of coordinates")
    if not all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        raise ValueError("a coordinate is not a number")
    if len(values) % 2:
        raise ValueError("an outline has an odd number of coordinates")
    if len(values) < 6:
        raise ValueError("an outline needs at least three points")
    if any(isinstance(value, int) and abs(value) > MAX_COORDINATE_PX for value in values):
        raise ValueError(f"a coordinate lies beyond ±{MAX_COORDINATE_PX:.0f} pixels")
    ring = np.array(values, np.float64).reshape(-1, 2)
    check_ring(ring)
    return ring


def _rasterise_polygon(polygon: Polygon, size: Size) -> Mask:
    plain = [part.exterior for part in polygon.parts if not part.holes]
    mask = rasterise_rings(plain, size)
    for part in polygon.parts:
        if part.holes:
            mask = mask.united(_rasterise_part(part, size))
    return mask


def _rasterise_part(part: PolygonPart, size: Size) -> Mask:
    outline = rasterise_rings([part.exterior], size)
    return outline.without(rasterise_rings(part.holes, size))


def check_box(box: Box) -> None:
    """Raise ValueError as ``check_ring`` does: a corner in bounds says nothing of the opposite."""
    check_ring(_box_ring(box))


def _box_ring(box: Box) -> FloatArray:
    """Corners in the order of the COCO API."""
    return np.array(
        [(box.x, box.y), (box.x, box.bottom), (box.right, box.bottom), (box.right, box.y)],
        np.float64,
    )
