"""The numbers of a data set as rows, the same for every report."""

from __future__ import annotations

from dataclasses import dataclass

from core.document.document import ProjectState
from core.scoring.agreement import cohens_kappa
from core.scoring.metrics import DatasetMetrics, Detections

NO_OBJECT = "neither side has an object of any label"
NO_TRUTH = "the truth has no object to find"


@dataclass(frozen=True, slots=True)
class MetricRow:
    """One number; ``reason`` says why it is undefined when ``value`` is None."""

    group: str
    name: str
    value: float | None
    reason: str = ""

    @property
    def shown(self) -> str:
        """As a table shows it."""
        return "n/a" if self.value is None else f"{self.value:.4f}"


def metric_rows(metrics: DatasetMetrics) -> tuple[MetricRow, ...]:
    """All numbers of a data set, grouped, in the order of the reports."""
    return (
        *_overlap_rows(metrics),
        *_quality_rows(metrics),
        *(row for item in metrics.detections for row in _detection_rows(item)),
    )


def label_name(state: ProjectState, label_id: int | None) -> str:
    """Name of a label; a dash where there is none."""
    if label_id is None:
        return "–"
    label = state.labels.get(label_id)
    return label.name if label is not None else f"label {label_id}"


def _overlap_rows(metrics: DatasetMetrics) -> list[MetricRow]:
    score = metrics.score
    group = "Overlap"
    return [
        _row(group, "mIoU, confusion summed over images", score.mean_iou_summed, NO_OBJECT),
        _row(group, "Dice, confusion summed over images", score.mean_dice_summed, NO_OBJECT),
        _row(group, "IoU, mean of images", score.mean_iou_of_images, NO_OBJECT),
        _row(group, "Dice, mean of images", score.mean_dice_of_images, NO_OBJECT),
        _row(group, "IoU of matched objects, others 0", score.mean_matched_iou, NO_OBJECT),
        _row(
            group,
            "Boundary IoU of matched objects, others 0",
            metrics.boundary_iou,
            "there are no outlines to compare",
        ),
        _row(group, "Pixel accuracy", metrics.accuracy.value, "no pixel is judged"),
        _row(
            group,
            "Cohen's kappa of the labels of paired objects",
            cohens_kappa(metrics.confusion),
            "no objects are paired, or all have one label",
        ),
    ]


def _quality_rows(metrics: DatasetMetrics) -> list[MetricRow]:
    quality = metrics.panoptic
    names = (("PQ", quality.pq), ("SQ", quality.sq), ("RQ", quality.rq))
    return [_row("Panoptic quality", name, value, NO_OBJECT) for name, value in names]


def _detection_rows(found: Detections) -> list[MetricRow]:
    kind = found.compared.value
    coco, group = found.coco, f"COCO, {kind}"
    rows = [
        MetricRow(group, name, value, coco.reasons.get(name, ""))
        for name, value in coco.values.items()
    ]
    voc = f"VOC, {kind}"
    rows += [
        _row(voc, "AP, all points", found.voc.all_point, NO_TRUTH),
        _row(voc, "AP, 11 points", found.voc.eleven_point, NO_TRUTH),
    ]
    best, group = found.curve.best(), f"Best score threshold, {kind}, IoU .50"
    why = "there are no predictions, or nothing to find"
    point = (
        (None, None, None, None)
        if best is None
        else (best.threshold, best.precision, best.recall, best.f1)
    )
    names = ("threshold", "precision", "recall", "F1")
    rows += [_row(group, name, value, why) for name, value in zip(names, point, strict=True)]
    recall, group = found.proposals, f"Recall of any label, {kind}"
    for count in recall.counts:
        rows += [
            _row(group, f"{count} per image, IoU .50", recall.at(count, 0.5), NO_TRUTH),
            _row(group, f"{count} per image, IoU .70", recall.at(count, 0.7), NO_TRUTH),
            _row(group, f"{count} per image, average", recall.average(count), NO_TRUTH),
        ]
    return rows


def _row(group: str, name: str, value: float | None, reason: str) -> MetricRow:
    return MetricRow(group, name, value, reason if value is None else "")
