"""Lines over a common axis, with the nearest point read out and one point marked."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pyqtgraph
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtWidgets import QWidget

from core.scoring.svg_plots import Series
from gui.charts.chart import SERIES_COLORS, Chart

NEAR_PX = 40.0
LINE_WIDTH = 2.0

Readout = Callable[[Series, int], str]
"""Says in words what a point of a line is."""


class LineChart(Chart):
    """Lines whose values lie between 0 and 1; a click on a point chooses it."""

    chosen = Signal(object, int)
    """The Series that was clicked, and the place of the point in it."""

    def __init__(
        self,
        title: str,
        x_label: str,
        y_label: str,
        readout: Readout,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(title, x_label, y_label, parent)
        self._read_out = readout
        self._series: tuple[Series, ...] = ()
        self._logarithmic = False
        self._legend = self.plot.addLegend(offset=(12, -12))
        self._spot = pyqtgraph.ScatterPlotItem(size=9)
        self._marks = pyqtgraph.ScatterPlotItem(size=13)
        self._rule = pyqtgraph.InfiniteLine(angle=90)
        self._mark: tuple[float, float] | None = None
        self._with_rule = False
        self.use_colors()

    def show_lines(
        self,
        series: Sequence[Series],
        *,
        x_range: tuple[float, float] = (0.0, 1.0),
        logarithmic: bool = False,
        ticks: Sequence[float] = (),
    ) -> None:
        """Draw these lines instead of those before; ``ticks`` names places of the axis below."""
        self._series = tuple(series)
        self._logarithmic = logarithmic
        self.plot.clear()
        self._legend.clear()
        self.plot.setLogMode(x=logarithmic, y=False)
        for number, item in enumerate(self._series):
            color = SERIES_COLORS[number % len(SERIES_COLORS)]
            line = self.plot.plot(
                item.xs, item.ys, pen=pyqtgraph.mkPen(color, width=LINE_WIDTH), name=item.name
            )
            line.setDownsampling(auto=True)
            if len(item.xs) <= NEAR_PX:
                line.setSymbol("o")
                line.setSymbolSize(6)
                line.setSymbolBrush(color)
                line.setSymbolPen(None)
        self._legend.setVisible(len(self._series) > 1)
        low, high = self._on_axis(np.array(x_range)).tolist()
        self.plot.setXRange(low, high, padding=0.02)
        self.plot.setYRange(0.0, 1.0, padding=0.04)
        named = [(float(self._on_axis(np.array([x]))[0]), f"{x:g}") for x in ticks]
        self.plot.getAxis("bottom").setTicks([named] if named else None)
        for extra in (self._rule, self._marks, self._spot):
            self.plot.addItem(extra, ignoreBounds=True)
        self._spot.clear()
        self.readout.clear()
        self._draw_mark()
        self.show_plot()

    def mark(self, point: tuple[float, float] | None, *, rule: bool = False) -> None:
        """Mark a point, such as the operating point; with a line through it where asked for."""
        self._mark, self._with_rule = point, rule
        self._draw_mark()

    @property
    def marked(self) -> tuple[float, float] | None:
        """The point that is marked."""
        return self._mark

    def use_colors(self) -> None:
        """The marks and the legend follow the theme too."""
        super().use_colors()
        if hasattr(self, "_rule"):
            self._draw_mark()
            self._legend.setLabelTextColor(self.text_color)
            ground = self.palette().base().color()
            ground.setAlpha(140)
            self._legend.setBrush(ground)

    def point_at(self, place: QPointF) -> None:
        """Show the nearest point and what it says."""
        found = self._nearest(place)
        if found is None:
            self._spot.clear()
            self.readout.clear()
            return
        series, index = found
        x = float(self._on_axis(series.xs[index : index + 1])[0])
        self._spot.setData([x], [float(series.ys[index])], pen=None, brush=self.text_color)
        self.readout.setText(self._read_out(series, index))

    def choose_at(self, place: QPointF) -> None:
        """Tell which point was clicked."""
        found = self._nearest(place)
        if found is not None:
            self.chosen.emit(*found)

    def _draw_mark(self) -> None:
        if self._mark is None:
            self._marks.clear()
            self._rule.hide()
            return
        x = float(self._on_axis(np.array([self._mark[0]]))[0])
        pen = pyqtgraph.mkPen(self.text_color, width=2)
        self._marks.setData([x], [self._mark[1]], pen=pen, brush=None)
        self._rule.setPen(pyqtgraph.mkPen(self.text_color, width=1, style=Qt.PenStyle.DashLine))
        self._rule.setValue(x)
        self._rule.setVisible(self._with_rule)

    def _nearest(self, place: QPointF) -> tuple[Series, int] | None:
        """The nearest point of any line, by its distance on the screen."""
        if self.data_position(place) is None:
            return None
        best: tuple[float, Series, int] | None = None
        view = self.plot.getViewBox()
        (left, right), (bottom, top) = view.viewRange()
        area = view.sceneBoundingRect()
        for series in self._series:
            if not len(series.xs):
                continue
            xs = (self._on_axis(series.xs) - left) / (right - left) * area.width() + area.left()
            ys = area.bottom() - (series.ys - bottom) / (top - bottom) * area.height()
            distances = np.hypot(xs - place.x(), ys - place.y())
            index = int(distances.argmin())
            if best is None or distances[index] < best[0]:
                best = float(distances[index]), series, index
        return None if best is None or best[0] > NEAR_PX else (best[1], best[2])

    def _on_axis(
        self, values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]
    ) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        return np.log10(np.maximum(values, 1e-9)) if self._logarithmic else values
