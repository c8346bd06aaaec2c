"""What changes with every move of the pointer: hovered and selected shapes, drafts, brush.

Painted over the frame with antialiasing, in logical pixels, only where it changed.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPainterPath, QPen, QRegion

from core.document.geometry import Box, Keypoints
from core.document.mask import PixelBox
from core.editing.skeletons import skeleton_lines
from gui.canvas.layers.contours import ContourCache, octave_of
from gui.canvas.layers.draft_masks import changed_box, render_draft_mask
from gui.canvas.layers.kept_emphasis import KeptEmphasis
from gui.canvas.layers.shape_paths import ShapePaths, path_of_points
from gui.canvas.layers.window import RenderWindow
from gui.canvas.shapes import CanvasShape, LineStyle
from gui.canvas.viewport import Viewport
from gui.tools.draft import NO_DRAFT, BrushCursor, Draft, DraftNote, DraftPath

HANDLE_PX = 9.0
VERTEX_RADIUS_PX = 4.0
CAPTION_WIDTH_PX = 240
NOTE_OFFSET_PX = 18.0
NOTE_SIZE_PX = (260, 36)
REACH_PX = 12
"""Everything that belongs to a shape but its caption is painted at most so far from it."""

HALO = QColor(0, 0, 0, 170)
LIGHT = QColor(255, 255, 255)


class LiveLayer:
    """Paints emphasised shapes and the draft of the active tool."""

    def __init__(self, cache: ContourCache) -> None:
        self._cache = cache
        self._paths = ShapePaths(cache)
        self._kept = KeptEmphasis()
        self.emphasised: Sequence[CanvasShape] = ()
        self.draft: Draft = NO_DRAFT
        self.outlines_only = False

    def region(self, view: Viewport) -> QRegion:
        """Where it paints now, in logical pixels."""
        region = self.emphasis_region(view, self.emphasised)
        return region + self.draft_region(view, self.draft)

    def emphasis_region(self, view: Viewport, shapes: Sequence[CanvasShape]) -> QRegion:
        """Where hovered and selected shapes are painted."""
        region = QRegion()
        for shape in shapes:
            bounds = self._cache.entry(shape.geometry).bounds
            region += _screen_rect(view, bounds)
            if shape.caption:
                region += caption_rect(view, bounds)
        return region

    def draft_region(self, view: Viewport, draft: Draft) -> QRegion:
        """Where a draft is painted."""
        region = _thin_draft_region(view, draft)
        for item in draft.masks:
            region += _screen_rect(view, item.mask.bounds)
        return region

    def changed_region(self, view: Viewport, before: Draft, after: Draft) -> QRegion:
        """Where two drafts look different: of a growing stroke only what was added."""
        same_look = (
            before.color == after.color
            and len(before.masks) == len(after.masks)
            and all(
                (old.subtract, old.committed) == (new.subtract, new.committed)
                for old, new in zip(before.masks, after.masks, strict=True)
            )
        )
        if not same_look:
            return self.draft_region(view, before) + self.draft_region(view, after)
        region = _thin_draft_region(view, before) + _thin_draft_region(view, after)
        for old, new in zip(before.masks, after.masks, strict=True):
            box = changed_box(old.mask, new.mask)
            if not box.is_empty:
                region += _screen_rect(view, box.box)
        return region

    def paint(
        self, painter: QPainter, view: Viewport, clip: QRect, device_pixel_ratio: float
    ) -> None:
        """Paint all of it; ``clip`` is in logical pixels."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.emphasised:
            ratio, shapes = device_pixel_ratio, self.emphasised

            def paint_shapes(target: QPainter) -> bool:
                painted = [self._paint_shape(target, view, shape, ratio) for shape in shapes]
                return all(painted)

            self._kept.paint(painter, clip, view, ratio, shapes, self.outlines_only, paint_shapes)
        self._paint_masks(painter, view, clip, device_pixel_ratio)
        color = QColor(self.draft.color)
        for box in self.draft.boxes:
            path = QPainterPath()
            path.addRect(_screen_rectf(view, box))
            _stroke(painter, path, color)
        for line in self.draft.paths:
            _paint_draft_path(painter, view, line, color)
        for x, y in self.draft.handles:
            _paint_handle(painter, *view.to_screen(x, y), color)
        if self.draft.brush is not None:
            _paint_brush(painter, view, self.draft.brush)
        for shape in self.emphasised:
            if shape.caption:
                bounds = self._cache.entry(shape.geometry).bounds
                _paint_caption(painter, view, bounds, shape)
        if self.draft.note is not None:
            _paint_note(painter, view, self.draft.note)

    def _paint_shape(
        self, painter: QPainter, view: Viewport, shape: CanvasShape, device_pixel_ratio: float
    ) -> bool:
        """False while its outline is still being made."""
        octave = octave_of(view.scale * device_pixel_ratio)
        paths = self._paths.paths(shape.geometry, octave, view.visible_box)
        if paths is None:
            return False
        closed, opened = paths
        color = QColor(shape.color)
        painter.save()
        painter.translate(view.x, view.y)
        painter.scale(view.scale, view.scale)
        if shape.hovered and not self.outlines_only:
            wash = QColor(color.lighter(130))
            wash.setAlphaF(0.3)
            painter.fillPath(closed, wash)
        for path in (closed, _skeleton(shape), opened):
            if path.isEmpty():
                continue
            painter.strokePath(path, _pen(HALO, 5.0))
            if shape.selected:
                painter.strokePath(path, _pen(LIGHT, 3.5))
                painter.strokePath(path, _pen(color, 1.5, shape.line))
            else:
                painter.strokePath(path, _pen(color.lighter(125), 2.5, shape.line))
        painter.restore()
        return True

    def _paint_masks(
        self, painter: QPainter, view: Viewport, clip: QRect, device_pixel_ratio: float
    ) -> None:
        if not self.draft.masks:
            return
        ratio = device_pixel_ratio
        shown = RenderWindow.of_view(view, ratio)
        area = PixelBox.around(
            Box(clip.x() * ratio, clip.y() * ratio, clip.width() * ratio, clip.height() * ratio)
        )
        origin = shown.box
        wanted = PixelBox(area.left + origin.left, area.top + origin.top, area.width, area.height)
        for item in self.draft.masks:
            part = RenderWindow(shown.scale, wanted).limited_to(item.mask.bounds, 4)
            if part.box.is_empty:
                continue
            pixels = render_draft_mask(item, self.draft.color, part, max(round(1.75 * ratio), 1))
            height, width = pixels.shape[:2]
            argb = QImage.Format.Format_ARGB32_Premultiplied
            image = QImage(pixels.data, width, height, pixels.strides[0], argb)
            left, top = part.box.left - origin.left, part.box.top - origin.top
            target = QRectF(left / ratio, top / ratio, width / ratio, height / ratio)
            painter.drawImage(target, image)


