"""The charts of a report, from the numbers of a data set."""

from __future__ import annotations

import numpy as np

from core.scoring.metrics import DatasetMetrics, Detections
from core.scoring.svg_plots import Series, line_chart


def charts(metrics: DatasetMetrics) -> tuple[str, ...]:
    """SVG elements for each way of comparing: precision against recall, F1, proposal recall."""
    return tuple(chart for item in metrics.detections for chart in _charts_of(item))


def _charts_of(found: Detections) -> list[str]:
    kind = found.compared.value
    charts_found = []
    curve = found.curve
    if len(curve.thresholds) and curve.total:
        best = curve.best()
        recall_curve = Series("precision", curve.recall, curve.precision)
        f1_curve = [
            Series("precision", curve.thresholds, curve.precision),
            Series("recall", curve.thresholds, curve.recall),
            Series("F1", curve.thresholds, curve.f1),
        ]
        top = None if best is None or best.f1 is None else (best.threshold, best.f1)
        on_curve = (
            None
            if best is None or best.recall is None or best.precision is None
            else (best.recall, best.precision)
        )
        charts_found = [
            line_chart(
                f"Precision against recall, {kind}, IoU .50",
                "recall",
                [recall_curve],
                point=on_curve,
            ),
            line_chart(
                f"Against the score threshold, {kind}, IoU .50", "score", f1_curve, point=top
            ),
        ]
    proposals = found.proposals
    if proposals.recall is not None and len(proposals.counts) > 1:
        counts = np.array(proposals.counts, np.float64)
        charts_found.append(
            line_chart(
                f"Recall of objects of any label, {kind}",
                "best predictions per image",
                [
                    Series("IoU .50", counts, proposals.recall[:, 0]),
                    Series("IoU .70", counts, proposals.recall[:, 4]),
                    Series("average", counts, proposals.recall.mean(axis=1)),
                ],
                x_range=(1.0, float(counts[-1])),
                logarithmic=True,
            )
        )
    return charts_found
