"""Which annotations lie under a point, exactly, without painting anything.

Bounding boxes in arrays rule out nearly all; only what is left is tested on
its real outline or pixels. An index takes the boxes of unchanged annotations
over from the one before, so that nothing is rebuilt after an edit.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from core.document.annotation import Annotation, Geometry, bounds_of_geometry
from core.document.geometry import (
    Box,
    FloatArray,
    Keypoints,
    Polygon,
    PolygonPart,
    RotatedBox,
    Scribble,
    Visibility,
)
from core.document.mask import Mask

IndexArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class HitIndex:
    """Annotations with their boxes in an array of shape (n, 4): x0, y0, x1, y1."""

    annotations: tuple[Annotation, ...]
    boxes: FloatArray

    @classmethod
    def of(cls, annotations: Sequence[Annotation], previous: HitIndex | None = None) -> HitIndex:
        """Index of annotations; boxes of those that are still the same come from ``previous``."""
        known: dict[int, tuple[Geometry, FloatArray]] = {}
        if previous is not None:
            known = {
                item.id: (item.geometry, box)
                for item, box in zip(previous.annotations, previous.boxes, strict=True)
            }
        boxes = np.empty((len(annotations), 4), np.float64)
        for row, item in enumerate(annotations):
            found = known.get(item.id)
            if found is not None and found[0] is item.geometry:
                boxes[row] = found[1]
            else:
                box = bounds_of_geometry(item.geometry)
                boxes[row] = box.x, box.y, box.right, box.bottom
        boxes.flags.writeable = False
        return cls(tuple(annotations), boxes)

    def at(self, x: float, y: float, tolerance_px: float) -> list[int]:
        """Ids of what lies at most ``tolerance_px`` from a point, smallest box first.

        Of equal size, the one in front comes first.
        """
        if not len(self.annotations):
            return []
        x0, y0, x1, y1 = self.boxes.T
        near = (x0 - tolerance_px <= x) & (x <= x1 + tolerance_px)
        near &= (y0 - tolerance_px <= y) & (y <= y1 + tolerance_px)
        hits = [
            index
            for index in np.flatnonzero(near).tolist()
            if distance_to(self.annotations[index].geometry, x, y, tolerance_px) <= tolerance_px
        ]
        hits.sort(key=self._rank)
        return [self.annotations[index].id for index in hits]

    def within(self, box: Box) -> list[int]:
        """Ids of what lies in a box as a whole, by its bounding box; for a rubber band."""
        x0, y0, x1, y1 = self.boxes.T
        inside = (box.x <= x0) & (x1 <= box.right) & (box.y <= y0) & (y1 <= box.bottom)
        return [self.annotations[index].id for index in np.flatnonzero(inside).tolist()]

    def _rank(self, index: int) -> tuple[float, int, int]:
        x0, y0, x1, y1 = self.boxes[index].tolist()
        item = self.annotations[index]
        return (x1 - x0) * (y1 - y0), -item.order, -item.id


def annotations_at(
    annotations: Sequence[Annotation], x: float, y: float, tolerance_px: float
) -> list[int]:
    """Ids of the annotations at most ``tolerance_px`` from a point, smallest first.

    Everything is in image coordinates. For many questions about the same
    annotations, keep a ``HitIndex``.
    """
    return HitIndex.of(annotations).at(x, y, tolerance_px)


def distance_to(geometry: Geometry, x: float, y: float, limit_px: float = math.inf) -> float:
    """Distance from a point to a shape in pixels, 0 inside it, infinite to an empty one.

    A mask is measured to the nearest edge of its pixels, keypoints to the
    nearest labelled point. What lies farther than ``limit_px`` may be called
    infinitely far, which saves time on large masks.
    """
    if isinstance(geometry, Box):
        return _distance_to_box(geometry, x, y)
    if isinstance(geometry, Mask):
        return _distance_to_mask(geometry, x, y, limit_px)
    if isinstance(geometry, Polygon):
        return min(_distance_to_part(part, x, y) for part in geometry.parts)
    if isinstance(geometry, RotatedBox):
        return max(0.0, -_signed_distance(geometry.corners(), x, y))
    if isinstance(geometry, Scribble):
        return max(0.0, distance_to_line(geometry.points, x, y) - geometry.radius_px)
    return _distance_to_keypoints(geometry, x, y)


def distance_to_line(points: FloatArray, x: float, y: float) -> float:
    """Distance from a point to an open polyline, float64 of shape (n, 2), n ≥ 1."""
    starts = points[:-1] if len(points) > 1 else points
    along = (points[1:] if len(points) > 1 else points) - starts
    offset = np.array([x, y]) - starts
    squared = (along**2).sum(axis=1)
    fraction = (offset * along).sum(axis=1) / np.where(squared > 0, squared, 1)
    rest = offset - along * np.clip(fraction, 0, 1)[:, None]
    return float(np.hypot(rest[:, 0], rest[:, 1]).min())


def _distance_to_box(box: Box, x: float, y: float) -> float:
    dx = max(box.x - x, 0.0, x - box.right)
    dy = max(box.y - y, 0.0, y - box.bottom)
    return math.hypot(dx, dy)


def _distance_to_mask(mask: Mask, x: float, y: float, limit_px: float) -> float:
    if mask.contains(x, y):
        return 0.0
    rows, columns = _pixels_near_row(mask, y, limit_px)
    if not len(rows):
        return math.inf
    dx = np.maximum(np.maximum(columns - x, x - columns - 1), 0)
    dy = np.maximum(np.maximum(rows - y, y - rows - 1), 0)
    return float(np.hypot(dx, dy).min())


def _pixels_near_row(mask: Mask, y: float, limit_px: float) -> tuple[IndexArray, IndexArray]:
    """Rows and columns of the pixels in the rows near a height; unpacks only these."""
    height, width = mask.box.height, mask.box.width
    first, last = 0, height
    if math.isfinite(limit_px):
        first = min(max(math.floor(y - limit_px) - mask.box.top, 0), height)
        last = min(max(math.ceil(y + limit_px) - mask.box.top + 1, first), height)
    start, stop = first * width, last * width
    bits = np.unpackbits(mask.bits[start >> 3 : (stop + 7) >> 3])[start & 7 :]
    rows, columns = np.divmod(np.flatnonzero(bits[: stop - start]), max(width, 1))
    return rows + first + mask.box.top, columns + mask.box.left


def _distance_to_part(part: PolygonPart, x: float, y: float) -> float:
    inside = _signed_distance(part.exterior, x, y)
    if inside < 0:
        return -inside
    return max([0.0, *(_signed_distance(hole, x, y) for hole in part.holes)])


def _distance_to_keypoints(keypoints: Keypoints, x: float, y: float) -> float:
    return min(
        (
            math.hypot(px - x, py - y)
            for px, py, seen in keypoints.points
            if seen != Visibility.UNLABELLED
        ),
        default=math.inf,
    )


def _signed_distance(ring: FloatArray, x: float, y: float) -> float:
    """Distance to a ring in pixels: positive inside, negative outside."""
    # Measured from the point, so that OpenCV's 32-bit floats stay exact near it.
    local = (ring - (x, y)).astype(np.float32).reshape(-1, 1, 2)
    return float(cv2.pointPolygonTest(local, (0.0, 0.0), True))
