"""A map of how much there is where, such as the places of objects in their images."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pyqtgraph
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QWidget

from gui.charts.chart import Chart

HOT = "#e69f00"


class HeatChart(Chart):
    """Cells shaded by their value; the first row is at the top, as in an image."""

    def __init__(
        self,
        title: str,
        x_label: str,
        y_label: str,
        readout: Callable[[int, int], str],
        parent: QWidget | None = None,
    ) -> None:
        """``readout`` says in words what the cell of a row and a column holds."""
        super().__init__(title, x_label, y_label, parent)
        self._read_out = readout
        self._cells: npt.NDArray[np.float64] = np.zeros((0, 0))
        self._item = pyqtgraph.ImageItem()
        self.plot.getViewBox().invertY(True)
        self.plot.setAspectLocked(True)
        for side in ("bottom", "left"):
            shares = [(share, f"{share:.0%}") for share in (0.0, 0.25, 0.5, 0.75, 1.0)]
            self.plot.getAxis(side).setTicks([shares])

    def show_cells(self, cells: npt.NDArray[np.float64]) -> None:
        """Draw an array float64 (rows, columns) over the unit square."""
        self._cells = cells
        self.plot.clear()
        self._item = pyqtgraph.ImageItem(cells.T)
        self._item.setRect(QRectF(0.0, 0.0, 1.0, 1.0))
        self._item.setLevels((0.0, max(float(cells.max(initial=0.0)), 1e-9)))
        self.plot.addItem(self._item)
        self.plot.setRange(QRectF(0.0, 0.0, 1.0, 1.0), padding=0.02)
        self._shade()
        self.show_plot()

    def use_colors(self) -> None:
        """From the ground's colour to the hot one."""
        super().use_colors()
        if hasattr(self, "_item"):
            self._shade()

    def _shade(self) -> None:
        ground = self.palette().color(QPalette.ColorRole.AlternateBase)
        hot = QColor(HOT)
        ends = np.array(
            [(color.red(), color.green(), color.blue()) for color in (ground, hot)], np.float64
        )
        shares = np.linspace(0.0, 1.0, 256)[:, None]
        self._item.setLookupTable((ends[0] + shares * (ends[1] - ends[0])).astype(np.uint8))

    def point_at(self, place: QPointF) -> None:
        """Read out the cell under the pointer."""
        position = self.data_position(place)
        rows, columns = self._cells.shape
        if position is None or not (0 <= position[0] < 1 and 0 <= position[1] < 1):
            self.readout.clear()
            return
        self.readout.setText(self._read_out(int(position[1] * rows), int(position[0] * columns)))