def _skeleton(shape: CanvasShape) -> QPainterPath:
    """The lines between keypoints, in image coordinates."""
    path = QPainterPath()
    if isinstance(shape.geometry, Keypoints):
        for line in skeleton_lines(shape.geometry, shape.edges):
            path.addPath(path_of_points(line, closed=False))
    return path


def caption_rect(view: Viewport, bounds: Box) -> QRect:
    """A generous rectangle for the caption of a shape with these bounds."""
    x, y = _caption_place(view, bounds)
    return QRect(int(x) - 4, int(y) - 40, CAPTION_WIDTH_PX + 32, 48)


def _caption_place(view: Viewport, bounds: Box) -> tuple[float, float]:
    """Left and bottom of the plate, kept inside of the view."""
    x, y = view.to_screen(bounds.x, bounds.y)
    x = min(max(x, 4.0), max(view.width - CAPTION_WIDTH_PX, 4.0))
    return x, min(max(y - 8.0, 22.0), view.height - 4.0)


def _paint_caption(painter: QPainter, view: Viewport, bounds: Box, shape: CanvasShape) -> None:
    x, y = _caption_place(view, bounds)
    metrics = painter.fontMetrics()
    text = metrics.elidedText(shape.caption, Qt.TextElideMode.ElideMiddle, CAPTION_WIDTH_PX)
    width, height = metrics.horizontalAdvance(text) + 20, metrics.height() + 4
    plate = QRectF(x, y - height, width, height)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(20, 20, 20, 215))
    painter.drawRoundedRect(plate, 4, 4)
    painter.setBrush(QColor(shape.color))
    painter.drawRect(QRectF(x + 6, plate.center().y() - 4, 8, 8))
    painter.setPen(LIGHT)
    aligned = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
    painter.drawText(plate.adjusted(18, 0, 0, 0), aligned, text)


def _note_rect(view: Viewport, note: DraftNote) -> QRect:
    """Room for a note beside the pointer, kept inside of the view."""
    x, y = view.to_screen(note.x, note.y)
    left = min(x + NOTE_OFFSET_PX, view.width - NOTE_SIZE_PX[0])
    top = min(y + NOTE_OFFSET_PX, view.height - NOTE_SIZE_PX[1])
    return QRect(round(max(left, 0.0)), round(max(top, 0.0)), *NOTE_SIZE_PX)


