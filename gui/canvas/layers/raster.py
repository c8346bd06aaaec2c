"""The pixels of a render window and the way from image coordinates to them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from gui.canvas.layers.window import RenderWindow

ArgbArray = npt.NDArray[np.uint8]
"""Premultiplied ARGB32 as Qt keeps it: uint8 of shape (h, w, 4), channels B, G, R, A."""

SUBPIXEL_BITS = 4


def blank(window: RenderWindow) -> ArgbArray:
    """A fully transparent array for a window."""
    return np.zeros((window.box.height, window.box.width, 4), np.uint8)


def paint_where(
    target: ArgbArray, inside: npt.NDArray[np.bool_], bgra: tuple[int, int, int, int]
) -> None:
    """Set the pixels that a mask of shape (h, w) names; whole pixels at once, for speed."""
    value = np.array(bgra, np.uint8).view(np.uint32)[0]
    np.copyto(target.view(np.uint32)[:, :, 0], value, where=inside)


class Raster:
    """Transforms points for OpenCV, whose coordinates are pixel centres and not edges."""

    def __init__(self, window: RenderWindow) -> None:
        self._shift = np.array([window.box.left + 0.5, window.box.top + 0.5])
        self.width_px = window.box.width
        self.height_px = window.box.height
        self.scale = window.scale

    def placed(self, points: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        """Image coordinates of shape (n, 2) as device pixels of the array."""
        moved: npt.NDArray[np.float64] = points * np.float64(self.scale) - self._shift
        return moved

    def fixed(self, rings: Sequence[npt.NDArray[np.float32]]) -> list[npt.NDArray[np.int32]]:
        """Rings in OpenCV's fixed-point format, all transformed at once."""
        if not rings:
            return []
        fixed = to_fixed(self.placed(np.concatenate(rings)))
        ends = np.cumsum([len(ring) for ring in rings]).tolist()
        return [fixed[start:end] for start, end in zip([0, *ends[:-1]], ends, strict=True)]


def to_fixed(points: npt.NDArray[np.float64]) -> npt.NDArray[np.int32]:
    """Device pixels in OpenCV's fixed-point format."""
    return np.round(points * (1 << SUBPIXEL_BITS)).astype(np.int32)
