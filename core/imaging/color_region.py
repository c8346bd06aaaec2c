"""Connected pixels of a similar colour: what the magic wand takes."""

from __future__ import annotations

import cv2
import numpy as np

from core.document.geometry import Size
from core.document.mask import Mask, PixelBox
from core.imaging.arrays import RgbImage

_FIRST_SIDE_PX = 256
_GROWTH = 3


def color_region(
    image: RgbImage, x: float, y: float, tolerance: int, *, most_px: int | None = None
) -> Mask:
    """Pixels joined by edges to the one under (x, y) that differ little from it.

    ``image`` is uint8 of shape (height, width, 3). A pixel belongs when each of
    its three channels differs by at most ``tolerance`` (0 to 255) from the pixel
    under the point. The cost follows the size of the region, not of the image:
    the search runs in a window that grows while the region touches its rim.
    With ``most_px`` the window stays below so many pixels, and the region is cut
    off at its rim (a preview). Raises ValueError for a point outside the image.
    """
    size = Size(image.shape[1], image.shape[0])
    column, row = int(np.floor(x)), int(np.floor(y))
    if not (0 <= column < size.width and 0 <= row < size.height):
        raise ValueError("the point lies outside of the image")
    side = _FIRST_SIDE_PX
    while True:
        window = PixelBox(column - side // 2, row - side // 2, side, side).clipped(size)
        found = _flooded(image, window, column, row, tolerance)
        side *= _GROWTH
        if _is_inside(found.box, window, size) or (most_px is not None and side * side > most_px):
            return found


def _flooded(image: RgbImage, window: PixelBox, column: int, row: int, tolerance: int) -> Mask:
    pixels = np.ascontiguousarray(image[window.slices])
    # OpenCV wants a rim of one pixel around the marks.
    marks = np.zeros((window.height + 2, window.width + 2), np.uint8)
    reach = (tolerance,) * 3
    flags = 4 | (1 << 8) | cv2.FLOODFILL_FIXED_RANGE | cv2.FLOODFILL_MASK_ONLY
    seed = (column - window.left, row - window.top)
    cv2.floodFill(pixels, marks, seed, (0, 0, 0), reach, reach, flags)
    return Mask.from_array(marks[1:-1, 1:-1], window.left, window.top)


def _is_inside(found: PixelBox, window: PixelBox, size: Size) -> bool:
    """Whether nothing of the region can lie beyond the window."""
    return (
        (found.left > window.left or window.left == 0)
        and (found.top > window.top or window.top == 0)
        and (found.right < window.right or window.right == size.width)
        and (found.bottom < window.bottom or window.bottom == size.height)
    )
