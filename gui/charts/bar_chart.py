"""Bars of counts, each with its own words; a click chooses a bar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyqtgraph
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtWidgets import QWidget

from gui.charts.chart import SERIES_COLORS, Chart

NAMES_SHOWN = 40
NAME_WIDTH_PX = 180


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its height, the name below it, what the pointer is told, and its colour."""

    height: float
    name: str
    text: str
    color: str = SERIES_COLORS[0]


class BarChart(Chart):
    """Bars side by side, or lying below each other, where many have long names."""

    chosen = Signal(int)
    """Place of the bar that was clicked."""

    def __init__(
        self,
        title: str,
        x_label: str,
        y_label: str,
        parent: QWidget | None = None,
        *,
        lying: bool = False,
    ) -> None:
        super().__init__(title, x_label, y_label, parent)
        self.bars: tuple[Bar, ...] = ()
        self._lying = lying
        if lying:
            self.plot.getViewBox().invertY(True)
            self.make_scrollable()

    def show_bars(self, bars: Sequence[Bar], *, gapless: bool = False) -> None:
        """Draw these bars; ``gapless`` for bins, whose names are those of their left ends."""
        self.bars = tuple(bars)
        self.plot.clear()
        if self._lying:
            self._draw_lying()
        else:
            self._draw_upright(gapless=gapless)
        self.readout.clear()
        self.show_plot()

    def _draw_upright(self, *, gapless: bool) -> None:
        count = len(self.bars)
        self.plot.addItem(
            pyqtgraph.BarGraphItem(
                x=list(range(count)),
                height=[bar.height for bar in self.bars],
                width=0.98 if gapless else 0.7,
                brushes=[bar.color for bar in self.bars],
                pen=None,
            )
        )
        step = max(1, -(-count // NAMES_SHOWN))
        shift = 0.5 if gapless else 0.0
        named = [(n - shift, bar.name) for n, bar in enumerate(self.bars) if n % step == 0]
        self.plot.getAxis("bottom").setTicks([named])
        self.plot.setXRange(-0.6, count - 0.4, padding=0.0)
        self.plot.setYRange(0.0, self._highest(), padding=0.05)

    def _draw_lying(self) -> None:
        count = len(self.bars)
        self.plot.addItem(
            pyqtgraph.BarGraphItem(
                x0=[0.0] * count,
                y=list(range(count)),
                width=[bar.height for bar in self.bars],
                height=0.7,
                brushes=[bar.color for bar in self.bars],
                pen=None,
            )
        )
        metrics = self.fontMetrics()
        names = [
            metrics.elidedText(bar.name, Qt.TextElideMode.ElideMiddle, NAME_WIDTH_PX)
            for bar in self.bars
        ]
        ticks = [
            (place, f"{name}  {bar.height:g}")
            for place, (name, bar) in enumerate(zip(names, self.bars, strict=True))
        ]
        self.plot.getAxis("left").setTicks([ticks])
        self.plot.setMinimumHeight(count * (metrics.height() + 4) + 60)
        self.plot.setYRange(-0.6, count - 0.4, padding=0.0)
        self.plot.setXRange(0.0, 1.05 * self._highest(), padding=0.0)

    def _highest(self) -> float:
        return max(1.0, *(bar.height for bar in self.bars)) if self.bars else 1.0

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
        index = round(position[1] if self._lying else position[0])
        return index if 0 <= index < len(self.bars) else None
