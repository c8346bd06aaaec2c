"""Small pictures for lists."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from core.imaging.arrays import RgbImage
from core.imaging.reading import read_preview


@dataclass(frozen=True, slots=True, eq=False)
class Thumbnail:
    """A picture that fills a small rectangle, cut at its longer side.

    ``scale`` is small pixels per pixel of the picture; ``left`` and ``top`` are
    how many small pixels were cut away there.
    """

    rgb: RgbImage
    scale: float
    left: int
    top: int


def read_thumbnail(path: Path, width_px: int, height_px: int) -> Thumbnail:
    """A thumbnail of ``width_px`` × ``height_px``, contiguous. Raises ReadError."""
    rgb, full = read_preview(path)
    height, width = rgb.shape[:2]
    scale = max(width_px / width, height_px / height)
    cut_width = min(width, max(1, round(width_px / scale)))
    cut_height = min(height, max(1, round(height_px / scale)))
    left, top = (width - cut_width) // 2, (height - cut_height) // 2
    cut = rgb[top : top + cut_height, left : left + cut_width]
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = np.ascontiguousarray(cv2.resize(cut, (width_px, height_px), interpolation=way))
    return Thumbnail(small, scale * width / full.width, round(left * scale), round(top * scale))
