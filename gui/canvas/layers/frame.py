"""The back buffer: picture and static overlay of the view, kept between paints.

A pan moves what is there and paints the strips that appear; a patch of the
overlay repaints its rectangle; everything else repaints the whole.
"""

from __future__ import annotations

from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QPainter, QPixmap

from core.document.mask import PixelBox
from gui.canvas.layers.image_layer import ImageLayer
from gui.canvas.layers.overlay_layer import OverlayLayer
from gui.canvas.layers.pixel_grid import paint_pixel_grid
from gui.canvas.layers.window import RenderWindow


class Frame:
    """A pixmap of a render window, and the parts of it that are out of date."""

    def __init__(self, image: ImageLayer, overlay: OverlayLayer) -> None:
        self._image = image
        self._overlay = overlay
        self._pixmap = QPixmap()
        self._window: RenderWindow | None = None
        self._stale: list[QRect] = []
        self.surround = QColor(34, 34, 34)
        self.overlay_visible = True
        self.pixel_grid = False

    def invalidate(self) -> None:
        """Everything has to be painted anew."""
        self._window = None

    def invalidate_boxes(self, boxes: list[PixelBox]) -> list[QRect]:
        """Rectangles of the raster have to be painted anew; their places in the window."""
        if self._window is None:
            return []
        origin = self._window.box
        rects = [
            QRect(box.left - origin.left, box.top - origin.top, box.width, box.height)
            for box in boxes
        ]
        self._stale.extend(rects)
        return rects

    def pixmap(self, window: RenderWindow) -> QPixmap:
        """The pixmap of a window, brought up to date."""
        self._move_to(window)
        for rect in self._stale:
            clip = rect.intersected(self._pixmap.rect())
            if not clip.isEmpty():
                self._paint(window, clip)
        self._stale = []
        return self._pixmap

    def _move_to(self, window: RenderWindow) -> None:
        before, self._window = self._window, window
        if before == window:
            return
        box = window.box
        whole = QRect(0, 0, box.width, box.height)
        if self._pixmap.rect() != whole:
            self._pixmap = QPixmap(box.width, box.height)
            before = None
        if before is None or before.scale != window.scale:
            self._stale = [whole]
            return
        dx, dy = before.box.left - box.left, before.box.top - box.top
        if abs(dx) >= box.width or abs(dy) >= box.height:
            self._stale = [whole]
            return
        self._pixmap.scroll(dx, dy, whole)
        self._stale = [rect.translated(dx, dy) for rect in self._stale]
        if dx:
            left = 0 if dx > 0 else box.width + dx
            self._stale.append(QRect(left, 0, abs(dx), box.height))
        if dy:
            top = 0 if dy > 0 else box.height + dy
            self._stale.append(QRect(0, top, box.width, abs(dy)))

    def _paint(self, window: RenderWindow, clip: QRect) -> None:
        with QPainter(self._pixmap) as painter:
            painter.setClipRect(clip)
            painter.fillRect(clip, self.surround)
            self._image.paint(painter, window, clip)
            if self.pixel_grid and self._image.size is not None:
                paint_pixel_grid(painter, self._image.size, window, clip)
            if self.overlay_visible:
                painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
                self._overlay.paint(painter, window, clip)
