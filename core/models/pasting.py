"""Soft masks of a network as pixels of the image, computed inside their box only. No torch.

torchvision's ``paste_masks_in_image`` gives a full picture for every mask: 9.6 GB
for 100 objects at 24 megapixels. These are the same pixels at the cost of the
boxes.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from core.document.geometry import Box, Size
from core.document.mask import Mask, PixelBox
from core.models.proposal import SoftMask

_PADDING = 1


@dataclass(frozen=True, slots=True, eq=False)
class StretchedMask:
    """Probabilities (height, width) of the pixels that a soft mask reaches, inside the image.

    Cutting it at another threshold costs a comparison, so that a slider over hundreds of
    masks does not stretch them anew.
    """

    values: npt.NDArray[np.float32]
    left: int
    top: int

    @classmethod
    def of(cls, soft_mask: SoftMask, size: Size) -> StretchedMask:
        """The pixels of a soft mask in an image of this size."""
        values = soft_mask.values.astype(np.float32) / np.float32(255)
        return _stretched(values, soft_mask.box, size)

    def at(self, threshold: float) -> Mask:
        """The pixels whose probability exceeds a threshold in [0, 1]."""
        if not self.values.size:
            return Mask.empty()
        pixels = self.values > threshold
        left, top, width, height = cv2.boundingRect(pixels.view(np.uint8))
        if not width:
            return Mask.empty()
        inside = pixels[top : top + height, left : left + width]
        box = PixelBox(self.left + left, self.top + top, width, height)
        return Mask(box, np.packbits(inside))


def mask_at(soft_mask: SoftMask, size: Size, threshold: float = 0.5) -> Mask:
    """The pixels whose probability exceeds a threshold in [0, 1]; runs no model."""
    return StretchedMask.of(soft_mask, size).at(threshold)


def paste_mask(
    values: npt.NDArray[np.float32], box: Box, size: Size, threshold: float = 0.5
) -> Mask:
    """Stretch probabilities (n, n) over a box and keep what exceeds the threshold.

    The grid is padded by one cell of zeros and the box grown likewise, so that a
    mask can end softly at its box; between cells it is bilinear.
    """
    return _stretched(values, box, size).at(threshold)


def _stretched(values: npt.NDArray[np.float32], box: Box, size: Size) -> StretchedMask:
    place = _padded_place(box, values.shape[0])
    inside = place.clipped(size)
    if inside.is_empty:
        return StretchedMask(np.zeros((0, 0), np.float32), 0, 0)
    rows, columns = values.shape
    padded = np.zeros((rows + 2 * _PADDING, columns + 2 * _PADDING), np.float32)
    padded[_PADDING:-_PADDING, _PADDING:-_PADDING] = values
    down = _shares(len(padded), inside.top - place.top, inside.height, place.height)
    across = _shares(len(padded), inside.left - place.left, inside.width, place.width)
    return StretchedMask(down @ padded @ across.T, inside.left, inside.top)


def quantise(values: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    """Probabilities in [0, 1] as uint8, the form in which a SoftMask keeps them."""
    return np.asarray(np.rint(values.clip(0, 1) * 255), dtype=np.uint8)


def _padded_place(box: Box, cells: int) -> PixelBox:
    """Whole pixels under the padded grid, rounded as torchvision rounds (in 32 bits)."""
    corners = np.array([[box.x, box.y], [box.right, box.bottom]], dtype=np.float32)
    center = (corners[0] + corners[1]) * np.float32(0.5)
    half = (corners[1] - corners[0]) * np.float32(0.5)
    half = half * np.float32((cells + 2 * _PADDING) / cells)
    left, top = (int(value) for value in center - half)
    right, bottom = (int(value) for value in center + half)
    return PixelBox(left, top, right - left + 1, bottom - top + 1)


def _shares(cells: int, first: int, count: int, whole: int) -> npt.NDArray[np.float32]:
    """Shares (count, cells) of the cells in pixels ``first`` … of ``whole``, cell centres fixed.

    Two of them, multiplied onto a grid from both sides, stretch it bilinearly; a
    product of matrices is three times as fast as picking and blending rows.
    """
    scale = np.float32(cells / whole)
    places = (np.arange(first, first + count, dtype=np.float32) + np.float32(0.5)) * scale
    places = np.maximum(places - np.float32(0.5), np.float32(0))
    lower = np.minimum(places.astype(np.int64), cells - 1)
    upper = np.minimum(lower + 1, cells - 1)
    share = places - lower.astype(np.float32)
    pixels = np.arange(count)
    shares = np.zeros((count, cells), np.float32)
    shares[pixels, lower] = 1 - share
    shares[pixels, upper] += share
    return shares
