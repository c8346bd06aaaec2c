"""Superpixels: whether their borders are shown and how many there are."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QSlider, QVBoxLayout, QWidget

from core.grouping.browser import RegionBrowser

SMALLEST_COUNT = 10
LARGEST_COUNT = 4000
STEPS = 100


class RegionsPanel(QWidget):
    """A slider over the hierarchy's cut, from a handful to thousands of superpixels."""

    count_changed = Signal(int)
    """Carries the number of superpixels to show; 0 for none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shown = QCheckBox(self.tr("Show superpixels"), self)
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.slider.setRange(0, STEPS)
        self.slider.setValue(60)
        self.slider.setAccessibleName(self.tr("Number of superpixels"))
        self.value = QLabel(self)
        self.status = QLabel(self.tr("Regions are computed when an image is opened."), self)
        self.status.setProperty("quiet", True)
        self.status.setWordWrap(True)
        hint = QLabel(
            self.tr(
                "Region tool (G): hover to see a region, [ and ] or Shift+wheel to shrink and "
                "grow it, click to take it, right click to take it away, Enter to finish."
            ),
            self,
        )
        hint.setWordWrap(True)
        hint.setProperty("quiet", True)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.slider, 1)
        row.addWidget(self.value)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addWidget(self.shown)
        layout.addLayout(row)
        layout.addWidget(self.status)
        layout.addWidget(hint)
        layout.addStretch()
        self.shown.toggled.connect(self._emit)
        self.slider.valueChanged.connect(self._emit)
        self._emit()

    @property
    def count(self) -> int:
        """Number of superpixels that the slider stands for; equal steps are equal ratios."""
        ratio = self.slider.value() / STEPS
        count: float = SMALLEST_COUNT * (LARGEST_COUNT / SMALLEST_COUNT) ** ratio
        return round(count)

    def show_status(self, browser: RegionBrowser) -> None:
        """Say that the regions of the image are there."""
        leaves = (len(browser.hierarchy.parents) + 1) // 2
        self.status.setText(self.tr("Regions are ready: {} leaves.").format(leaves))

    def _emit(self, _value: object = None) -> None:
        self.value.setText(f"{self.count}")
        self.slider.setEnabled(self.shown.isChecked())
        self.count_changed.emit(self.count if self.shown.isChecked() else 0)
