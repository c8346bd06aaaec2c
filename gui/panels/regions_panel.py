"""Superpixels and regions: how fine, of which method, and what they can reach."""

from __future__ import annotations

from typing import get_args

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from core.grouping.browser import RegionBrowser
from core.grouping.snapping import Reach
from core.grouping.superpixel_methods import SuperpixelMethod
from gui.regions.image_regions import RegionChoice

SMALLEST_COUNT = 10
LARGEST_COUNT = 4000
STEPS = 100
METHOD_DELAY_MS = 250
"""Superpixels that have to be computed anew follow when the slider has come to rest."""


class RegionsPanel(QWidget):
    """A slider over the hierarchy's cut, from a handful to thousands of superpixels."""

    count_changed = Signal(int)
    """Carries the number of superpixels to show; 0 for none."""
    choice_changed = Signal(object)
    """Carries the RegionChoice that is wanted."""
    refine_requested = Signal()
    snap_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shown = QCheckBox(self.tr("Show superpixels"), self)
        self.method = self._make_method()
        self.slider = self._make_slider()
        self.value = QLabel(self)
        self.status = self._quiet(self.tr("Regions are computed when an image is opened."))
        self.reach = self._make_reach()
        self.reach_text = self._quiet("")
        self.refine = QPushButton(self.tr("Refine here"), self)
        self.refine.setToolTip(
            self.tr("Find finer regions in and around the selected object (Ctrl+Shift+R)")
        )
        self.refine.clicked.connect(self.refine_requested)
        self.snap = QPushButton(self.tr("Snap"), self)
        self.snap.setToolTip(
            self.tr("Move the selected objects onto the edges of the regions, or back (Shift+S)")
        )
        self.snap.clicked.connect(self.snap_requested)
        self._lay_out()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(METHOD_DELAY_MS)
        self._timer.timeout.connect(self._choose)
        self.shown.toggled.connect(self._emit)
        self.slider.valueChanged.connect(self._emit)
        self.method.activated.connect(lambda _row: self._method_chosen())
        self._emit()
        self.show_reach(None)

    def _make_method(self) -> QComboBox:
        box = QComboBox(self)
        names: dict[SuperpixelMethod, str] = {
            "hierarchy": self.tr("Region hierarchy (live)"),
            "slic": self.tr("SLIC"),
            "watershed": self.tr("Watershed"),
            "felzenszwalb": self.tr("Felzenszwalb"),
        }
        for method in get_args(SuperpixelMethod):
            box.addItem(names[method], method)
        box.setAccessibleName(self.tr("How superpixels are made"))
        box.setToolTip(self.tr("What the regions begin with; bigger regions are merged from these"))
        return box

    def _make_slider(self) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal, self)
        slider.setRange(0, STEPS)
        slider.setValue(60)
        slider.setAccessibleName(self.tr("Number of superpixels"))
        slider.setToolTip(self.tr("How many superpixels the image is cut into"))
        return slider

    def _make_reach(self) -> QProgressBar:
        bar = QProgressBar(self)
        bar.setRange(0, 100)
        bar.setTextVisible(True)
        bar.setAccessibleName(self.tr("What regions can reach of the selected object"))
        return bar

    def _quiet(self, text: str) -> QLabel:
        label = QLabel(text, self)
        label.setProperty("quiet", True)
        label.setWordWrap(True)
        return label

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.slider, 1)
        row.addWidget(self.value)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.refine)
        buttons.addWidget(self.snap)
        buttons.addStretch()
        heading = QLabel(self.tr("The selected object"), self)
        hint = self._quiet(
            self.tr(
                "Region tool (G): hover to see a region, [ and ] or Shift+wheel to shrink and "
                "grow it, click or drag to take it, right click to take it away, Enter to "
                "finish. Shift+G fits regions to a box or a scribble, or splits one."
            )
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addWidget(self.shown)
        layout.addWidget(self.method)
        layout.addLayout(row)
        layout.addWidget(self.status)
        layout.addSpacing(8)
        layout.addWidget(heading)
        layout.addWidget(self.reach)
        layout.addWidget(self.reach_text)
        layout.addLayout(buttons)
        layout.addSpacing(8)
        layout.addWidget(hint)
        layout.addStretch()

    @property
    def count(self) -> int:
        """Number of superpixels that the slider stands for; equal steps are equal ratios."""
        ratio = self.slider.value() / STEPS
        count: float = SMALLEST_COUNT * (LARGEST_COUNT / SMALLEST_COUNT) ** ratio
        return round(count)

    @property
    def choice(self) -> RegionChoice:
        """Which regions are wanted."""
        method: SuperpixelMethod = self.method.currentData()
        return RegionChoice(method, 0 if method == "hierarchy" else self.count)

    def show_status(self, browser: RegionBrowser) -> None:
        """Say that the regions of the image are there."""
        leaves = browser.hierarchy.leaf_count
        self.status.setText(
            self.tr("Regions are ready: {} at the finest level.").format(f"{leaves:,}")
        )

    def show_reach(self, reach: Reach | None) -> None:
        """Show what regions can say of the selected object at best, None when none is."""
        known = reach is not None and reach.best_node >= 0
        self.reach.setVisible(known)
        self.refine.setEnabled(known)
        if reach is None or not known:
            self.reach_text.setText(
                self.tr("Select one object to see how well regions can reach it.")
            )
            return
        percent = round(reach.best_overlap * 100)
        self.reach.setValue(percent)
        self.reach.setFormat(self.tr("IoU {} in reach").format(f"{reach.best_overlap:.2f}"))
        self.reach_text.setText(
            self.tr("One region alone: {one}. Best with {count} regions.").format(
                one=f"{reach.best_node_overlap:.2f}", count=len(reach.nodes)
            )
        )

    def _method_chosen(self) -> None:
        if not self.shown.isChecked():
            self.shown.setChecked(True)
        self._choose()

    def _choose(self) -> None:
        self._timer.stop()
        if self.choice.method != "hierarchy":
            self.status.setText(self.tr("Superpixels are being computed…"))
        self.choice_changed.emit(self.choice)

    def _emit(self, _value: object = None) -> None:
        self.value.setText(f"{self.count:,}")
        self.slider.setEnabled(self.shown.isChecked())
        self.count_changed.emit(self.count if self.shown.isChecked() else 0)
        if self.choice.method != "hierarchy":
            self._timer.start()
