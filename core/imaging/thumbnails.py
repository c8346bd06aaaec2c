"""Small pictures for lists."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from core.imaging.arrays import RgbImage
from core.imaging.reading import read_preview


def read_thumbnail(path: Path, width_px: int, height_px: int) -> RgbImage:
    """A picture that fills ``width_px`` × ``height_px``, cut at its longer side.

    Returns uint8 of shape (height_px, width_px, 3), contiguous. Raises ReadError.
    """
    rgb, _ = read_preview(path)
    height, width = rgb.shape[:2]
    scale = max(width_px / width, height_px / height)
    cut_width = min(width, max(1, round(width_px / scale)))
    cut_height = min(height, max(1, round(height_px / scale)))
    left, top = (width - cut_width) // 2, (height - cut_height) // 2
    cut = rgb[top : top + cut_height, left : left + cut_width]
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.ascontiguousarray(cv2.resize(cut, (width_px, height_px), interpolation=way))
