"""Curves that grow while a model trains. Imports pyqtgraph, so it is made when it is first seen."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import numpy as np
import numpy.typing as npt
import pyqtgraph
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from core.training.progress import Curve
from gui.charts.chart import SERIES_COLORS, Chart

_HEIGHT_PX = 190
_LINE_WIDTH = 2.0
_SMOOTHING = 0.9


class LiveCurves(Chart):
    """Lines by name over the steps of a run; names and newest values stand below.

    With ``is_share`` values lie between 0 and 1. Otherwise the axis follows them,
    and they are smoothed, for the loss of one small batch says little.
    """

    def __init__(self, title: str, *, is_share: bool, parent: QWidget | None = None) -> None:
        self._lines: dict[str, pyqtgraph.PlotDataItem] = {}
        super().__init__(title, "", "", parent)
        self._is_share = is_share
        self.setMinimumHeight(_HEIGHT_PX)
        self.save.hide()
        self.legend = QLabel(self)
        self.legend.setWordWrap(True)
        self.legend.setTextFormat(Qt.TextFormat.RichText)
        layout = self.layout()
        if layout is not None:
            layout.addWidget(self.legend)
        self.plot.getAxis("left").setWidth(36)
        for side in ("bottom", "left"):
            self.plot.getAxis(side).showLabel(False)
        self.show_empty(self.tr("The curves begin with the first steps."))

    def show_curves(self, curves: Mapping[str, Curve]) -> None:
        """Draw these lines; those that are there grow."""
        self.legend.setVisible(bool(curves))
        if not curves:
            self._remove(set(self._lines))
            self.show_empty(self.tr("The curves begin with the first steps."))
            return
        self._remove(set(self._lines) - set(curves))
        entries = []
        for name, curve in curves.items():
            points = np.array(curve, np.float64)
            ys = points[:, 1] if self._is_share else _smoothed(points[:, 1])
            self._line(name).setData(points[:, 0], ys)
            color = self._color(name)
            words = escape(name.removeprefix("loss_").replace("_", " "))
            entries.append(f'<span style="color:{color}">■</span>&nbsp;{words}&nbsp;{ys[-1]:.2f}')
        if self._is_share:
            self.plot.setYRange(0.0, 1.0, padding=0.04)
        self.legend.setText(" &nbsp; ".join(entries))
        self.show_plot()

    def _line(self, name: str) -> pyqtgraph.PlotDataItem:
        line = self._lines.get(name)
        if line is None:
            color = SERIES_COLORS[len(self._lines) % len(SERIES_COLORS)]
            line = self.plot.plot([], [], pen=pyqtgraph.mkPen(color, width=_LINE_WIDTH))
            if self._is_share:
                line.setSymbol("o")
                line.setSymbolSize(5)
                line.setSymbolBrush(color)
                line.setSymbolPen(None)
            self._lines[name] = line
        return line

    def _color(self, name: str) -> str:
        return SERIES_COLORS[list(self._lines).index(name) % len(SERIES_COLORS)]

    def _remove(self, names: set[str]) -> None:
        for name in names:
            self.plot.removeItem(self._lines.pop(name))


def _smoothed(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """A running mean that forgets, without a bias towards the first value."""
    result = np.empty_like(values)
    total = weight = 0.0
    for place, value in enumerate(values):
        total = _SMOOTHING * total + value
        weight = _SMOOTHING * weight + 1
        result[place] = total / weight
    return result
