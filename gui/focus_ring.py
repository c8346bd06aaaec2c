"""A ring around whatever has the keyboard, so that one always sees where keys go."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QFocusFrame,
    QLineEdit,
    QWidget,
)

RING_PX = 2.0
_RINGED = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
)


class FocusRing(QFocusFrame):
    """Follows the keyboard through one window. A click shows no ring: the hand is there already."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._window = window
        # Until something has the keyboard: it would be shown with the window, around nothing.
        self.hide()
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._follow)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the ring in the accent colour."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Highlight), RING_PX))
            inset = RING_PX / 2
            ring = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
            painter.drawRoundedRect(ring, 4, 4)

    def _follow(self, _before: QWidget | None, widget: QWidget | None) -> None:
        if widget is not None and widget.window() is not self._window:
            return
        by_hand = QApplication.mouseButtons() != Qt.MouseButton.NoButton
        if isinstance(widget, _RINGED) and not by_hand:
            self.setWidget(widget)
            self.show()
        else:
            self.hide()
