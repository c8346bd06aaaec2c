"""A ring around whatever has the keyboard, so that one always sees where keys go."""

from __future__ import annotations

import shiboken6
from PySide6.QtCore import QObject, QRectF, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QFocusFrame,
    QLineEdit,
    QTabBar,
    QWidget,
)

RING_PX = 2.0
_RINGED = (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QTabBar,
)


class FocusRing(QFocusFrame):
    """The ring of one window, in the accent colour."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        # Until something has the keyboard: it would be shown with the window, around nothing.
        self.hide()

    def lie_around(self, widget: QWidget) -> None:
        """Show the ring around this widget, over its neighbours and over its own rim."""
        self.setWidget(widget)
        self.show()
        self.raise_()
        self.clearMask()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Qt cuts out all that lies over the widget, the gap of the ring too."""
        super().resizeEvent(event)
        QTimer.singleShot(0, self, self.clearMask)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the ring, with a thin gap inside: what is marked has the accent colour too."""
        roles, within = QPalette.ColorRole, self.parentWidget() or self.window()
        # Around a page that fills its parent there is no room: then the ring lies on its rim.
        shown = self.rect().intersected(within.rect().translated(-self.pos()))
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for role, width, inset in (
                (roles.Window, 1.0, RING_PX + 0.5),
                (roles.Highlight, RING_PX, RING_PX / 2),
            ):
                painter.setPen(QPen(self.palette().color(role), width))
                ring = QRectF(shown).adjusted(inset, inset, -inset, -inset)
                painter.drawRoundedRect(ring, 4, 4)


class FocusRings(QObject):
    """Follows the keyboard through a window and the dialogs that belong to it.

    A click shows no ring: the hand is there already.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._ring: FocusRing | None = None
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._follow)

    def _follow(self, _before: QWidget | None, widget: QWidget | None) -> None:
        ring = self._ring
        if ring is not None and not shiboken6.isValid(ring):
            # It went with its dialog.
            ring = self._ring = None
        by_hand = QApplication.mouseButtons() != Qt.MouseButton.NoButton
        if widget is None or by_hand or not self._is_ringed(widget):
            if ring is not None:
                ring.hide()
            return
        if ring is None or ring.window() is not widget.window():
            if ring is not None:
                ring.hide()
                ring.deleteLater()
            ring = self._ring = FocusRing(widget.window())
        ring.lie_around(widget)

    def _is_ringed(self, widget: QWidget) -> bool:
        """Whether it is used by keys and of this window, and not a list that dropped down."""
        window = widget.window()
        if not isinstance(widget, _RINGED) or window.windowType() == Qt.WindowType.Popup:
            return False
        owner: QWidget | None = window
        while owner is not None and owner is not self._window:
            owner = owner.parentWidget()
        return owner is not None
