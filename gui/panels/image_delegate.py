"""Paints a row of the image list: thumbnail, name, state and score, what was proposed."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPalette, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from gui.panels.image_list_model import STATE_COLOR_ROLE

MARGIN_PX = 4
GAP_PX = 8
DOT_PX = 10
LINES, LINE_GAP_PX = 3, 2


class ImageDelegate(QStyledItemDelegate):
    """Up to three lines beside the picture, which is never tinted by the selection."""

    def sizeHint(  # noqa: N802 - Qt's name
        self, option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """As wide as the list, as high as the thumbnail."""
        height = max(
            option.decorationSize.height(), LINES * (option.fontMetrics.height() + LINE_GAP_PX)
        )
        return QSize(0, height + 2 * MARGIN_PX)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Draw one row."""
        rect: QRect = option.rect
        palette: QPalette = option.palette
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        size: QSize = option.decorationSize
        painter.save()
        if selected:
            painter.fillRect(rect, palette.highlight())
        picture = QRect(
            rect.left() + MARGIN_PX, rect.top() + MARGIN_PX, size.width(), size.height()
        )
        icon = index.data(Qt.ItemDataRole.DecorationRole)
        if isinstance(icon, QIcon):
            icon.paint(painter, picture)
        color = index.data(STATE_COLOR_ROLE)
        if color:
            _draw_dot(painter, picture, str(color))
        left = picture.right() + GAP_PX
        text = QRect(left, picture.top(), rect.right() - MARGIN_PX - left, size.height())
        self._draw_lines(painter, text, str(index.data()), palette, selected)
        painter.restore()

    def _draw_lines(
        self, painter: QPainter, rect: QRect, text: str, palette: QPalette, selected: bool
    ) -> None:
        metrics = painter.fontMetrics()
        roles = QPalette.ColorRole
        line = QRect(rect.left(), rect.top(), rect.width(), metrics.height())
        for place, words in enumerate(text.split("\n")):
            role = roles.PlaceholderText if place else roles.Text
            painter.setPen(palette.color(roles.HighlightedText if selected else role))
            elided = metrics.elidedText(words, Qt.TextElideMode.ElideMiddle, rect.width())
            painter.drawText(
                line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, elided
            )
            line.translate(0, metrics.height() + LINE_GAP_PX)


def _draw_dot(painter: QPainter, picture: QRect, color: str) -> None:
    """The state of the image in a corner of its picture."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    place = QRect(picture.right() - DOT_PX - 1, picture.bottom() - DOT_PX - 1, DOT_PX, DOT_PX)
    painter.setPen(QPen(QColor("#101010"), 1.5))
    painter.setBrush(QColor(color))
    painter.drawEllipse(place)
