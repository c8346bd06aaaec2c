"""Opens the windows of numbers and charts, and goes where a click in them leads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMainWindow

from gui.actions import ActionEntry
from gui.review.metric_watch import MetricWatch
from gui.workbench import Workbench

if TYPE_CHECKING:
    from gui.charts.charts_window import ChartsWindow


class ChartCommands(QObject):
    """The windows are built when they are asked for: a plotting library takes time to load."""

    images_chosen = Signal(object, str)
    """Ids of images to be listed, and what they have in common."""
    object_chosen = Signal(object)
    """An ObjectDifference to look at."""

    def __init__(self, bench: Workbench, window: QMainWindow) -> None:
        super().__init__(window)
        self.metrics = MetricWatch(bench.session, bench.tasks, self)
        self.metrics.failed.connect(bench.session.error_raised)
        self._bench = bench
        self._window = window
        self._charts: ChartsWindow | None = None

    def show_charts(self) -> ChartsWindow:
        """Open the window of charts, or bring it to the front; measure when there is need."""
        from gui.charts.charts_window import ChartsWindow

        if self._charts is None:
            charts = ChartsWindow(self._bench.session, self._bench.deck, self.metrics, self._window)
            charts.images_chosen.connect(self.images_chosen)
            charts.object_chosen.connect(self.object_chosen)
            self._charts = charts
        self._charts.show()
        self._charts.activateWindow()
        if not self.metrics.is_running and (self.metrics.last is None or self.metrics.is_stale):
            self._charts.measure()
        return self._charts


def chart_entries(charts: ChartCommands) -> tuple[ActionEntry, ...]:
    """The rows of the action table for numbers and charts."""
    return (
        ActionEntry(
            "charts",
            "C&harts and all numbers",
            charts.show_charts,
            ("Shift+F9",),
            "&Review",
        ),
    )
