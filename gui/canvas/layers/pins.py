"""Pins of comments: a drop at each place, with its words beside it under the pointer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from gui.canvas.viewport import Viewport

OPEN_COLOR, SETTLED_COLOR = QColor("#ffd23f"), QColor("#9a9a9a")
RIM = QColor(0, 0, 0, 190)
RADIUS_PX = 8.0
HEIGHT_PX = 22.0
WORDS_WIDTH_PX = 320


@dataclass(frozen=True, slots=True)
class Pin:
    """A pin at an image position; its id is that of the comment."""

    id: int
    x: float
    y: float
    words: str
    settled: bool = False


class PinLayer:
    """Paints pins in logical pixels and tells which one lies under a point."""

    def __init__(self) -> None:
        self.pins: Sequence[Pin] = ()
        self.named: int | None = None
        """The pin whose words are shown."""

    def at(self, view: Viewport, x: float, y: float) -> Pin | None:
        """The pin under a point of the screen; the one painted last of several."""
        for pin in reversed(self.pins):
            tip = QPointF(*view.to_screen(pin.x, pin.y))
            head = tip - QPointF(0.0, HEIGHT_PX - RADIUS_PX)
            offset = QPointF(x, y) - head
            if offset.x() ** 2 + offset.y() ** 2 <= (RADIUS_PX + 2.0) ** 2:
                return pin
        return None

    def paint(self, painter: QPainter, view: Viewport) -> None:
        """Paint all pins, then the words of one."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for pin in self.pins:
            _paint_pin(painter, QPointF(*view.to_screen(pin.x, pin.y)), settled=pin.settled)
        named = next((pin for pin in self.pins if pin.id == self.named), None)
        if named is not None:
            _paint_words(painter, view, named)


def _paint_pin(painter: QPainter, tip: QPointF, *, settled: bool) -> None:
    head = QRectF(tip.x() - RADIUS_PX, tip.y() - HEIGHT_PX, 2 * RADIUS_PX, 2 * RADIUS_PX)
    path = QPainterPath(tip)
    path.lineTo(head.left() + 2.5, head.center().y() + 4.0)
    path.arcTo(head, 210.0, -240.0)
    path.closeSubpath()
    painter.setPen(QPen(RIM, 2.0))
    painter.setBrush(SETTLED_COLOR if settled else OPEN_COLOR)
    painter.drawPath(path)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(RIM)
    if settled:
        painter.setPen(QPen(RIM, 2.0))
        center = head.center()
        check = [QPointF(-3.5, 0.0), QPointF(-1.0, 3.0), QPointF(4.0, -3.0)]
        painter.drawPolyline([center + step for step in check])
        return
    for shift in (-3.5, 0.0, 3.5):
        painter.drawEllipse(head.center() + QPointF(shift, 0.0), 1.2, 1.2)


def _paint_words(painter: QPainter, view: Viewport, pin: Pin) -> None:
    x, y = view.to_screen(pin.x, pin.y)
    metrics = painter.fontMetrics()
    wraps = int(Qt.AlignmentFlag.AlignLeft) | int(Qt.TextFlag.TextWordWrap)
    needed = metrics.boundingRect(0, 0, WORDS_WIDTH_PX, 400, wraps, pin.words)
    plate = QRectF(x + 12.0, y - HEIGHT_PX, needed.width() + 16.0, needed.height() + 10.0)
    if plate.right() > view.width:
        plate.moveRight(x - 12.0)
    if plate.bottom() > view.height:
        plate.moveBottom(view.height - 4.0)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(20, 20, 20, 225))
    painter.drawRoundedRect(plate, 4, 4)
    painter.setPen(QColor(255, 255, 255))
    painter.drawText(plate.adjusted(8, 5, -8, -5), wraps, pin.words)
