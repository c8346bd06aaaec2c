"""What can be done to the pixels of a mask."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from core.document.geometry import Size
from core.document.mask import Mask


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
