"""A look into the region proposal network: objectness by level, anchors, suppression, recall."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QSizePolicy,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from core.models.rpn_inspection import COUNTS, RecallRow, RpnLevel, Stage
from gui.panels.slider_row import SliderRow
from gui.proposals.rpn_watch import RpnWatch

STAGE_NAMES = {
    Stage.ANCHOR: "Anchors",
    Stage.BEFORE: "Before suppression",
    Stage.AFTER: "After suppression",
}
MOST_BOXES = 300
MAP_HEIGHT_PX = 180


class RpnPanel(QWidget):
    """Choose a network and a level, see what it thinks and how much of the truth it covers."""

    def __init__(self, watch: RpnWatch, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._watch = watch
        self.model = QComboBox(self)
        self.model.setAccessibleName(self.tr("Region proposal network"))
        self.model.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.run = QPushButton(self.tr("Look"), self)
        self.run.setToolTip(self.tr("Run it on this image and keep its steps"))
        self.run.clicked.connect(lambda: watch.run(self.model.currentData()))
        self.level = QComboBox(self)
        self.level.setAccessibleName(self.tr("Level of the feature pyramid"))
        self.stage = QComboBox(self)
        self.stage.setAccessibleName(self.tr("Step that is drawn"))
        for stage, name in STAGE_NAMES.items():
            self.stage.addItem(self.tr(name), stage)
        self.stage.setCurrentIndex(self.stage.findData(Stage.AFTER))
        self.drawn = QCheckBox(self.tr("Draw its boxes on the picture"), self)
        self.count = SliderRow(self.tr("Best"), 1, MOST_BOXES, "{:.0f}", self)
        self.count.slider.setValue(watch.view.count)
        self.map = _ObjectnessMap(self)
        self.table = self._make_table()
        self.note = QLabel(self)
        self.note.setWordWrap(True)
        self.note.setProperty("quiet", True)
        self.controls = self._lay_out()
        self.level.activated.connect(lambda _row: self._show())
        self.stage.activated.connect(lambda _row: self._show())
        self.drawn.toggled.connect(lambda _on: self._show())
        self.count.slider.valueChanged.connect(lambda _count: self._show())
        watch.changed.connect(self.refresh)
        self.offer_models()
        self.refresh()

    def offer_models(self) -> None:
        """List the networks that can run now; the chosen one stays."""
        chosen = self.model.currentData()
        self.model.clear()
        for model_id, name in self._watch.models():
            self.model.addItem(name, model_id)
        self.model.setCurrentIndex(max(self.model.findData(chosen), 0))

    def refresh(self) -> None:
        """Show what is known of the image on the screen."""
        inspection = self._watch.inspection
        known = inspection is not None
        self.controls.setVisible(known)
        if inspection is None:
            self.note.setText(
                self.tr(
                    "Choose a network and press Look: you see where it finds objects, its "
                    "anchors, what suppression leaves, and how much of the reference it covers."
                )
            )
            return
        self._fill_levels(inspection.levels)
        chosen = self.level.currentData()
        self.map.show_levels([one for one in inspection.levels if chosen in (None, one.number)])
        self._fill_table()

    def _show(self) -> None:
        view = replace(
            self._watch.view,
            stage=self.stage.currentData(),
            level=self.level.currentData(),
            count=self.count.slider.value(),
            drawn=self.drawn.isChecked(),
        )
        if view == self._watch.view:
            self.refresh()
        self._watch.show(view)

    def _fill_levels(self, levels: tuple[RpnLevel, ...]) -> None:
        chosen = self.level.currentData()
        self.level.clear()
        self.level.addItem(self.tr("All levels"), None)
        for one in levels:
            height, width = one.objectness.shape
            text = self.tr("Level {number}: {width} × {height} places, {before} → {after} boxes")
            self.level.addItem(
                text.format(
                    number=one.number,
                    width=width,
                    height=height,
                    before=len(one.before),
                    after=len(one.after),
                ),
                one.number,
            )
        self.level.setCurrentIndex(max(self.level.findData(chosen), 0))

    def _fill_table(self) -> None:
        level = self.level.currentData()
        name, objects = self._watch.truth()
        before = self._watch.recall(Stage.BEFORE, level)
        after = self._watch.recall(Stage.AFTER, level)
        self.table.clear()
        for row, (first, second) in enumerate(zip(before, after, strict=True)):
            self.table.addTopLevelItem(QTreeWidgetItem(_texts(COUNTS[row], first, second)))
        self.table.setVisible(bool(before))
        self.note.setText(
            self.tr("Recall of the best boxes against {count} objects of “{layer}”.").format(
                count=len(objects), layer=name
            )
            if before
            else self.tr("There is no object to compare with: import a reference, or draw some.")
        )

    def _make_table(self) -> QTreeWidget:
        table = QTreeWidget(self)
        columns = (
            (self.tr("Best"), self.tr("So many of the best boxes")),
            (self.tr("≥ .5"), self.tr("Share of objects that a box covers with IoU .5 or more")),
            (self.tr("≥ .7"), self.tr("Share of objects that a box covers with IoU .7 or more")),
            (self.tr("Mean"), self.tr("Mean of these shares for IoU .5, .55, … .95")),
            (self.tr("Raw ≥ .5"), self.tr("At IoU .5 without suppression")),
        )
        table.setHeaderLabels([name for name, _ in columns])
        for column, (_, tip) in enumerate(columns):
            table.headerItem().setToolTip(column, tip)
        table.setRootIsDecorated(False)
        table.setUniformRowHeights(True)
        table.setAccessibleName(self.tr("Recall of the best boxes"))
        table.header().setMinimumSectionSize(40)
        table.header().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        table.setMinimumHeight(150)
        return table

    def _lay_out(self) -> QWidget:
        controls = QWidget(self)
        count = QHBoxLayout()
        count.setSpacing(8)
        count.addWidget(self.count.name)
        count.addWidget(self.count.slider, 1)
        count.addWidget(self.count.value)
        inner = QVBoxLayout(controls)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(8)
        for widget in (self.level, self.map, self.stage, self.drawn):
            inner.addWidget(widget)
        inner.addLayout(count)
        inner.addWidget(self.table, 1)
        inner.addStretch()
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self.model, 1)
        top.addWidget(self.run)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addLayout(top)
        layout.addWidget(controls, 1)
        layout.addWidget(self.note)
        layout.addStretch()
        return controls


class _ObjectnessMap(QLabel):
    """The best objectness at every place, dark to bright."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._pixmap = QPixmap()
        self.setAccessibleName(self.tr("Objectness"))
        self.setToolTip(self.tr("Bright: the network believes that there is an object"))
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setMinimumHeight(MAP_HEIGHT_PX)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_levels(self, levels: list[RpnLevel]) -> None:
        """Show the highest objectness of some levels."""
        self._pixmap = QPixmap.fromImage(_heat_image(_highest(levels))) if levels else QPixmap()
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Keep the map as large as there is room."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if self._pixmap.isNull():
            self.clear()
            return
        self.setPixmap(
            self._pixmap.scaled(
                self.width(),
                MAP_HEIGHT_PX,
                Qt.AspectRatioMode.KeepAspectRatio,
                Qt.TransformationMode.FastTransformation,
            )
        )


def _highest(levels: list[RpnLevel]) -> npt.NDArray[np.float64]:
    """The highest objectness of the levels at the places of the finest one."""
    finest = levels[0].objectness
    total = np.zeros_like(finest)
    for one in levels:
        rows = np.arange(finest.shape[0]) * one.objectness.shape[0] // finest.shape[0]
        columns = np.arange(finest.shape[1]) * one.objectness.shape[1] // finest.shape[1]
        total = np.maximum(total, one.objectness[np.ix_(rows, columns)])
    return total


def _heat_image(values: npt.NDArray[np.float64]) -> QImage:
    """Black, red, yellow, white, so that brightness rises with the value."""
    channels = [np.clip(3 * values - shift, 0, 1) for shift in range(3)]
    rgb = np.ascontiguousarray((np.stack(channels, axis=2) * 255).astype(np.uint8))
    height, width = rgb.shape[:2]
    return QImage(rgb.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def _texts(count: int, before: RecallRow, after: RecallRow) -> list[str]:
    return [
        f"{count}",
        f"{after.at_half:.2f}",
        f"{after.at_seventy:.2f}",
        f"{after.average:.2f}",
        f"{before.at_half:.2f}",
    ]
