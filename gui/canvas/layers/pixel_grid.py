"""Lines between the pixels of a picture that is seen from very near."""

from __future__ import annotations

import math

from PySide6.QtCore import QLine, QRect
from PySide6.QtGui import QColor, QPainter

from core.document.geometry import Size
from gui.canvas.layers.window import RenderWindow

GRID_SCALE = 12.0
"""Device pixels per image pixel from which on there is room for lines."""

_LINE = QColor(128, 128, 128, 110)


def paint_pixel_grid(painter: QPainter, image: Size, window: RenderWindow, clip: QRect) -> None:
    """Paint a line of one device pixel at every edge between image pixels under ``clip``."""
    scale, box = window.scale, window.box
    if scale < GRID_SCALE:
        return
    columns = _edges(clip.left() + box.left, clip.right() + box.left, scale, image.width)
    rows = _edges(clip.top() + box.top, clip.bottom() + box.top, scale, image.height)
    if not columns or not rows:
        return
    left = max(clip.left(), -box.left)
    right = min(clip.right(), math.ceil(image.width * scale) - box.left)
    top = max(clip.top(), -box.top)
    bottom = min(clip.bottom(), math.ceil(image.height * scale) - box.top)
    lines = [QLine(x - box.left, top, x - box.left, bottom) for x in columns]
    lines.extend(QLine(left, y - box.top, right, y - box.top) for y in rows)
    painter.setPen(_LINE)
    painter.drawLines(lines)


def _edges(first: int, last: int, scale: float, extent: int) -> list[int]:
    """Places of the pixel edges within device pixels first … last of the drawn image."""
    start = max(math.floor(first / scale), 0)
    stop = min(math.ceil((last + 1) / scale), extent)
    return [math.floor(number * scale) for number in range(start, stop + 1)]
