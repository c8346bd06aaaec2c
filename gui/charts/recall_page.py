"""How much of the truth the best predictions of each image cover (Hosang et al., 2015)."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from core.scoring.average_precision import THRESHOLDS
from core.scoring.metrics import Detections
from core.scoring.objects import Compared
from core.scoring.svg_plots import Series
from gui.charts.curves_page import COMPARED_NAMES
from gui.charts.line_chart import LineChart
from gui.review.metric_watch import Measured

LINES_SHOWN = (1, 10, 100, 1000)


class RecallPage(QWidget):
    """Recall against the number of predictions, and against the overlap asked for."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._measured: Measured | None = None
        self.compared = QComboBox(self)
        self.compared.setAccessibleName(self.tr("What is compared"))
        self.compared.activated.connect(lambda _row: self._draw())
        self.by_count = LineChart(
            self.tr("Recall against the number of predictions"),
            self.tr("Best predictions of each image, of any label"),
            self.tr("Recall"),
            lambda line, place: (
                f"{line.name}, {line.xs[place]:.0f} per image: {line.ys[place]:.3f}"
            ),
            self,
        )
        self.by_overlap = LineChart(
            self.tr("Recall against the overlap"),
            "IoU",
            self.tr("Recall"),
            lambda line, place: f"{line.name}, IoU {line.xs[place]:.2f}: {line.ys[place]:.3f}",
            self,
        )
        top = QHBoxLayout()
        top.addWidget(self.compared)
        top.addStretch(1)
        charts = QHBoxLayout()
        charts.setSpacing(12)
        charts.addWidget(self.by_count, 1)
        charts.addWidget(self.by_overlap, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(8)
        layout.addLayout(top)
        layout.addLayout(charts, 1)

    def show_measured(self, measured: Measured) -> None:
        """Draw the recall of these numbers."""
        self._measured = measured
        chosen = self.compared.currentData()
        self.compared.clear()
        for item in measured.metrics.detections:
            self.compared.addItem(self.tr(COMPARED_NAMES[item.compared]), item.compared)
        wanted = Compared.MASKS if chosen is None else chosen
        self.compared.setCurrentIndex(max(self.compared.findData(wanted), 0))
        self._draw()

    def _detections(self) -> Detections | None:
        if self._measured is None:
            return None
        return self._measured.metrics.of(self.compared.currentData())

    def _draw(self) -> None:
        found = self._detections()
        if found is None:
            return
        proposals = found.proposals
        if proposals.recall is None:
            for chart in (self.by_count, self.by_overlap):
                chart.show_empty(self.tr("The truth has no object to find."))
            return
        counts = np.array(proposals.counts, np.float64)
        self.by_count.show_lines(
            [
                Series("IoU .50", counts, proposals.recall[:, 0]),
                Series("IoU .70", counts, proposals.recall[:, 4]),
                Series(self.tr("average"), counts, proposals.recall.mean(axis=1)),
            ],
            x_range=(1.0, max(float(counts[-1]), 2.0)),
            logarithmic=True,
            ticks=proposals.counts,
        )
        shown = [count for count in LINES_SHOWN if count in proposals.counts]
        shown = shown or [proposals.counts[-1]]
        self.by_overlap.show_lines(
            [
                Series(
                    self.tr("{} per image").format(count),
                    THRESHOLDS,
                    proposals.recall[proposals.counts.index(count)],
                )
                for count in shown
            ],
            x_range=(0.5, 0.95),
        )
