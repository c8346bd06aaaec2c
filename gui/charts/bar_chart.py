"""Bars of counts, each with its own words; a click chooses a bar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyqtgraph
from PySide6.QtCore import QPointF, Signal
from PySide6.QtWidgets import QWidget

from gui.charts.chart import SERIES_COLORS, Chart

NAMES_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its height, the name below it, what the pointer is told, and its colour."""

    height: float
    name: str
    text: str
    color: str = SERIES_COLORS[0]


class BarChart(Chart):
    """Bars side by side."""

    chosen = Signal(int)
    """Place of the bar that was clicked."""

    def __init__(
        self, title: str, x_label: str, y_label: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(title, x_label, y_label, parent)
        self.bars: tuple[Bar, ...] = ()

    def show_bars(self, bars: Sequence[Bar], *, gapless: bool = False) -> None:
        """Draw these bars; ``gapless`` for bins, whose names are those of their left ends."""
        self.bars = tuple(bars)
        self.plot.clear()
        self.plot.addItem(
            pyqtgraph.BarGraphItem(
                x=list(range(len(bars))),
                height=[bar.height for bar in bars],
                width=0.98 if gapless else 0.7,
                brushes=[bar.color for bar in bars],
                pen=None,
            )
        )
        step = max(1, -(-len(bars) // NAMES_SHOWN))
        shift = 0.5 if gapless else 0.0
        ticks = [(place - shift, bar.name) for place, bar in enumerate(bars) if place % step == 0]
        self.plot.getAxis("bottom").setTicks([ticks])
        highest = max((bar.height for bar in bars), default=0.0)
        self.plot.setXRange(-0.6, len(bars) - 0.4, padding=0.0)
        self.plot.setYRange(0.0, max(highest, 1.0), padding=0.05)
        self.readout.clear()
        self.show_plot()

    def point_at(self, place: QPointF) -> None:
        """Read out the bar under the pointer."""
        index = self._index_at(place)
        self.readout.setText("" if index is None else self.bars[index].text)

    def choose_at(self, place: QPointF) -> None:
        """Tell which bar was clicked."""
        index = self._index_at(place)
        if index is not None:
            self.chosen.emit(index)

    def _index_at(self, place: QPointF) -> int | None:
        position = self.data_position(place)
        if position is None:
            return None
        index = round(position[0])
        return index if 0 <= index < len(self.bars) else None
