"""The part of the canvas that shows: picture, superpixels, overlay and live layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from core.document.geometry import Box, Size
from core.document.mask import PixelBox
from core.imaging.display import ToneMap
from gui.canvas.layers.class_fill import ClassFill
from gui.canvas.layers.contours import ContourCache
from gui.canvas.layers.frame import Frame
from gui.canvas.layers.image_layer import BgraImage, ImageLayer
from gui.canvas.layers.live_layer import LiveLayer
from gui.canvas.layers.overlay_feed import OverlayFeed
from gui.canvas.layers.overlay_style import OverlayStyle
from gui.canvas.layers.pins import Pin, PinLayer
from gui.canvas.layers.superpixel_boundaries import LabelArray, Superpixels
from gui.canvas.layers.window import RenderWindow
from gui.canvas.shapes import CanvasShape
from gui.canvas.viewport import Viewport
from gui.tools.draft import Draft

FIT_MARGIN_PX = 8.0
NO_IMAGE = Size(1, 1)


class ImageView(QWidget):
    """Shows an image with shapes and a draft.

    What is static is painted into a kept frame; the live layer goes over it, in
    the region that changed. Call ``shutdown()`` before dropping the widget: it
    ends the rendering thread.
    """

    viewport_changed = Signal()
    surround_changed = Signal(QColor)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(self.tr("Image canvas"))
        self.setMinimumSize(64, 64)
        cache = ContourCache()
        self._image_size: Size | None = None
        self._viewport = Viewport(NO_IMAGE, 1.0, 1.0)
        self._is_fitted = True
        self._image = ImageLayer()
        self._feed = OverlayFeed(cache, self)
        self._frame = Frame(self._image, self._feed.layer)
        self._live = LiveLayer(cache)
        self._pins = PinLayer()
        self._shapes: Mapping[int, CanvasShape] = {}
        self._marked: Sequence[CanvasShape] = ()
        self._fill_strength = 1.0
        self._feed.changed.connect(self._overlay_changed)
        self.destroyed.connect(self._feed.shutdown)

    def set_image(self, levels: tuple[BgraImage, ...] | None, size: Size | None) -> None:
        """Show a picture: its mip levels, finest first, and its full upright size.

        The zoom is kept when the size stays the same, as from a preview to the
        full picture or between frames of one camera; otherwise the picture is
        fitted. When it is another picture, call ``set_overlay`` and
        ``set_superpixels`` in the same turn.
        """
        if levels is None or size is None:
            levels, size = (), None
        self._image.set_levels(levels, size)
        self._frame.invalidate()
        if size != self._image_size:
            self._image_size = size
            self._feed.set_image(size)
            self._viewport = replace(self._viewport, image=size or NO_IMAGE)
            self.fit()
        self.update()

    @property
    def shapes(self) -> tuple[CanvasShape, ...]:
        """What was last asked to be shown, back to front."""
        return tuple(self._shapes.values())

    def set_overlay(self, shapes: Sequence[CanvasShape]) -> None:
        """Show these shapes, the full list each time; only what differs is drawn anew."""
        shown = tuple(shapes)
        by_id = {shape.id: shape for shape in shown}
        if self._shapes and by_id.keys().isdisjoint(self._shapes):
            self._feed.forget()
        self._shapes = by_id
        self._show_shapes()

    def set_draft(self, draft: Draft) -> None:
        """Show the draft of the active tool; repaints only what differs."""
        before = self._live.draft
        if draft is before:
            return
        self.update(self._live.changed_region(self.viewport, before, draft))
        self._live.draft = draft
        if draft.replaced is not before.replaced:
            self._show_shapes()
        elif draft.hovered_id != before.hovered_id:
            self._refresh_emphasis()

    def set_pins(self, pins: Sequence[Pin]) -> None:
        """Show these pins of comments over everything else."""
        if self._pins.pins or pins:
            self._pins.pins = tuple(pins)
            self.update()

    def name_pin(self, pin_id: int | None) -> None:
        """Show the words of a pin beside it, or of none."""
        if pin_id != self._pins.named:
            self._pins.named = pin_id
            self.update()

    def pin_at(self, x: float, y: float) -> Pin | None:
        """The pin whose head lies at an image position."""
        return self._pins.at(self.viewport, *self.viewport.to_screen(x, y))

    def set_superpixels(self, labels: LabelArray | None, regions: LabelArray | None = None) -> None:
        """Show the boundaries of a label map that spans the image, None to hide them.

        int32 of shape (h, w), at the image's or a smaller resolution. ``regions``
        joins labels, int32 (labels,): the same map with another cut costs nothing here.
        """
        self._feed.set_labels(None if labels is None else Superpixels(labels, regions))

    def set_classes(self, classes: ClassFill | None) -> None:
        """Show a class per pixel under the shapes, None to hide it."""
        self._feed.set_classes(classes)

    def set_overlays_visible(self, visible: bool) -> None:
        """Show or hide everything but the picture and the draft."""
        if visible == self._frame.overlay_visible:
            return
        self._frame.overlay_visible = visible
        self._frame.invalidate()
        self._refresh_emphasis()
        self.update()

    def set_outlines_only(self, outlines_only: bool) -> None:
        """Leave out the fills, or show them again."""
        if outlines_only == self._live.outlines_only:
            return
        self._live.outlines_only = outlines_only
        self._restyle()
        self.update()

    def set_fill_strength(self, strength: float) -> None:
        """Multiply the opacity of every fill; 1 shows them as the shapes say."""
        self._fill_strength = strength
        self._restyle()

    def set_tone_map(self, tone_map: ToneMap | None) -> None:
        """Show the picture in other tones; None as it is. ``color_at`` stays the picture's."""
        self._image.tone_map = tone_map
        self._frame.invalidate()
        self.update()

    def set_pixel_grid(self, shown: bool) -> None:
        """Show lines between the pixels from twelvefold zoom on."""
        if shown == self._frame.pixel_grid:
            return
        self._frame.pixel_grid = shown
        self._frame.invalidate()
        self.update()

    def set_theme(self, surround: QColor) -> None:
        """The neutral colour around the picture."""
        self._frame.surround = surround
        self._frame.invalidate()
        self.update()
        self.surround_changed.emit(surround)

    @property
    def surround(self) -> QColor:
        """The colour around the picture."""
        return self._frame.surround

    @property
    def viewport(self) -> Viewport:
        """What is shown where; its screen coordinates are those of the widget."""
        return self._viewport.snapped(self.devicePixelRatioF())

    @property
    def device_scale(self) -> float:
        """Screen's physical pixels per image pixel: 1.0 is what people call 100 %."""
        return self._viewport.scale * self.devicePixelRatioF()

    @property
    def is_exact(self) -> bool:
        """Whether the overlay is neither scaled nor out of date."""
        return self._feed.is_exact

    def follow(self, viewport: Viewport) -> None:
        """Show the same middle at the same zoom as another view of a picture of this size."""
        same_picture = viewport.image == self._viewport.image
        if same_picture and self._image_size is not None:
            self._move_to(viewport.resized(float(self.width()), float(self.height())))

    def fit(self) -> None:
        """Show the whole picture; it stays fitted when the widget is resized."""
        self._move_to(self._viewport.fitted(FIT_MARGIN_PX))
        self._is_fitted = True

    def zoom_to(self, box: Box, margin_px: float = 48.0) -> None:
        """Show a box of the image as large as possible."""
        self._move_to(self._viewport.zoomed_to(box, margin_px))

    def set_scale(self, device_scale: float) -> None:
        """Zoom about the middle; 1.0 is one image pixel per physical pixel."""
        view = self._viewport
        scale = device_scale / self.devicePixelRatioF()
        self._move_to(view.scaled_at(view.width / 2, view.height / 2, scale))

    def zoom_by(self, factor: float) -> None:
        """Zoom about the middle."""
        view = self._viewport
        self._move_to(view.zoomed_at(view.width / 2, view.height / 2, factor))

    def pan_by(self, dx: float, dy: float) -> None:
        """Move the picture by so many screen pixels."""
        self._move_to(self._viewport.panned(dx, dy))

    def color_at(self, x: float, y: float) -> tuple[int, int, int] | None:
        """Red, green and blue of the pixel under an image position; None outside."""
        return self._image.color_at(x, y)

    def grab_frame(self, timeout_s: float = 10.0) -> QImage:
        """The widget as a picture with an exact overlay, at physical resolution."""
        self._show_window()
        self._feed.finish(timeout_s)
        return self.grab().toImage()

    def shutdown(self) -> None:
        """End the rendering thread and wait for it; may be called twice."""
        self._feed.shutdown()

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        """Room for a picture."""
        return QSize(960, 640)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        """Blit the frame and paint the live layer where something changed."""
        ratio = self.devicePixelRatioF()
        pixmap = self._frame.pixmap(self._window())
        pixmap.setDevicePixelRatio(ratio)
        with QPainter(self) as painter:
            painter.drawPixmap(0, 0, pixmap)
            if self._image_size is not None:
                painter.setClipRegion(event.region())
                self._live.paint(painter, self.viewport, event.rect(), ratio)
                if self._frame.overlay_visible:
                    self._pins.paint(painter, self.viewport)
        pixmap.setDevicePixelRatio(1.0)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        """Keep the centre, or the whole picture when it was fitted."""
        was_fitted = self._is_fitted
        self._move_to(self._viewport.resized(float(self.width()), float(self.height())))
        if was_fitted:
            self.fit()
        super().resizeEvent(event)

    def event(self, event: QEvent) -> bool:
        """Draw anew when the window moves to a screen of another density."""
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._frame.invalidate()
            self._show_window()
            self.update()
        return super().event(event)

    def _move_to(self, viewport: Viewport) -> None:
        if viewport == self._viewport:
            return
        self._is_fitted = False
        self._viewport = viewport
        self._show_window()
        self.update()
        self.viewport_changed.emit()

    def _show_window(self) -> None:
        self._restyle()
        self._feed.show(self._window())

    def _restyle(self) -> None:
        ratio = self.devicePixelRatioF()
        style = OverlayStyle.for_screen(
            ratio, outlines_only=self._live.outlines_only, fill_strength=self._fill_strength
        )
        self._feed.set_style(style)

    def _window(self) -> RenderWindow:
        ratio = self.devicePixelRatioF()
        return RenderWindow.of_view(self._viewport.snapped(ratio), ratio)

    def _show_shapes(self) -> None:
        """All shapes but the one that the draft shows as it would become."""
        shown, replaced = self.shapes, self._live.draft.replaced
        if replaced is not None:
            shown = tuple(shape for shape in shown if shape.geometry is not replaced)
        self._marked = [shape for shape in shown if shape.selected or shape.hovered]
        self._feed.set_shapes(shown)
        self._refresh_emphasis()

    def _refresh_emphasis(self) -> None:
        """Shapes that are marked as hovered or selected, or that the draft hovers."""
        emphasised = list(self._marked)
        hovered = self._hovered_by_draft()
        if hovered is not None:
            emphasised = [shape for shape in emphasised if shape is not hovered]
            emphasised.append(replace(hovered, hovered=True))
        if not self._frame.overlay_visible:
            emphasised = []
        view = self.viewport
        region = self._live.emphasis_region(view, self._live.emphasised)
        self._live.emphasised = emphasised
        self.update(region + self._live.emphasis_region(view, emphasised))

    def _hovered_by_draft(self) -> CanvasShape | None:
        hovered_id = self._live.draft.hovered_id
        shape = None if hovered_id is None else self._shapes.get(hovered_id)
        return shape if shape and shape.geometry is not self._live.draft.replaced else None

    def _overlay_changed(self, boxes: list[PixelBox] | None) -> None:
        if boxes is None:
            self._frame.invalidate()
            self.update()
            return
        for rect in self._frame.invalidate_boxes(boxes):
            self.update(_logical(rect, self.devicePixelRatioF()))


def _logical(rect: QRect, ratio: float) -> QRect:
    """A rectangle of physical pixels in logical ones, rounded outwards."""
    physical = QRectF(rect)
    return QRectF(
        physical.x() / ratio,
        physical.y() / ratio,
        physical.width() / ratio,
        physical.height() / ratio,
    ).toAlignedRect()
