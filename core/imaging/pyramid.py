"""Smaller and smaller copies of an image, for painting at any zoom."""

from __future__ import annotations

import cv2
import numpy as np

from core.imaging.arrays import BgraImage, RgbImage

SMALLEST_LEVEL_PX = 256
"""Halving stops when both sides are at most this long."""


def build_pyramid(rgb: RgbImage) -> tuple[BgraImage, ...]:
    """Levels of an image, the full one first, each half the one before.

    Each level is uint8 of shape (h, w, 4), BGR and 255. Before halving, an odd
    last row or column is left out (a crop to even size makes the halving ten
    times as fast), so a pixel of level ``k`` always covers exactly 2^k × 2^k
    pixels of the image.
    """
    level: BgraImage = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2BGRA), np.uint8)
    levels = [level]
    while max(level.shape[:2]) > SMALLEST_LEVEL_PX and min(level.shape[:2]) >= 2:
        level = halve(level)
        levels.append(level)
    for item in levels:
        item.flags.writeable = False
    return tuple(levels)


def halve(level: BgraImage) -> BgraImage:
    """Mean of each 2 × 2 block; an odd last row or column is left out."""
    height, width = level.shape[0] // 2, level.shape[1] // 2
    even = level[: 2 * height, : 2 * width]
    return np.asarray(cv2.resize(even, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
