"""Icons of one family, coloured by the theme."""

from __future__ import annotations

import qtawesome
from PySide6.QtGui import QColor, QIcon, QPalette, QPixmap


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
    """A square of a label's colour, ``#rrggbb``."""
    pixmap = QPixmap(side_px, side_px)
    pixmap.fill(QColor(color))
    return QIcon(pixmap)
