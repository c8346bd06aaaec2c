"""Says what the colours of objects stand for."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.objects.object_colors import SCORE_COLORS, SOURCE_COLORS, ColorBy, SourceKind

SWATCH_PX = 10
GAP_PX = 8
BAR_PX = 10


class ColorLegend(QWidget):
    """Swatches of the sources, or a bar of scores; nothing where colours need no legend."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._color_by = ColorBy.LABEL
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.show_for(ColorBy.LABEL)

    def show_for(self, color_by: ColorBy) -> None:
        """Explain these colours."""
        self._color_by = color_by
        self.setVisible(color_by in (ColorBy.SOURCE, ColorBy.SCORE))
        if color_by is ColorBy.SOURCE:
            self.setAccessibleName(", ".join(self.tr(kind.value) for kind in SourceKind))
        else:
            self.setAccessibleName(self.tr("Score from 0 to 1"))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """A line for each source, or the bar with its numbers."""
        line = self.fontMetrics().height() + 4
        lines = len(SourceKind) if self._color_by is ColorBy.SOURCE else 1
        return QSize(160, lines * line + (BAR_PX if self._color_by is ColorBy.SCORE else 0))

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the swatches or the bar."""
        with QPainter(self) as painter:
            if self._color_by is ColorBy.SOURCE:
                self._paint_sources(painter)
            elif self._color_by is ColorBy.SCORE:
                self._paint_scores(painter)

    def _paint_sources(self, painter: QPainter) -> None:
        line = self.fontMetrics().height() + 4
        for row, kind in enumerate(SourceKind):
            top = row * line
            painter.fillRect(
                0, top + (line - SWATCH_PX) // 2, SWATCH_PX, SWATCH_PX, QColor(SOURCE_COLORS[kind])
            )
            left = SWATCH_PX + GAP_PX
            place = QRectF(left, top, self.width() - left, line)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, self.tr(kind.value))

    def _paint_scores(self, painter: QPainter) -> None:
        gradient = QLinearGradient(QPointF(0, 0), QPointF(self.width(), 0))
        for place, color in enumerate(SCORE_COLORS):
            gradient.setColorAt(place / (len(SCORE_COLORS) - 1), QColor(color))
        painter.fillRect(QRectF(0, 0, self.width(), BAR_PX), gradient)
        below = QRectF(0, BAR_PX + 2, self.width(), self.fontMetrics().height() + 2)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, "0")
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, self.tr("score"))
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, "1")
