"""Strokes of the brush, and what can be done to the pixels of a mask."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from core.document.geometry import FloatArray, Size, bounds_of
from core.document.mask import BoolArray, Mask, PixelBox

_INTERVALS_PER_BATCH = 1 << 20


def disk_stroke(points: FloatArray, radius_px: float, size: Size) -> Mask:
    """Pixels whose centre is at most ``radius_px`` from a polyline, cut to the image.

    ``points`` is float64 of shape (n, 2), n ≥ 1, in image coordinates; one
    point gives a disc. A stroke thinner than a pixel still takes the pixels
    that its points lie in. Raises ValueError for coordinates or a radius that
    are not finite.
    """
    line = np.asarray(points, np.float64)
    if line.ndim != 2 or line.shape[1] != 2 or not len(line):
        raise ValueError(f"expected points (x, y), got shape {line.shape}")
    if not (np.isfinite(line).all() and np.isfinite(radius_px) and radius_px >= 0):
        raise ValueError("a stroke needs finite coordinates and a radius that is not negative")
    # Far points cannot be seen and would overflow whole numbers.
    line = np.clip(line, -1e7, 1e7)
    radius = min(float(radius_px), 1e7)
    box = PixelBox.around(bounds_of(line).expanded(radius + 1)).clipped(size)
    if box.is_empty:
        return Mask.empty()
    pixels = (
        _fill_capsule(line, radius, box) if len(line) <= 2 else _fill_capsules(line, radius, box)
    )
    _set_pixels_under(line, pixels, box)
    return Mask.from_array(pixels, box.left, box.top)


def components(mask: Mask) -> tuple[Mask, ...]:
    """Connected pieces (touching corners connect), largest first."""
    if mask.is_empty:
        return ()
    _, labels, stats, _ = cv2.connectedComponentsWithStats(_crop_bytes(mask), connectivity=8)
    order = np.argsort(-stats[1:, cv2.CC_STAT_AREA], kind="stable") + 1
    return tuple(_component(mask, labels, stats[index], int(index)) for index in order)


def keep_largest(mask: Mask) -> Mask:
    """The largest connected piece alone; empty stays empty."""
    return next(iter(components(mask)), mask)


def keep_component_at(mask: Mask, x: float, y: float) -> Mask:
    """The connected piece under a point, empty when there is none."""
    if not mask.contains(x, y):
        return Mask.empty()
    _, labels = cv2.connectedComponents(_crop_bytes(mask), connectivity=8)
    column, row = int(np.floor(x)) - mask.box.left, int(np.floor(y)) - mask.box.top
    return Mask.from_array(labels == labels[row, column], mask.box.left, mask.box.top)


def remove_small(mask: Mask, minimum_area_px: int) -> Mask:
    """The mask without connected pieces of fewer pixels."""
    if mask.is_empty:
        return mask
    _, labels, stats, _ = cv2.connectedComponentsWithStats(_crop_bytes(mask), connectivity=8)
    keep = stats[:, cv2.CC_STAT_AREA] >= minimum_area_px
    keep[0] = False
    return Mask.from_array(keep[labels], mask.box.left, mask.box.top)


def fill_holes(mask: Mask, maximum_area_px: int | None = None) -> Mask:
    """The mask with its holes filled, all or those of at most so many pixels.

    A hole is background that touches the outside at no edge of a pixel.
    """
    if mask.is_empty:
        return mask
    background = np.pad(_crop_bytes(mask) ^ 1, 1, constant_values=1)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(background, connectivity=4)
    fill = np.ones(len(stats), np.bool_)
    if maximum_area_px is not None:
        fill = stats[:, cv2.CC_STAT_AREA] <= maximum_area_px
    # Label 0 is the mask itself; the outside is the piece that holds the rim.
    fill[0], fill[labels[0, 0]] = True, False
    return Mask.from_array(fill[labels], mask.box.left - 1, mask.box.top - 1)


def dilate(mask: Mask, radius_px: float, size: Size) -> Mask:
    """Pixels at most ``radius_px`` from a pixel of the mask, centre to centre, cut to the image."""
    if mask.is_empty:
        return mask
    margin = int(np.ceil(radius_px)) + 1
    pixels = np.pad(_crop_bytes(mask), margin)
    # The transform measures the distance to the nearest zero.
    distance = cv2.distanceTransform(1 - pixels, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    grown = Mask.from_array(
        distance <= radius_px + 1e-4, mask.box.left - margin, mask.box.top - margin
    )
    return grown.clipped(size)


def erode(mask: Mask, radius_px: float) -> Mask:
    """Pixels of the mask farther than ``radius_px`` from every pixel outside it."""
    if mask.is_empty:
        return mask
    pixels = np.pad(_crop_bytes(mask), 1)
    distance = cv2.distanceTransform(pixels, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return Mask.from_array(distance > radius_px + 1e-4, mask.box.left - 1, mask.box.top - 1)


def smooth(mask: Mask, radius_px: float, size: Size) -> Mask:
    """The mask without thin spikes and cracks: an opening, then a closing, by a disc."""
    return _closed(dilate(erode(mask, radius_px), radius_px, size), radius_px, size)


def gaps(mask: Mask, radius_px: float, size: Size) -> Mask:
    """Pixels outside the mask that no disc of this radius reaches without touching it."""
    return _closed(mask, radius_px, size).without(mask)


def _closed(mask: Mask, radius_px: float, size: Size) -> Mask:
    """A closing by a disc: what it cannot enter is filled."""
    margin = int(np.ceil(radius_px)) + 1
    # Room around the image, so that its edge does not eat what touches it.
    room = Size(size.width + 2 * margin, size.height + 2 * margin)
    closed = erode(dilate(mask.moved(margin, margin), radius_px, room), radius_px)
    return closed.moved(-margin, -margin).clipped(size)


def _crop_bytes(mask: Mask) -> npt.NDArray[np.uint8]:
    return mask.crop().view(np.uint8)


def _component(
    mask: Mask, labels: npt.NDArray[np.int32], stats: npt.NDArray[np.int32], index: int
) -> Mask:
    left, top, width, height = (int(value) for value in stats[:4])
    pixels = labels[top : top + height, left : left + width] == index
    return Mask.from_array(pixels, mask.box.left + left, mask.box.top + top)


def _fill_capsule(line: FloatArray, radius: float, box: PixelBox) -> BoolArray:
    """One capsule: what every event of the brush needs, some five times as fast."""
    centres = np.arange(box.top, box.bottom, dtype=np.float64) + 0.5
    left, right = _row_intervals(line[:1], line[-1:], radius, centres)
    # Rows that are not crossed run from infinity to minus infinity: nothing is between.
    first = np.clip(np.ceil(left[0] - 0.5) - box.left, 0, box.width).astype(np.int32)
    last = np.clip(np.floor(right[0] - 0.5) + 1 - box.left, 0, box.width).astype(np.int32)
    columns = np.arange(box.width, dtype=np.int32)
    filled: BoolArray = (columns >= first[:, None]) & (columns < last[:, None])
    return filled


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
    normal *= (radius / np.where(length > 0, length, 1))[:, None]
    for side in (normal, -normal):
        y0, rise = (starts + side)[:, 1:], along[:, 1:]
        fraction = (centres - y0) / np.where(rise != 0, rise, 1)
        x = (starts + side)[:, :1] + fraction * along[:, :1]
        crossed = (fraction >= 0) & (fraction <= 1) & (rise != 0)
        np.minimum(left, x, out=left, where=crossed)
        np.maximum(right, x, out=right, where=crossed)
    return left, right


def _set_pixels_under(line: FloatArray, pixels: BoolArray, box: PixelBox) -> None:
    """Set the pixels that hold the points themselves, so that a fine brush leaves a mark."""
    columns, rows = (np.floor(line).astype(np.int64) - (box.left, box.top)).T
    inside = (columns >= 0) & (columns < box.width) & (rows >= 0) & (rows < box.height)
    pixels[rows[inside], columns[inside]] = True
