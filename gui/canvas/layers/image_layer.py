"""The picture: mip levels of which each frame paints the fitting one."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QImage, QPainter

from core.document.geometry import Size
from gui.canvas.layers.window import RenderWindow

BgraImage = npt.NDArray[np.uint8]
"""uint8 of shape (h, w, 4), channels B, G, R and one that is not used."""

TRUE_PIXEL_SCALE = 4.0
"""From this scale on every image pixel is a sharp square."""


@dataclass(frozen=True, slots=True, eq=False)
class _Level:
    """One resolution: ``factor`` image pixels per pixel of its array."""

    pixels: BgraImage
    image: QImage
    factor: float


class ImageLayer:
    """Paints the visible part of the level whose remaining scale lies in (½, 1]."""

    def __init__(self) -> None:
        self._levels: tuple[_Level, ...] = ()
        self._size: Size | None = None

    def set_levels(self, levels: tuple[BgraImage, ...], size: Size | None) -> None:
        """Show these levels, the finest first, each half as large as the one before.

        The first may be a reduced preview of an image of ``size``.
        """
        self._size = size
        if size is None or not levels:
            self._levels = ()
            return
        first = size.width / levels[0].shape[1]
        self._levels = tuple(
            _level(pixels, first * 2.0**number) for number, pixels in enumerate(levels)
        )

    def color_at(self, x: float, y: float) -> tuple[int, int, int] | None:
        """Red, green and blue under an image position; None outside of the image."""
        size = self._size
        if size is None or not self._levels or not size.box.contains(x, y):
            return None
        level = self._levels[0]
        height, width = level.pixels.shape[:2]
        row = min(int(y / level.factor), height - 1)
        column = min(int(x / level.factor), width - 1)
        blue, green, red = level.pixels[row, column, :3].tolist()
        return red, green, blue

    def paint(self, painter: QPainter, window: RenderWindow, clip: QRect) -> None:
        """Paint the part under ``clip``; the painter works in the window's pixels."""
        if self._size is None or not self._levels:
            return
        level = self._level_for(window.scale)
        ratio = window.scale * level.factor
        left, top = window.box.left, window.box.top
        wanted = QRectF(
            (clip.x() + left) / ratio,
            (clip.y() + top) / ratio,
            clip.width() / ratio,
            clip.height() / ratio,
        )
        # Two pixels more on each side, so that smoothing sees the same neighbours in any clip.
        source = wanted.toAlignedRect().adjusted(-2, -2, 2, 2).intersected(level.image.rect())
        if source.isEmpty():
            return
        target = QRectF(
            source.x() * ratio - left,
            source.y() * ratio - top,
            source.width() * ratio,
            source.height() * ratio,
        )
        smooth = window.scale < TRUE_PIXEL_SCALE
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        painter.drawImage(target, level.image, QRectF(source))

    def _level_for(self, scale: float) -> _Level:
        finest = self._levels[0].factor
        steps = math.ceil(-math.log2(scale * finest) - 1e-9) - 1 if scale * finest < 1 else 0
        if scale * finest * 2.0**steps <= 0.5:
            steps += 1
        return self._levels[min(max(steps, 0), len(self._levels) - 1)]


def _level(pixels: BgraImage, factor: float) -> _Level:
    if pixels.ndim != 3 or pixels.shape[2] != 4 or pixels.dtype != np.uint8:
        raise ValueError("a level of the picture is uint8 of shape (h, w, 4)")
    pixels = np.ascontiguousarray(pixels)
    height, width = pixels.shape[:2]
    image = QImage(pixels.data, width, height, pixels.strides[0], QImage.Format.Format_RGB32)
    return _Level(pixels, image, factor)
