"""Contrast for the eye: dark or flat pictures shown over the whole range of the screen."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from core.imaging.arrays import BgraImage

LOW_PERCENT, HIGH_PERCENT = 1.0, 99.8


def stretched_levels(levels: tuple[BgraImage, ...]) -> tuple[BgraImage, ...]:
    """A pyramid with its tones spread from black to white, all levels alike.

    The range is read off the smallest level, over all three colours together,
    so that hues stay. The levels given are not changed.
    """
    table = _table(levels[-1])
    return tuple(np.asarray(cv2.LUT(level, table), np.uint8) for level in levels)


def _table(level: BgraImage) -> npt.NDArray[np.uint8]:
    """Look-up table of shape (1, 256, 4); the fourth channel stays as it is."""
    low, high = np.percentile(level[..., :3], (LOW_PERCENT, HIGH_PERCENT))
    values = np.arange(256, dtype=np.float64)
    spread = np.clip((values - low) * (255.0 / max(high - low, 1.0)), 0, 255)
    table = np.empty((1, 256, 4), np.uint8)
    table[0, :, :3] = np.rint(spread).astype(np.uint8)[:, np.newaxis]
    table[0, :, 3] = values.astype(np.uint8)
    return table
