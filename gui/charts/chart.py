"""What every chart has: axes in the theme's colours, a readout under the pointer, saving."""

from __future__ import annotations

from pathlib import Path

import pyqtgraph
from PySide6.QtCore import QEvent, QMarginsF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPalette
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from core.errors import WriteError
from gui.charts.saving import ask_picture_file

SERIES_COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
"""Okabe and Ito's colours, which people with any colour vision can tell apart."""

PNG_SCALE = 2


class Chart(QWidget):
    """A plot with a title, a line of text that says what is under the pointer, and a button.

    What is drawn is decided by the subclasses. Without data it says why.
    """

    def __init__(self, title: str, x_label: str, y_label: str, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.title = title
        self._labels = {"bottom": x_label, "left": y_label}
        self.plot = pyqtgraph.PlotWidget(self)
        self.plot.setAccessibleName(title)
        self.plot.setMenuEnabled(False)
        self.plot.hideButtons()
        self.plot.setMouseEnabled(x=False, y=False)
        self.plot.setFrameShape(pyqtgraph.PlotWidget.Shape.NoFrame)
        self.heading = QLabel(title, self)
        self.heading.setProperty("heading", True)
        self.readout = QLabel(self)
        self.readout.setProperty("quiet", True)
        self.readout.setTextFormat(Qt.TextFormat.PlainText)
        self.save = QPushButton(self.tr("Save picture…"), self)
        self.save.setToolTip(self.tr("As PNG or SVG"))
        self.save.clicked.connect(self._ask_and_save)
        self.empty = QLabel(self)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        self.empty.setProperty("quiet", True)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self.plot)
        self._front: QWidget = self.plot
        self._lay_out()
        scene = self.plot.scene()
        scene.sigMouseMoved.connect(self._on_moved)
        scene.sigMouseClicked.connect(self._on_clicked)
        self.use_colors()
        self.show_empty(self.tr("Nothing has been measured yet."))

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self.heading)
        head.addWidget(self.readout, 1)
        head.addWidget(self.save)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(head)
        layout.addWidget(self._stack, 1)

    def make_scrollable(self) -> None:
        """Let the plot be higher than the window."""
        area = QScrollArea(self)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setWidgetResizable(True)
        self._stack.removeWidget(self.plot)
        area.setWidget(self.plot)
        self._front = area
        self._stack.addWidget(area)

    def show_empty(self, why: str) -> None:
        """Say why there is nothing to draw."""
        self.empty.setText(why)
        self.readout.clear()
        self.save.setEnabled(False)
        self._stack.setCurrentWidget(self.empty)

    def show_plot(self) -> None:
        """Bring the plot to the front."""
        self.save.setEnabled(True)
        self._stack.setCurrentWidget(self._front)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return self._stack.currentWidget() is self.empty

    def save_to(self, path: Path) -> None:
        """Write the plot as PNG or SVG, as the suffix says; raises WriteError."""
        area = QRectF(self.plot.viewport().rect())
        if path.suffix.lower() == ".svg":
            generator = QSvgGenerator()
            generator.setFileName(str(path))
            generator.setSize(area.size().toSize())
            generator.setViewBox(area)
            generator.setTitle(self.title)
            self._render(generator, area)
            if not path.is_file():
                raise WriteError(f"{path} could not be written.", "Choose another folder.")
            return
        image = QImage(
            QSize(int(area.width()), int(area.height())) * PNG_SCALE, QImage.Format.Format_RGB32
        )
        image.fill(self.palette().color(QPalette.ColorRole.Base))
        self._render(image, area)
        if not image.save(str(path)):
            raise WriteError(f"{path} could not be written.", "Choose another folder.")

    def _render(self, target: QSvgGenerator | QImage, area: QRectF) -> None:
        with QPainter(target) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if isinstance(target, QImage):
                painter.scale(PNG_SCALE, PNG_SCALE)
            painter.fillRect(area, self.palette().color(QPalette.ColorRole.Base))
            self.plot.render(painter, area, area.toRect())

    def _ask_and_save(self) -> None:
        path = ask_picture_file(self, self.title)
        if path is not None:
            try:
                self.save_to(path)
            except WriteError as error:
                self.readout.setText(str(error))
            else:
                self.readout.setText(self.tr("Saved as {}").format(path))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Take the colours of a new theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_stack"):
            self.use_colors()

    def use_colors(self) -> None:
        """Give axes and ground the colours of the palette."""
        palette = self.palette()
        text = palette.color(QPalette.ColorRole.Text)
        self.plot.setBackground(palette.color(QPalette.ColorRole.Base))
        for side, label in self._labels.items():
            axis = self.plot.getAxis(side)
            axis.setPen(palette.color(QPalette.ColorRole.Mid))
            axis.setTextPen(text)
            axis.enableAutoSIPrefix(False)
            axis.setLabel(label, color=text.name())
        self.plot.showGrid(x=True, y=True, alpha=0.15)

    @property
    def text_color(self) -> QColor:
        """The colour of marks that belong to no series."""
        return self.palette().color(QPalette.ColorRole.Text)

    def data_position(self, place: QPointF) -> tuple[float, float] | None:
        """A place of the scene in the units of the axes; None outside of them."""
        view = self.plot.getViewBox()
        if not view.sceneBoundingRect().marginsAdded(QMarginsF(4, 4, 4, 4)).contains(place):
            return None
        found = view.mapSceneToView(place)
        return float(found.x()), float(found.y())

    def point_at(self, place: QPointF) -> None:
        """The pointer is here; subclasses say what lies under it."""

    def choose_at(self, place: QPointF) -> None:
        """A click; subclasses do what it means."""

    def _on_moved(self, place: QPointF) -> None:
        if not self.is_empty:
            self.point_at(place)

    def _on_clicked(self, event: pyqtgraph.GraphicsScene.mouseEvents.MouseClickEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and not self.is_empty:
            self.choose_at(event.scenePos())
