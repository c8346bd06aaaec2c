"""Sliders over candidates that are there already: score, overlap, mask, size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QSlider, QToolButton, QVBoxLayout, QWidget

from core.models.candidates import ANY_SIZE_PX, CandidateFilter
from core.models.pooling import LOWEST_IOU

STEPS = 100
STEPS_PER_OCTAVE = 10
VALUE_WIDTH = "1024 px"


@dataclass(frozen=True, slots=True)
class FilterRow:
    """One slider: what it is called, and how its places and a filter's values belong together."""

    name: str
    tip: str
    to_step: Callable[[CandidateFilter], int]
    with_step: Callable[[CandidateFilter, int], CandidateFilter]
    text: Callable[[CandidateFilter], str]


class FilterSliders(QWidget):
    """The score always in sight, the others below a button; moving them runs no model."""

    filter_changed = Signal(object)
    """Carries a CandidateFilter."""

    def __init__(self, first: CandidateFilter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._filter = first
        self.sliders: dict[str, QSlider] = {}
        self.values: dict[str, QLabel] = {}
        self.more = QToolButton(self)
        self.more.setText(self.tr("More filters"))
        self.more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.more.setArrowType(Qt.ArrowType.RightArrow)
        self.more.setAutoRaise(True)
        self.more.clicked.connect(lambda: self.show_more(not self.shows_more))
        self._others = QWidget(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        first_row, *others = self._rows()
        layout.addLayout(self._grid((first_row,), self))
        layout.addWidget(self.more)
        self._others.setLayout(self._grid(others, self._others))
        layout.addWidget(self._others)
        self._others.hide()
        self.show_filter(first)

    @property
    def score(self) -> QSlider:
        """The slider of the lowest score."""
        return self.sliders[self._rows()[0].name]

    @property
    def shows_more(self) -> bool:
        """Whether all sliders are in sight."""
        return not self._others.isHidden()

    def show_more(self, shown: bool) -> None:
        """Show all sliders, or the score's only."""
        self._others.setVisible(shown)
        self.more.setArrowType(Qt.ArrowType.DownArrow if shown else Qt.ArrowType.RightArrow)
        self.more.setText(self.tr("Fewer filters") if shown else self.tr("More filters"))

    def show_filter(self, wanted: CandidateFilter) -> None:
        """Put the sliders where a filter has them, without a word."""
        self._filter = wanted
        for row in self._rows():
            slider = self.sliders[row.name]
            if row.text(row.with_step(wanted, slider.value())) != row.text(wanted):
                slider.blockSignals(True)
                slider.setValue(row.to_step(wanted))
                slider.blockSignals(False)
            self.values[row.name].setText(row.text(wanted))

    def _rows(self) -> tuple[FilterRow, ...]:
        tr = self.tr
        return (
            FilterRow(
                tr("Score ≥"),
                tr("Hide candidates below this score; no model runs"),
                lambda wanted: round(wanted.score * STEPS),
                lambda wanted, step: replace(wanted, score=step / STEPS),
                lambda wanted: f"{wanted.score:.2f}",
            ),
            FilterRow(
                tr("Overlap ≤"),
                tr("Of two candidates that overlap more than this, the better one stays"),
                lambda wanted: round(wanted.overlap * STEPS),
                lambda wanted, step: replace(wanted, overlap=max(step / STEPS, LOWEST_IOU)),
                lambda wanted: f"{wanted.overlap:.2f}" if wanted.overlap < 1 else tr("any"),
            ),
            FilterRow(
                tr("Mask ≥"),
                tr("From this probability on a pixel belongs to the object"),
                lambda wanted: round(wanted.mask_threshold * STEPS),
                lambda wanted, step: replace(
                    wanted, mask_threshold=min(max(step, 1), STEPS - 1) / STEPS
                ),
                lambda wanted: f"{wanted.mask_threshold:.2f}",
            ),
            FilterRow(
                tr("Size ≥"),
                tr("Hide candidates smaller than a square of this side"),
                lambda wanted: _step_of(wanted.smallest_px),
                lambda wanted, step: replace(wanted, smallest_px=_side_of(step)),
                lambda wanted: f"{wanted.smallest_px:.0f} px" if wanted.smallest_px else tr("any"),
            ),
            FilterRow(
                tr("Size ≤"),
                tr("Hide candidates larger than a square of this side"),
                lambda wanted: (
                    STEPS if wanted.largest_px == ANY_SIZE_PX else _step_of(wanted.largest_px)
                ),
                lambda wanted, step: replace(
                    wanted, largest_px=ANY_SIZE_PX if step >= STEPS else max(_side_of(step), 1.0)
                ),
                lambda wanted: (
                    tr("any") if wanted.largest_px == ANY_SIZE_PX else f"{wanted.largest_px:.0f} px"
                ),
            ),
        )

    def _grid(self, rows: tuple[FilterRow, ...] | list[FilterRow], parent: QWidget) -> QGridLayout:
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        metrics = self.fontMetrics()
        widest = max(metrics.horizontalAdvance(row.name) for row in self._rows())
        for place, row in enumerate(rows):
            name = QLabel(row.name, parent)
            name.setMinimumWidth(widest)
            slider = QSlider(Qt.Orientation.Horizontal, parent)
            slider.setRange(0, STEPS)
            slider.setAccessibleName(row.name)
            slider.setToolTip(row.tip)
            slider.valueChanged.connect(lambda step, chosen=row: self._on_moved(chosen, step))
            value = QLabel(parent)
            value.setMinimumWidth(metrics.horizontalAdvance(VALUE_WIDTH))
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.sliders[row.name], self.values[row.name] = slider, value
            for column, widget in enumerate((name, slider, value)):
                grid.addWidget(widget, place, column)
        grid.setColumnStretch(1, 1)
        return grid

    def _on_moved(self, row: FilterRow, step: int) -> None:
        self._filter = row.with_step(self._filter, step)
        self.values[row.name].setText(row.text(self._filter))
        self.filter_changed.emit(self._filter)


def _side_of(step: int) -> float:
    """Equal steps are equal ratios: ten of them double the side; none is no limit."""
    return 0.0 if step <= 0 else float(2 ** (step / STEPS_PER_OCTAVE))


def _step_of(side_px: float) -> int:
    step = 0
    while step < STEPS and _side_of(step) < side_px - 1e-6:
        step += 1
    return step
