"""Precision, recall and F1 against the score, with the point that the score slider stands for."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from core.scoring.average_precision import THRESHOLDS
from core.scoring.curves import OperatingPoint, ScoreCurve, score_curve
from core.scoring.metric_rows import label_name
from core.scoring.metrics import Detections
from core.scoring.objects import Compared, FloatArray
from core.scoring.svg_plots import Series
from gui.charts.line_chart import LineChart
from gui.review.metric_watch import Measured

COMPARED_NAMES = {
    Compared.MASKS: "Masks",
    Compared.BOXES: "Boxes",
    Compared.KEYPOINTS: "Keypoints",
}


class CurvesPage(QWidget):
    """Two charts of the same predictions; a click on either moves the score slider."""

    threshold_chosen = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._measured: Measured | None = None
        self._curve: ScoreCurve | None = None
        self._threshold = 0.5
        self.compared = self._make_combo(self.tr("What is compared"))
        self.label = self._make_combo(self.tr("Label"))
        self.iou = self._make_combo(self.tr("Least overlap of a match"))
        for value in THRESHOLDS.tolist():
            self.iou.addItem(f"IoU {value:.2f}", value)
        self.precision_recall = LineChart(
            self.tr("Precision against recall"),
            self.tr("Recall"),
            self.tr("Precision"),
            self._words,
            self,
        )
        self.against_score = LineChart(
            self.tr("Against the score"),
            self.tr("Score kept from"),
            self.tr("Share"),
            self._words,
            self,
        )
        self.point_text = QLabel(self)
        self.point_text.setWordWrap(True)
        self.use_best = QPushButton(self.tr("Use the best F1"), self)
        self.use_best.setToolTip(self.tr("Move the score slider of the proposals there"))
        self.use_best.clicked.connect(self._choose_best)
        self._lay_out()
        for chart in (self.precision_recall, self.against_score):
            chart.chosen.connect(self._on_chosen)
        for combo in (self.compared, self.label, self.iou):
            combo.activated.connect(lambda _row: self._draw())

    def _make_combo(self, name: str) -> QComboBox:
        combo = QComboBox(self)
        combo.setAccessibleName(name)
        combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        combo.setMaximumWidth(280)
        return combo

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(8)
        for combo in (self.compared, self.label, self.iou):
            top.addWidget(combo)
        top.addStretch(1)
        charts = QHBoxLayout()
        charts.setSpacing(12)
        charts.addWidget(self.precision_recall, 1)
        charts.addWidget(self.against_score, 1)
        bottom = QHBoxLayout()
        bottom.addWidget(self.point_text, 1)
        bottom.addWidget(self.use_best)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(8)
        layout.addLayout(top)
        layout.addLayout(charts, 1)
        layout.addLayout(bottom)

    def show_measured(self, measured: Measured) -> None:
        """Draw the curves of these numbers."""
        self._measured = measured
        _refill(
            self.compared,
            [(self.tr(COMPARED_NAMES[item.compared]), item.compared) for item in self._kinds()],
        )
        self._draw()

    def set_threshold(self, threshold: float) -> None:
        """The score slider stands here."""
        self._threshold = threshold
        self._draw_point()

    @property
    def point(self) -> OperatingPoint | None:
        """What one gets at the slider's score; None without a curve."""
        return None if self._curve is None else self._curve.at(self._threshold)

    def _kinds(self) -> list[Detections]:
        """Masks before boxes: they say more where there are any."""
        found = [] if self._measured is None else list(self._measured.metrics.detections)
        return sorted(found, key=lambda item: list(COMPARED_NAMES).index(item.compared))

    def _detections(self) -> Detections | None:
        chosen = self.compared.currentData()
        return next((item for item in self._kinds() if item.compared is chosen), None)

    def _fill_labels(self, found: Detections, measured: Measured) -> None:
        state = measured.dataset.state
        labels = sorted(found.coco.per_label)
        names = [(label_name(state, label), label) for label in labels]
        _refill(self.label, [(self.tr("All labels together"), None), *names])

    def _draw(self) -> None:
        measured, found = self._measured, self._detections()
        if measured is None or found is None:
            return
        self._fill_labels(found, measured)
        iou, label_id = float(self.iou.currentData()), self.label.currentData()
        curve = score_curve(found.evaluated, iou, label_id)
        self._curve = curve
        if not len(curve.thresholds) or not curve.total:
            why = (
                self.tr("The truth has no object to find.")
                if not curve.total
                else self.tr("There are no predictions.")
            )
            for chart in (self.precision_recall, self.against_score):
                chart.show_empty(why)
        else:
            steps = Series(self.tr("precision"), curve.recall, curve.precision)
            self.precision_recall.show_lines([steps])
            self.against_score.show_lines(
                [
                    Series(self.tr("precision"), curve.thresholds, curve.precision),
                    Series(self.tr("recall"), curve.thresholds, curve.recall),
                    Series(self.tr("F1"), curve.thresholds, curve.f1),
                ],
                x_range=_range_of(curve.thresholds),
            )
        self._draw_point()

    def _draw_point(self) -> None:
        curve, point = self._curve, self.point
        if curve is None or point is None:
            self.use_best.setEnabled(False)
            return
        precision, recall, f1 = point.precision, point.recall, point.f1
        on_curve = None if precision is None or recall is None else (recall, precision)
        self.precision_recall.mark(on_curve)
        self.against_score.mark(None if f1 is None else (self._threshold, f1), rule=True)
        best = curve.best()
        self.use_best.setEnabled(best is not None)
        text = self.tr(
            "Score ≥ {score:.2f} (the slider of the proposals): precision {precision}, "
            "recall {recall}, F1 {f1}; {tp} right, {fp} extra, {fn} missed."
        ).format(
            score=self._threshold,
            precision=_shown(precision),
            recall=_shown(recall),
            f1=_shown(f1),
            tp=point.tp,
            fp=point.fp,
            fn=point.fn,
        )
        if best is not None:
            text += " " + self.tr("Best F1 {f1} at {score:.3f}.").format(
                f1=_shown(best.f1), score=best.threshold
            )
        self.point_text.setText(text)

    def _words(self, series: Series, place: int) -> str:
        curve = self._curve
        if curve is None or place >= len(curve.thresholds):
            return ""
        point = curve.at(float(curve.thresholds[place]))
        return self.tr(
            "score ≥ {score:.3f}: precision {precision}, recall {recall}, F1 {f1}"
        ).format(
            score=point.threshold,
            precision=_shown(point.precision),
            recall=_shown(point.recall),
            f1=_shown(point.f1),
        )

    def _on_chosen(self, _series: Series, place: int) -> None:
        if self._curve is not None:
            self.threshold_chosen.emit(_at_or_below(float(self._curve.thresholds[place])))

    def _choose_best(self) -> None:
        best = None if self._curve is None else self._curve.best()
        if best is not None:
            self.threshold_chosen.emit(_at_or_below(best.threshold))


def _at_or_below(score: float) -> float:
    """A hundredth, as the slider has them, that keeps what has this score."""
    return float(np.floor(score * 100 + 1e-9) / 100)


def _range_of(scores: FloatArray) -> tuple[float, float]:
    """From 0 to 1, or as far as scores of another range reach."""
    return min(0.0, float(scores.min())), max(1.0, float(scores.max()))


def _shown(value: float | None) -> str:
    return "n/a" if value is None else f"{value:.3f}"


def _refill(combo: QComboBox, entries: list[tuple[str, object]]) -> None:
    """Offer these; what was chosen stays where it is still there."""
    chosen = combo.currentData()
    combo.clear()
    for text, data in entries:
        combo.addItem(text, data)
    place = next((row for row, (_, data) in enumerate(entries) if data == chosen), 0)
    combo.setCurrentIndex(place)
