"""Keeps the static overlay in step with shapes, superpixels, style and view."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer, Signal

from core.document.geometry import Size
from gui.canvas.layers.class_fill import ClassFill
from gui.canvas.layers.contours import ContourCache
from gui.canvas.layers.overlay_layer import OverlayLayer
from gui.canvas.layers.overlay_renderer import margin_px
from gui.canvas.layers.overlay_style import OverlayStyle
from gui.canvas.layers.overlay_worker import OverlayRequest, OverlayWorker
from gui.canvas.layers.superpixel_boundaries import Superpixels
from gui.canvas.layers.window import RenderWindow
from gui.canvas.shapes import CanvasShape, look_alike

REACH = 0.3
"""The overlay reaches beyond the view by this share of it, so that a pan shows no blank rim."""
PREFETCH_REACH = 0.12
REST_MS = 30


class OverlayFeed(QObject):
    """Asks the worker for pixels when they are needed and hands them to the layer.

    ``changed`` carries the rectangles of the raster that look different (a list of
    PixelBox), or None for all.
    """

    changed = Signal(object)
    _arrived = Signal()

    def __init__(self, cache: ContourCache, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.layer = OverlayLayer()
        self._worker = OverlayWorker(cache, self._arrived.emit)
        self._arrived.connect(self._take_results)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._request)
        self._generation = 0
        self._image_number = 0
        self._image: Size | None = None
        self._window: RenderWindow | None = None
        self._style = OverlayStyle()
        self._shapes: Sequence[CanvasShape] = ()
        self._latest: Sequence[CanvasShape] = ()
        self._labels: Superpixels | None = None
        self._classes: ClassFill | None = None
        self._requested: OverlayRequest | None = None
        self._closed = False

    def set_image(self, image: Size | None) -> None:
        """Another size or no image: nothing rendered is of use, nor are superpixels or classes."""
        if image != self._image:
            self._image = image
            self._labels = None
            self._classes = None
            self.forget()

    def forget(self) -> None:
        """Drop all pixels, those on their way too; for another picture."""
        self._image_number += 1
        self.layer.clear()
        self.changed.emit(None)
        self._schedule(0)

    def set_shapes(self, shapes: Sequence[CanvasShape]) -> None:
        """Show these shapes from now on; nothing is done when they look like those before."""
        if not look_alike(self._latest, shapes):
            self._shapes = shapes
            self._schedule(0)
        self._latest = shapes

    def set_labels(self, labels: Superpixels | None) -> None:
        """Show the boundaries of these superpixels, None for none."""
        if labels is not self._labels:
            self._labels = labels
            self._schedule(0)

    def set_classes(self, classes: ClassFill | None) -> None:
        """Show the classes of the pixels, None for none."""
        if classes is not self._classes:
            self._classes = classes
            self._schedule(0)

    def set_style(self, style: OverlayStyle) -> None:
        """Draw with other line widths or without fills."""
        if style != self._style:
            self._style = style
            self._schedule(0)

    def show(self, window: RenderWindow) -> None:
        """The view moved: render at once what a pan bares, a zoom when it comes to rest."""
        self._window = window
        requested = self._requested
        if requested is None or requested.window.scale != window.scale:
            self._schedule(REST_MS if self.layer.rendered is not None else 0, restart=True)
        elif not requested.window.covers(self._of_interest(window, PREFETCH_REACH)):
            self._timer.stop()
            self._request()

    @property
    def is_exact(self) -> bool:
        """Whether what is painted now is neither scaled nor out of date."""
        rendered, window = self.layer.rendered, self._window
        if self._image is None or window is None:
            return True
        return (
            rendered is not None
            and rendered.image_number == self._image_number
            and rendered.shapes is self._shapes
            and rendered.labels is self._labels
            and rendered.classes is self._classes
            and rendered.style == self._style
            and rendered.window.covers(self._of_interest(window, 0.0))
        )

    def finish(self, timeout_s: float) -> bool:
        """Render now and wait for it; False when it took longer."""
        if self.is_exact:
            return True
        self._timer.stop()
        self._request()
        self._worker.wait_until_idle(timeout_s)
        self._take_results()
        return self.is_exact

    def shutdown(self) -> None:
        """End the worker's thread; nothing is rendered afterwards."""
        self._closed = True
        self._timer.stop()
        self._worker.stop()

    def _schedule(self, delay_ms: int, *, restart: bool = False) -> None:
        if self._closed:
            return
        if restart or not self._timer.isActive() or self._timer.remainingTime() > delay_ms:
            self._timer.start(delay_ms)

    def _request(self) -> None:
        if self._image is None or self._window is None or self._closed:
            return
        self._generation += 1
        self._requested = OverlayRequest(
            self._generation,
            self._image_number,
            self._image,
            self._window_to_render(self._window),
            self._style,
            self._shapes,
            self._labels,
            self._classes,
        )
        self._worker.request(self._requested)

    def _window_to_render(self, window: RenderWindow) -> RenderWindow:
        """The window of the last request while it serves: then only patches are rendered."""
        last = self._requested
        if (
            last is not None
            and last.image_number == self._image_number
            and last.window.covers(self._of_interest(window, PREFETCH_REACH))
        ):
            return last.window
        return self._of_interest(window, REACH)

    def _of_interest(self, window: RenderWindow, reach: float) -> RenderWindow:
        """The window with its surroundings, as far as the image reaches."""
        image = self._image
        if image is None:
            return window
        margin = margin_px(self._style) if reach else 0
        return window.grown(reach).limited_to(image.box, margin)

    def _take_results(self) -> None:
        for result in self._worker.take_results():
            if result.request.image_number == self._image_number:
                self.changed.emit(self.layer.take(result))
