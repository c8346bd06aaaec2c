"""The bar above the canvas while objects are refined with a preview."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QSlider, QWidget

from core.editing.refinement import RefineKind
from gui.objects.refine_preview import RefinePreviews
from gui.tools.refinement import preview_words

SLIDER_WIDTH_PX = 160


class RefineBar(QWidget):
    """Kind, amount, what it comes to, and the two ways out."""

    def __init__(self, previews: RefinePreviews, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._previews = previews
        self.kind = QComboBox(self)
        self.kind.setAccessibleName(self.tr("What to do"))
        for kind in RefineKind:
            self.kind.addItem(kind.value, kind)
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.slider.setFixedWidth(SLIDER_WIDTH_PX)
        self.slider.setPageStep(1)
        self.slider.setAccessibleName(self.tr("Amount"))
        self.amount = QLabel(self)
        self.amount.setMinimumWidth(self.fontMetrics().horizontalAdvance("holes up to 10000 px²"))
        self.result = QLabel(self)
        self.result.setProperty("quiet", True)
        self.apply = QPushButton(self.tr("Apply (Enter)"), self)
        self.cancel = QPushButton(self.tr("Cancel (Esc)"), self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 4, 12, 4)
        layout.setSpacing(8)
        for widget in (self.kind, self.slider, self.amount, self.result):
            layout.addWidget(widget)
        layout.addStretch()
        layout.addWidget(self.cancel)
        layout.addWidget(self.apply)
        self.kind.activated.connect(lambda _place: previews.choose_kind(self.kind.currentData()))
        self.slider.valueChanged.connect(lambda place: previews.choose(previews.chosen.at(place)))
        self.apply.clicked.connect(previews.apply)
        self.cancel.clicked.connect(previews.cancel)
        previews.changed.connect(self.refresh)
        self.hide()

    def refresh(self) -> None:
        """Show what is chosen and found now."""
        previews, chosen = self._previews, self._previews.chosen
        self.setVisible(previews.active)
        if not previews.active:
            return
        self.kind.setCurrentIndex(self.kind.findData(chosen.kind))
        self.slider.blockSignals(True)
        self.slider.setRange(0, len(chosen.kind.amounts) - 1)
        self.slider.setValue(chosen.place)
        self.slider.blockSignals(False)
        self.amount.setText(chosen.words)
        found = previews.found
        self.apply.setEnabled(found is not None and found.change is not None)
        if previews.problem:
            self.result.setText(previews.problem)
        elif found is not None:
            self.result.setText(preview_words(found))
