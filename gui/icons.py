"""Icons of one family, coloured by the theme: the SVG files of ``resources/icons``."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QIconEngine, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QToolButton, QWidget

Look = tuple[QIcon.Mode, QIcon.State]
_SHAPES = files("resources") / "icons"


def icon(name: str, palette: QPalette) -> QIcon:
    """An icon by the name of its file, such as ``plus``, readable on this palette."""
    group, role = QPalette.ColorGroup, QPalette.ColorRole
    usual = palette.color(role.ButtonText)
    marked = palette.color(role.HighlightedText)
    disabled = palette.color(group.Disabled, role.ButtonText)
    colors = {
        (mode, state): usual if state is QIcon.State.Off else marked
        for mode in QIcon.Mode
        for state in QIcon.State
    }
    # In a row that is marked.
    colors |= {(QIcon.Mode.Selected, state): marked for state in QIcon.State}
    colors |= {(QIcon.Mode.Disabled, state): disabled for state in QIcon.State}
    return QIcon(_ShapeEngine(_shape(name), colors))


def _shape(name: str) -> bytes:
    return (_SHAPES / f"{name}.svg").read_bytes()


class _ShapeEngine(QIconEngine):
    """Draws one shape sharply at any size, in the colour of what its button is."""

    def __init__(self, shape: bytes, colors: Mapping[Look, QColor]) -> None:
        super().__init__()
        self._shape = shape
        self._colors = colors

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        """Fill the shape, as large as the shorter side allows, in the middle of ``rect``."""
        fill = f'<svg fill="{self._colors[mode, state].name()}"'.encode()
        side = min(rect.width(), rect.height())
        square = QRect(QPoint(), QSize(side, side))
        square.moveCenter(rect.center())
        QSvgRenderer(self._shape.replace(b"<svg", fill, 1)).render(painter, QRectF(square))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """The shape on nothing."""
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        with QPainter(pixmap) as painter:
            self.paint(painter, pixmap.rect(), mode, state)
        return pixmap


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