def _paint_note(painter: QPainter, view: Viewport, note: DraftNote) -> None:
    rect = _note_rect(view, note)
    metrics = painter.fontMetrics()
    width = min(metrics.horizontalAdvance(note.text) + 16, rect.width())
    plate = QRectF(rect.x(), rect.y(), width, min(metrics.height() + 6, rect.height()))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(20, 20, 20, 215))
    painter.drawRoundedRect(plate, 4, 4)
    painter.setPen(LIGHT)
    painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, note.text)


def _paint_draft_path(painter: QPainter, view: Viewport, line: DraftPath, color: QColor) -> None:
    points = [view.to_screen(x, y) for x, y in line.points.tolist()]
    _stroke(painter, path_of_points(points, closed=line.closed), color)
    if not line.vertices:
        return
    for index, (x, y) in enumerate(points):
        active = index == line.active
        radius = VERTEX_RADIUS_PX + (2.0 if active else 0.0)
        painter.setPen(QPen(HALO, 3.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QPointF(x, y), radius, radius)
        painter.setPen(QPen(LIGHT, 1.5))
        painter.setBrush(LIGHT if active else color)
        painter.drawEllipse(QPointF(x, y), radius, radius)


def _paint_handle(painter: QPainter, x: float, y: float, color: QColor) -> None:
    square = QRectF(x - HANDLE_PX / 2, y - HANDLE_PX / 2, HANDLE_PX, HANDLE_PX)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(HALO, 3.0))
    painter.drawRect(square)
    painter.setPen(QPen(color, 1.5))
    painter.setBrush(QBrush(LIGHT))
    painter.drawRect(square)


def _paint_brush(painter: QPainter, view: Viewport, brush: BrushCursor) -> None:
    x, y = view.to_screen(brush.x, brush.y)
    radius = max(brush.radius_px * view.scale, 1.0)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for color, width in ((HALO, 3.0), (LIGHT, 1.25)):
        painter.setPen(_pen(color, width, LineStyle.DASHED if brush.subtract else LineStyle.SOLID))
        painter.drawEllipse(QPointF(x, y), radius, radius)


def _stroke(painter: QPainter, path: QPainterPath, color: QColor) -> None:
    painter.strokePath(path, _pen(HALO, 4.0))
    painter.strokePath(path, _pen(color, 2.0))


def _pen(color: QColor, width: float, line: LineStyle = LineStyle.SOLID) -> QPen:
    pen = QPen(color, width)
    pen.setCosmetic(True)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    if line is LineStyle.DASHED:
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        pen.setDashPattern([9.0 / width, 6.0 / width])
    elif line is LineStyle.DOTTED:
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setDashPattern([0.5 / width, 6.0 / width])
    return pen


def _thin_draft_region(view: Viewport, draft: Draft) -> QRegion:
    """Where lines, handles and the brush of a draft are painted."""
    region = QRegion()
    for box in draft.boxes:
        region += _screen_rect(view, box)
    for line in draft.paths:
        (x0, y0), (x1, y1) = line.points.min(axis=0), line.points.max(axis=0)
        region += _screen_rect(view, Box.from_corners(x0, y0, x1, y1))
    for x, y in draft.handles:
        region += _screen_rect(view, Box(x, y, 0, 0))
    if draft.note is not None:
        region += _note_rect(view, draft.note)
    if draft.brush is not None:
        brush = draft.brush
        region += _screen_rect(view, Box(brush.x, brush.y, 0, 0).expanded(brush.radius_px))
    return region


def _screen_rectf(view: Viewport, box: Box) -> QRectF:
    placed = view.box_to_screen(box)
    return QRectF(placed.x, placed.y, placed.width, placed.height)


def _screen_rect(view: Viewport, box: Box) -> QRect:
    rect = _screen_rectf(view, box).intersected(
        QRectF(-50.0, -50.0, view.width + 100.0, view.height + 100.0)
    )
    if rect.isNull() and not _near(view, box):
        return QRect()
    return rect.toAlignedRect().adjusted(-REACH_PX, -REACH_PX, REACH_PX, REACH_PX)


def _near(view: Viewport, box: Box) -> bool:
    placed = view.box_to_screen(box)
    return (
        placed.right >= -50
        and placed.bottom >= -50
        and placed.x <= view.width + 50
        and placed.y <= view.height + 50
    )
