"""The bar above the canvas while objects are refined with a preview."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSlider,
    QWidget,
)

from core.editing.refinement import RefineKind
from gui.elided_label import ElidedLabel
from gui.objects.refine_preview import RefinePreviews
from gui.tools.refinement import preview_words

SLIDER_WIDTH_PX = 160
ROOM_FOR_RESULT_PX = 160


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
        self.slider.setMinimumWidth(SLIDER_WIDTH_PX // 2)
        self.slider.setMaximumWidth(SLIDER_WIDTH_PX)
        self.slider.setPageStep(1)
        self.slider.setAccessibleName(self.tr("Amount"))
        self.amount = QLabel(self)
        self.amount.setMinimumWidth(self.fontMetrics().horizontalAdvance("pieces under 1000 px²"))
        self.result = ElidedLabel("", self)
        self.result.setProperty("quiet", True)
        self.apply = QPushButton(self.tr("Apply (Enter)"), self)
        self.cancel = QPushButton(self.tr("Cancel (Esc)"), self)
        self._choice, self._outcome = QHBoxLayout(), QHBoxLayout()
        for half, widgets in (
            (self._choice, (self.kind, self.slider, self.amount)),
            (self._outcome, (self.result, self.cancel, self.apply)),
        ):
            half.setSpacing(8)
            for widget in widgets:
                half.addWidget(widget, 1 if widget is self.result else 0)
        self._choice.addStretch()
        self._rows = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._rows.setContentsMargins(12, 4, 12, 4)
        self._rows.setSpacing(8)
        self._rows.addLayout(self._choice)
        self._rows.addLayout(self._outcome, 1)
        self.kind.activated.connect(lambda _place: previews.choose_kind(self.kind.currentData()))
        self.slider.valueChanged.connect(lambda place: previews.choose(previews.chosen.at(place)))
        self.apply.clicked.connect(previews.apply)
        self.cancel.clicked.connect(previews.cancel)
        previews.changed.connect(self.refresh)
        self.hide()

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As narrow as two rows are: the window must not grow when the bar is shown."""
        halves = (self._choice.minimumSize(), self._outcome.minimumSize())
        margins = self._rows.contentsMargins()
        width = max(half.width() for half in halves) + margins.left() + margins.right()
        return QSize(width, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """One row where it has room, else two."""
        super().resizeEvent(event)
        needed = self._choice.minimumSize().width() + self._outcome.minimumSize().width()
        fits = event.size().width() >= needed + ROOM_FOR_RESULT_PX
        direction = QBoxLayout.Direction
        self._rows.setDirection(direction.LeftToRight if fits else direction.TopToBottom)

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
            self.result.show_text(previews.problem)
        elif found is not None:
            self.result.show_text(preview_words(found))
