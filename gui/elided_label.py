"""A label for names that may be longer than their place."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QWidget

from gui.plain_text import plain_tool_tip


class ElidedLabel(QLabel):
    """Plain text with its middle left out where it does not fit; the tool tip has all of it.

    Of sentences rather the end is left out: ``elide`` says what.
    """

    def __init__(
        self,
        text: str = "",
        parent: QWidget | None = None,
        elide: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle,
    ) -> None:
        super().__init__(parent)
        self._elide = elide
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.show_text(text)

    def show_text(self, text: str, tool_tip: str = "") -> None:
        """Show another text; the tool tip is the text unless it says more."""
        self.setText(text)
        self.setToolTip(plain_tool_tip(tool_tip or text))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for a few letters."""
        metrics = self.fontMetrics()
        return QSize(metrics.averageCharWidth() * 4, metrics.height())

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw as much as fits."""
        text = self.fontMetrics().elidedText(self.text(), self._elide, self.contentsRect().width())
        with QPainter(self) as painter:
            self.style().drawItemText(
                painter,
                self.contentsRect(),
                int(self.alignment()),
                self.palette(),
                self.isEnabled(),
                text,
                self.foregroundRole(),
            )
