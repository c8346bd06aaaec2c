"""What a round brush covers: discs and the capsules between two places of it.

Every event of a stroke needs one capsule, and its cost must not follow the number
of pixels that it covers: a capsule is convex, so one run of pixels per row says it all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.document.geometry import FloatArray, Size, bounds_of
from core.document.mask import EMPTY_BOX, BoolArray, Mask, PixelBox

_INTERVALS_PER_BATCH = 1 << 20
_FARTHEST_PX = 1e7
"""Farther points cannot be seen and would overflow whole numbers."""
_FINE_RADIUS_PX = 1.0
"""A finer brush may miss the centre of the very pixel that it is over."""
_SHORTEST_PX = 1e-12
"""A shorter way would overflow what is divided by it, and no centre lies between."""

ColumnArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class RowRuns:
    """One run of pixels in each of consecutive rows, from ``top`` on.

    ``first`` and ``end``, int64 of shape (rows,), are the run's first column and the
    one after its last; every run holds a pixel.
    """

    top: int
    first: ColumnArray
    end: ColumnArray

    @property
    def box(self) -> PixelBox:
        """The tight box around the pixels."""
        if not len(self.first):
            return EMPTY_BOX
        left = int(self.first.min())
        return PixelBox(left, self.top, int(self.end.max()) - left, len(self.first))

    def fill(self, pixels: BoolArray, left: int, top: int) -> None:
        """Set the pixels in an array whose corner lies at (left, top) and which holds them all."""
        rows = pixels[self.top - top : self.top - top + len(self.first)]
        for row, first, end in zip(
            rows, (self.first - left).tolist(), (self.end - left).tolist(), strict=True
        ):
            row[first:end] = True

    def to_mask(self) -> Mask:
        """The pixels as a mask."""
        box = self.box
        pixels = np.zeros((box.height, box.width), np.bool_)
        self.fill(pixels, box.left, box.top)
        return Mask(box, np.packbits(pixels))


def disk_step(
    start: tuple[float, float], end: tuple[float, float], radius_px: float, size: Size
) -> RowRuns | Mask:
    """What ``disk_stroke`` covers from one place to the next, as runs where runs can say it.

    Raises ValueError for coordinates or a radius that are not finite.
    """
    line = _checked(np.array([start, end], np.float64), radius_px)
    radius = min(float(radius_px), _FARTHEST_PX)
    if radius < _FINE_RADIUS_PX:
        return disk_stroke(line, radius, size)
    return _capsule(line, radius, _room(line, radius, size))


def disk_stroke(points: FloatArray, radius_px: float, size: Size) -> Mask:
    """Pixels whose centre is at most ``radius_px`` from a polyline, cut to the image.

    ``points`` is float64 of shape (n, 2), n ≥ 1, in image coordinates; one
    point gives a disc. A stroke thinner than a pixel still takes the pixels
    that its points lie in. Raises ValueError for coordinates or a radius that
    are not finite.
    """
    line = _checked(np.asarray(points, np.float64), radius_px)
    radius = min(float(radius_px), _FARTHEST_PX)
    box = _room(line, radius, size)
    if box.is_empty:
        return Mask.empty()
    if len(line) <= 2 and radius >= _FINE_RADIUS_PX:
        return _capsule(line, radius, box).to_mask()
    pixels = _fill_capsules(line, radius, box)
    _set_pixels_under(line, pixels, box)
    return Mask.from_array(pixels, box.left, box.top)


def _checked(line: FloatArray, radius_px: float) -> FloatArray:
    if line.ndim != 2 or line.shape[1] != 2 or not len(line):
        raise ValueError(f"expected points (x, y), got shape {line.shape}")
    if not (np.isfinite(line).all() and np.isfinite(radius_px) and radius_px >= 0):
        raise ValueError("a stroke needs finite coordinates and a radius that is not negative")
    return np.clip(line, -_FARTHEST_PX, _FARTHEST_PX)


def _room(line: FloatArray, radius: float, size: Size) -> PixelBox:
    """Every pixel that the stroke could reach."""
    return PixelBox.around(bounds_of(line).expanded(radius + 1)).clipped(size)


def _capsule(line: FloatArray, radius: float, box: PixelBox) -> RowRuns:
    """The pixels of a box within ``radius`` of a line from its first to its last point."""
    centres = np.arange(box.top, box.bottom, dtype=np.float64) + 0.5
    left, right = _row_intervals(line[:1], line[-1:], radius, centres)
    # Rows that are not crossed run from infinity to minus infinity: nothing is between.
    first = np.clip(np.ceil(left[0] - 0.5), box.left, box.right).astype(np.int64)
    end = np.clip(np.floor(right[0] - 0.5) + 1, box.left, box.right).astype(np.int64)
    held = np.flatnonzero(end > first)
    rows = slice(int(held[0]), int(held[-1]) + 1) if len(held) else slice(0, 0)
    return RowRuns(box.top + rows.start, first[rows], end[rows])


def _fill_capsules(line: FloatArray, radius: float, box: PixelBox) -> BoolArray:
    """Union of the capsules around the segments, row by row as intervals."""
    starts, ends = (line[:-1], line[1:]) if len(line) > 1 else (line, line)
    centres = np.arange(box.top, box.bottom, dtype=np.float64) + 0.5
    steps = np.zeros((box.height, box.width + 1), np.int32)
    batch = max(1, _INTERVALS_PER_BATCH // box.height)
    for first in range(0, len(starts), batch):
        part = slice(first, first + batch)
        left, right = _row_intervals(starts[part], ends[part], radius, centres)
        segment, row = np.nonzero(right >= left)
        # A pixel belongs to the interval when its centre does.
        columns = np.stack([np.ceil(left - 0.5), np.floor(right - 0.5) + 1])
        columns = np.clip(columns[:, segment, row] - box.left, 0, box.width).astype(np.intp)
        np.add.at(steps, (row, columns[0]), 1)
        np.add.at(steps, (row, columns[1]), -1)
    filled: BoolArray = np.cumsum(steps[:, :-1], axis=1) > 0
    return filled


def _row_intervals(
    starts: FloatArray, ends: FloatArray, radius: float, centres: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Where each row crosses each capsule: arrays (segments, rows) of left and right ends.

    A capsule is convex, so a row crosses it in one interval: the hull of what
    the row shares with its two end discs and its two long sides.
    """
    left = np.full((len(starts), len(centres)), np.inf)
    right = -left
    for tip in (starts, ends):
        dy = centres - tip[:, 1:]
        half = np.sqrt(np.maximum(radius**2 - dy**2, 0))
        crossed = np.abs(dy) <= radius
        np.minimum(left, tip[:, :1] - half, out=left, where=crossed)
        np.maximum(right, tip[:, :1] + half, out=right, where=crossed)
    along = ends - starts
    length = np.hypot(along[:, 0], along[:, 1])
    normal = np.stack([-along[:, 1], along[:, 0]], axis=1)
    normal *= (radius / np.where(length > _SHORTEST_PX, length, 1))[:, None]
    for side in (normal, -normal):
        y0, rise = (starts + side)[:, 1:], along[:, 1:]
        risen = np.abs(rise) > _SHORTEST_PX
        fraction = (centres - y0) / np.where(risen, rise, 1)
        x = (starts + side)[:, :1] + fraction * along[:, :1]
        crossed = (fraction >= 0) & (fraction <= 1) & risen
        np.minimum(left, x, out=left, where=crossed)
        np.maximum(right, x, out=right, where=crossed)
    return left, right


def _set_pixels_under(line: FloatArray, pixels: BoolArray, box: PixelBox) -> None:
    """Set the pixels that hold the points themselves, so that a fine brush leaves a mark."""
    columns, rows = (np.floor(line).astype(np.int64) - (box.left, box.top)).T
    inside = (columns >= 0) & (columns < box.width) & (rows >= 0) & (rows < box.height)
    pixels[rows[inside], columns[inside]] = True
