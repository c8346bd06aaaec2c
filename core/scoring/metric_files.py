"""All numbers of a data set as CSV, JSON and Markdown."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path

from core.document.images import Dataset
from core.formats.atomic import write_atomically
from core.scoring.confusion import ConfusionMatrix
from core.scoring.metric_rows import label_name, metric_rows
from core.scoring.metrics import DatasetMetrics, Detections
from core.scoring.report import CSV_COLUMNS, UNDEFINED, score_content, score_rows

WORST_LISTED = 50


def write_metrics_csv(metrics: DatasetMetrics, dataset: Dataset, path: Path) -> None:
    """The table of ``report.write_csv`` with a row for each further number below.

    Their value stands in the column ``value``, and why it is undefined in
    ``reason``. Raises WriteError.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*CSV_COLUMNS, "value", "reason"])
    for row in score_rows(metrics.score, dataset):
        writer.writerow([*row, "", ""])
    blanks = [""] * (len(CSV_COLUMNS) - 1)
    for item in metric_rows(metrics):
        value = UNDEFINED if item.value is None else repr(item.value)
        writer.writerow([f"{item.group}: {item.name}", *blanks, value, item.reason])
    write_atomically(path, text.getvalue().encode())


def write_metrics_json(metrics: DatasetMetrics, dataset: Dataset, path: Path) -> None:
    """Everything: what ``report.write_json`` writes and all further numbers and curves.

    null stands for undefined; ``undefined`` says why. Raises WriteError.
    """
    state = dataset.state
    rows = metric_rows(metrics)
    groups: dict[str, dict[str, float | None]] = {}
    for row in rows:
        groups.setdefault(row.group, {})[row.name] = row.value
    content = {
        **score_content(metrics.score, dataset),
        "metrics": groups,
        "undefined": {f"{row.group}: {row.name}": row.reason for row in rows if row.reason},
        "detection": {
            item.compared.value: _detection_content(item, dataset) for item in metrics.detections
        },
        "panoptic_per_label": {
            label_name(state, label): {"pq": part.pq, "sq": part.sq, "rq": part.rq}
            for label, part in metrics.panoptic.per_label.items()
        },
        "confusion_of_objects": _confusion_content(metrics.confusion, dataset),
        "notes": list(metrics.notes),
    }
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1)
    write_atomically(path, (text + "\n").encode())


def write_markdown(metrics: DatasetMetrics, dataset: Dataset, path: Path) -> None:
    """Tables of all numbers, labels, confusions and the worst images. Raises WriteError."""
    write_atomically(path, markdown_of(metrics, dataset).encode())


def markdown_of(metrics: DatasetMetrics, dataset: Dataset) -> str:
    """The text of ``write_markdown``."""
    parts = [f"# Scores of {len(metrics.score.images)} images", ""]
    parts += [f"- {note}" for note in metrics.notes] + [""] * bool(metrics.notes)
    group = ""
    for row in metric_rows(metrics):
        if row.group != group:
            group = row.group
            parts += ["", f"## {_cell(group)}", "", "| measure | value |", "| --- | ---: |"]
        why = f" ({row.reason})" if row.reason else ""
        parts.append(f"| {_cell(row.name)} | {row.shown}{_cell(why)} |")
    parts += ["", "## Labels", "", *_table(*label_table(metrics, dataset))]
    parts += ["", "## Confusion of objects", "", *_table(*confusion_table(metrics, dataset))]
    parts += ["", "## Worst images", "", *_table(*worst_table(metrics, dataset))]
    return "\n".join(parts) + "\n"


def label_table(metrics: DatasetMetrics, dataset: Dataset) -> tuple[list[str], list[list[str]]]:
    """Header and rows of the numbers of each label."""
    kinds = [item.compared.value for item in metrics.detections]
    header = ["label", "IoU", "Dice", "PQ", *(f"AP, {kind}" for kind in kinds)]
    rows = []
    for label_id, part in metrics.score.per_label.items():
        quality = metrics.panoptic.per_label.get(label_id)
        found = [item.coco.per_label.get(label_id) for item in metrics.detections]
        numbers = [
            part.iou,
            part.dice,
            None if quality is None else quality.pq,
            *(None if item is None else item.ap for item in found),
        ]
        if any(number is not None for number in numbers):
            rows.append([label_name(dataset.state, label_id), *map(_number, numbers)])
    return header, rows


def confusion_table(metrics: DatasetMetrics, dataset: Dataset) -> tuple[list[str], list[list[str]]]:
    """Header and rows: true labels down, predicted ones across, missed and extra last."""
    matrix = metrics.confusion
    columns: list[int | None] = [*matrix.labels, None]
    names = [label_name(dataset.state, label) for label in matrix.labels]
    header = ["truth \\ prediction", *names, "missed"]
    rows = []
    for label, name in zip(columns, [*names, "extra"], strict=True):
        counts = [matrix.count(label, other) for other in columns]
        rows.append([name, *(str(count) if count else "" for count in counts)])
    return header, rows


def worst_table(
    metrics: DatasetMetrics, dataset: Dataset, most: int = WORST_LISTED
) -> tuple[list[str], list[list[str]]]:
    """Header and rows of the images of lowest mean over matched objects."""
    names = {image.id: image.path for image in dataset.images}
    rows = []
    for image_id in worst_images(metrics)[:most]:
        score = next(item for item in metrics.score.images if item.image_id == image_id)
        errors = sum(item.image_id == image_id and item.is_error for item in metrics.differences)
        numbers = (score.mean_matched_iou, score.mean_iou)
        rows.append([names[image_id], *map(_number, numbers), str(errors)])
    return ["image", "IoU of matched objects, others 0", "mean IoU of labels", "errors"], rows


def worst_images(metrics: DatasetMetrics) -> list[int]:
    """Ids of the images that have objects, those that agree least first."""
    scored = [
        (item.mean_matched_iou, place, item.image_id)
        for place, item in enumerate(metrics.score.images)
        if item.mean_matched_iou is not None
    ]
    return [image_id for _, _, image_id in sorted(scored)]


def _detection_content(found: Detections, dataset: Dataset) -> dict[str, object]:
    curve, proposals = found.curve, found.proposals
    return {
        "per_label": {
            label_name(dataset.state, label): {
                "ap": part.ap,
                "ap50": part.ap50,
                "ap75": part.ap75,
                "ar": part.ar,
                "truths": part.truths,
                "predictions": part.predictions,
            }
            for label, part in found.coco.per_label.items()
        },
        "curve_iou_50": {
            "score": curve.thresholds.tolist(),
            "tp": curve.tp.astype(int).tolist(),
            "fp": curve.fp.astype(int).tolist(),
            "truths": curve.total,
        },
        "recall_of_any_label": {
            "predictions_per_image": list(proposals.counts),
            "iou_50_to_95": None if proposals.recall is None else proposals.recall.tolist(),
        },
    }


def _confusion_content(matrix: ConfusionMatrix, dataset: Dataset) -> list[dict[str, object]]:
    names = {image.id: image.path for image in dataset.images}
    return [
        {
            "truth": None if truth is None else label_name(dataset.state, truth),
            "prediction": None if predicted is None else label_name(dataset.state, predicted),
            "objects": len(items),
            "images": [names[image_id] for image_id in matrix.images(truth, predicted)],
        }
        for (truth, predicted), items in matrix.cells.items()
    ]


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [header, ["---"] * len(header), *rows]
    return ["| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines]


def _cell(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ")


def _number(value: float | None) -> str:
    return UNDEFINED if value is None else f"{value:.4f}"
