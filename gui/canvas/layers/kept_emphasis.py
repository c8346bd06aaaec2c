"""Hovered and selected shapes as pixels, kept while they and the view stay the same.

Stroking the outline of a large object takes milliseconds; under a brush it would be
stroked with every event, though nothing of it changes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap

from gui.canvas.shapes import CanvasShape
from gui.canvas.viewport import Viewport

Paint = Callable[[QPainter], bool]
"""Paints all of it; False while something is still being made."""


class KeptEmphasis:
    """Paints directly at first, and from kept pixels when the same is painted again.

    Hovering from object to object thus never fills a whole pixmap.
    """

    def __init__(self) -> None:
        self._look: tuple[object, ...] = ()
        self._pixmap: QPixmap | None = None

    def paint(
        self,
        painter: QPainter,
        clip: QRect,
        view: Viewport,
        ratio: float,
        shapes: Sequence[CanvasShape],
        outlines_only: bool,
        paint: Paint,
    ) -> None:
        """Paint what lies under ``clip``, in logical pixels of a view at a pixel ratio."""
        look = (view, ratio, outlines_only, *shapes)
        if look != self._look:
            self._look = look
            self._pixmap = None
            if not paint(painter):
                self._look = ()
            return
        if self._pixmap is None:
            self._pixmap = _rendered(view, ratio, paint)
        source = QRectF(
            clip.x() * ratio, clip.y() * ratio, clip.width() * ratio, clip.height() * ratio
        )
        painter.drawPixmap(QRectF(clip), self._pixmap, source)


def _rendered(view: Viewport, ratio: float, paint: Paint) -> QPixmap:
    pixmap = QPixmap(round(view.width * ratio), round(view.height * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    with QPainter(pixmap) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint(painter)
    return pixmap
