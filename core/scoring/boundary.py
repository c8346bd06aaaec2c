"""Boundary IoU: how well outlines agree, whatever the size of the object."""

from __future__ import annotations

import cv2
import numpy as np

from core.document.geometry import Size
from core.document.mask import Mask

BOUNDARY_RATIO = 0.02
"""Width of the boundary as a share of the image's diagonal."""


def boundary_width_px(size: Size, ratio: float = BOUNDARY_RATIO) -> int:
    """Width of the boundary on an image, at least one pixel."""
    return max(1, round(ratio * float(np.hypot(size.width, size.height))))


def boundary_of(mask: Mask, width_px: int) -> Mask:
    """Pixels of a mask that lie within so many pixels of its contour.

    Distance is counted in king's moves and the border of the image is a
    contour, as in the authors' code.
    """
    if mask.is_empty:
        return mask
    pixels = np.pad(mask.crop().astype(np.uint8), 1)
    side = 2 * min(width_px, max(pixels.shape)) + 1
    kernel = np.ones((side, side), np.uint8)
    inner = cv2.erode(pixels, kernel, borderType=cv2.BORDER_CONSTANT, borderValue=0)
    return Mask.from_array((pixels & ~inner & 1)[1:-1, 1:-1], mask.box.left, mask.box.top)


def boundary_iou(
    first: Mask, second: Mask, size: Size, ratio: float = BOUNDARY_RATIO
) -> float | None:
    """IoU of the boundaries of two masks (Cheng et al., "Boundary IoU", 2021).

    None when both are empty.
    """
    width_px = boundary_width_px(size, ratio)
    edges = boundary_of(first, width_px), boundary_of(second, width_px)
    shared = edges[0].intersected(edges[1]).area
    union = edges[0].area + edges[1].area - shared
    return shared / union if union else None
