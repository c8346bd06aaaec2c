"""One dock of a window, with buttons in its title that can be seen in both themes."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QTimer
from PySide6.QtWidgets import QAbstractButton, QDockWidget, QMainWindow

from gui.icons import icon

TITLE_BUTTONS = {
    "qt_dockwidget_floatbutton": "open-in-new",
    "qt_dockwidget_closebutton": "close",
}
"""Qt's names of the buttons, and their icons: Qt's own are grey on any ground."""


class PaneDock(QDockWidget):
    """Gives its buttons their icons again whenever Qt has given them its own."""

    def __init__(self, title: str, window: QMainWindow) -> None:
        super().__init__(title, window)
        self.topLevelChanged.connect(lambda _: QTimer.singleShot(0, self, self._give_icons))
        self._give_icons()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Take the colours of a new theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            QTimer.singleShot(0, self, self._give_icons)

    def _give_icons(self) -> None:
        for name, shape in TITLE_BUTTONS.items():
            button = self.findChild(QAbstractButton, name)
            if isinstance(button, QAbstractButton):
                button.setIcon(icon(shape, self.palette()))
