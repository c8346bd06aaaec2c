"""The picture: mip levels of which each frame paints the fitting one."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QImage, QPainter

from core.document.geometry import Size
from core.imaging.display import ToneMap
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
        self.tone_map: ToneMap | None = None
        """What is done to the pixels before they are seen; ``color_at`` knows nothing of it."""

    @property
    def size(self) -> Size | None:
        """Of the whole picture, None when there is none."""
        return self._size

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
        if self.tone_map is None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
            painter.drawImage(target, level.image, QRectF(source))
        else:
            visible = target.toRect().intersected(clip)
            if not visible.isEmpty():
                toned = _toned(self.tone_map, level, target, QRectF(source), visible, smooth=smooth)
                painter.drawImage(visible.topLeft(), toned)

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
    return _Level(pixels, _image_over(pixels), factor)


def _toned(
    tone_map: ToneMap,
    level: _Level,
    target: QRectF,
    source: QRectF,
    visible: QRect,
    *,
    smooth: bool,
) -> QImage:
    """The visible part in other tones: applied to screen pixels, of which there are the fewest."""
    pixels = np.zeros((visible.height(), visible.width(), 4), np.uint8)
    screen = _image_over(pixels)  # must outlive its painter
    with QPainter(screen) as painter:
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        painter.drawImage(target.translated(-QPointF(visible.topLeft())), level.image, source)
    # Copied because the array ends with this function.
    return _image_over(tone_map.applied(pixels)).copy()


def _image_over(pixels: BgraImage) -> QImage:
    """A QImage that shares the array's memory."""
    height, width = pixels.shape[:2]
    return QImage(pixels.data, width, height, pixels.strides[0], QImage.Format.Format_RGB32)
