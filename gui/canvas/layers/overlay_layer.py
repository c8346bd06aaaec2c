"""The static overlay as the window holds it: the newest pixels and how to paint them."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QImage, QPainter, QRegion

from core.document.mask import PixelBox
from gui.canvas.layers.overlay_worker import OverlayRequest, OverlayResult
from gui.canvas.layers.raster import ArgbArray
from gui.canvas.layers.window import RenderWindow


@dataclass(slots=True, eq=False)
class _Rendering:
    """Pixels of a request's window and a QImage over them, which does not copy them."""

    request: OverlayRequest
    pixels: ArgbArray
    image: QImage

    @classmethod
    def of(cls, request: OverlayRequest, pixels: ArgbArray) -> _Rendering:
        height, width = pixels.shape[:2]
        argb = QImage.Format.Format_ARGB32_Premultiplied
        return cls(request, pixels, QImage(pixels.data, width, height, pixels.strides[0], argb))

    @property
    def window(self) -> RenderWindow:
        return self.request.window

    @property
    def spans_image(self) -> bool:
        """Whether no part of the image lies outside."""
        whole = self.window.pixels_of(self.request.image.box)
        return whole.intersected(self.window.box) == whole


class OverlayLayer:
    """Keeps the newest rendering, and the last one that spans the whole image.

    The second one fills the rims while a zoom out waits for the first.
    """

    def __init__(self) -> None:
        self._current: _Rendering | None = None
        self._overview: _Rendering | None = None

    @property
    def rendered(self) -> OverlayRequest | None:
        """What the newest pixels, patches included, were rendered from."""
        return None if self._current is None else self._current.request

    def clear(self) -> None:
        """Forget all pixels."""
        self._current = None
        self._overview = None

    def take(self, result: OverlayResult) -> list[PixelBox] | None:
        """Take a result; the rectangles of its raster that changed, None for all."""
        current = self._current
        if result.pixels is not None:
            current = _Rendering.of(result.request, result.pixels)
            self._current = current
            changed = None
        else:
            if current is None:
                return []
            current.request = result.request
            changed = [self._patch(current, box, pixels) for box, pixels in result.patches]
        if current.spans_image:
            self._overview = current
        elif self._overview is not None and not _show_the_same(self._overview, current):
            self._overview = None
        return changed

    def paint(self, painter: QPainter, window: RenderWindow, clip: QRect) -> None:
        """Paint what there is over a window; the painter works in the window's pixels."""
        current = self._current
        if current is None:
            return
        exact = current.window.scale == window.scale
        reached = _placed(current, window).toAlignedRect()
        if self._overview not in (None, current) and not reached.contains(clip):
            assert self._overview is not None  # noqa: S101 (narrowing)
            painter.save()
            painter.setClipRegion(QRegion(clip) - QRegion(reached))
            _paint_scaled(painter, self._overview, window, clip)
            painter.restore()
        if exact:
            dx = current.window.box.left - window.box.left
            dy = current.window.box.top - window.box.top
            source = clip.translated(-dx, -dy).intersected(current.image.rect())
            painter.drawImage(source.translated(dx, dy), current.image, source)
        else:
            _paint_scaled(painter, current, window, clip)

    @staticmethod
    def _patch(current: _Rendering, box: PixelBox, pixels: ArgbArray) -> PixelBox:
        left, top = box.left - current.window.box.left, box.top - current.window.box.top
        current.pixels[top : top + box.height, left : left + box.width] = pixels
        return box


def _show_the_same(one: _Rendering, other: _Rendering) -> bool:
    first, second = one.request, other.request
    return (
        first.image_number == second.image_number
        and first.shapes is second.shapes
        and first.labels is second.labels
        and first.classes is second.classes
        and first.style == second.style
    )


def _placed(rendering: _Rendering, window: RenderWindow) -> QRectF:
    """Where all of a rendering lies among the pixels of a window of any scale."""
    box, ratio = rendering.window.box, window.scale / rendering.window.scale
    return QRectF(
        box.left * ratio - window.box.left,
        box.top * ratio - window.box.top,
        box.width * ratio,
        box.height * ratio,
    )


def _paint_scaled(
    painter: QPainter, rendering: _Rendering, window: RenderWindow, clip: QRect
) -> None:
    """Paint the part under ``clip``, cut to whole pixels so that Qt sees no huge target."""
    placed = _placed(rendering, window)
    ratio = window.scale / rendering.window.scale
    shown = placed.intersected(QRectF(clip))
    if shown.isEmpty():
        return
    wanted = QRectF(
        (shown.x() - placed.x()) / ratio,
        (shown.y() - placed.y()) / ratio,
        shown.width() / ratio,
        shown.height() / ratio,
    )
    source = wanted.toAlignedRect().adjusted(-1, -1, 1, 1).intersected(rendering.image.rect())
    target = QRectF(
        placed.x() + source.x() * ratio,
        placed.y() + source.y() * ratio,
        source.width() * ratio,
        source.height() * ratio,
    )
    painter.drawImage(target, rendering.image, QRectF(source))
