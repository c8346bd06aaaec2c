"""The buttons in the titles of panes can be seen, whatever Qt does to them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QIcon, QImage, QPalette
from PySide6.QtWidgets import QAbstractButton, QMainWindow
from pytestqt.qtbot import QtBot

from gui.pane_dock import TITLE_BUTTONS, PaneDock
from gui.theme import DARK, LIGHT, Theme

CLEAR = 120
"""Of 255, between a shape and its ground."""


def _buttons(dock: PaneDock) -> list[QAbstractButton]:
    found = [dock.findChild(QAbstractButton, name) for name in TITLE_BUTTONS]
    return [button for button in found if isinstance(button, QAbstractButton)]


def _contrast(button: QAbstractButton) -> int:
    """How far the lightest pixel is from the darkest."""
    grey = button.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    places = [(x, y) for x in range(grey.width()) for y in range(grey.height())]
    values = [grey.pixelColor(x, y).lightness() for x, y in places]
    return max(values) - min(values)


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_the_buttons_of_a_pane_are_seen_in_both_themes(qtbot: QtBot, theme: Theme) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    palette = QPalette(QColor(theme.window))
    palette.setColor(QPalette.ColorRole.ButtonText, QColor(theme.text))
    window.setPalette(palette)
    dock = PaneDock("Images", window)
    window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, dock)
    window.show()
    buttons = _buttons(dock)
    assert len(buttons) == 2
    dock.setStyleSheet("QLabel { padding: 0 }")
    qtbot.waitUntil(lambda: min(map(_contrast, buttons)) > CLEAR)

    for button in buttons:
        button.setIcon(QIcon())
    dock.topLevelChanged.emit(True)
    qtbot.waitUntil(lambda: min(map(_contrast, buttons)) > CLEAR)
