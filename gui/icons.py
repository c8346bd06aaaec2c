"""Icons of one family, coloured by the theme."""

from __future__ import annotations

import qtawesome
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import QToolButton, QWidget


def icon(name: str, palette: QPalette) -> QIcon:
    """A Material Design icon, such as ``mdi6.plus``, readable on this palette."""
    disabled = palette.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.ButtonText)
    found: QIcon = qtawesome.icon(
        name,
        color=palette.color(QPalette.ColorRole.ButtonText).name(),
        color_disabled=disabled.name(),
        color_on=palette.color(QPalette.ColorRole.HighlightedText).name(),
    )
    return found


def color_swatch(color: str, side_px: int = 14) -> QIcon:
    """A square of a label's colour, ``#rrggbb``, with a rim that stands out on any ground."""
    pixmap = QPixmap(side_px, side_px)
    pixmap.fill(QColor("#f2f2f2"))
    with QPainter(pixmap) as painter:
        painter.fillRect(1, 1, side_px - 2, side_px - 2, QColor("#1a1a1a"))
        painter.fillRect(2, 2, side_px - 4, side_px - 4, QColor(color))
    # The same picture when its row is selected: a label's colour is never tinted.
    found = QIcon(pixmap)
    found.addPixmap(pixmap, QIcon.Mode.Selected)
    return found


class IconButton(QToolButton):
    """A button with an icon only; it says in words what it does and follows the theme."""

    def __init__(self, name: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self.setToolTip(text)
        self.setAccessibleName(text)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setIcon(icon(name, self.palette()))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Take the colours of a new theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.setIcon(icon(self._name, self.palette()))
