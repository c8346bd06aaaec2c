"""Scores of a whole data set, and the files that carry them to other programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from core.document.images import Dataset, ImageRecord
from core.errors import MaskwrightError
from core.formats.atomic import write_atomically
from core.scoring.overlap import ImageScore, LabelScore, mean_of, score_image

UNDEFINED = "n/a"
"""What a table shows where both sides lack a label; never 0."""

CSV_COLUMNS = ("measure", "image", "label", "iou", "dice", "tp_px", "fp_px", "fn_px", "compared")


@dataclass(frozen=True, slots=True)
class DatasetScore:
    """How well one layer agrees with its reference over all images.

    ``per_label`` holds the counts of all images summed up (one confusion per
    label) and what follows from them; ``mean_iou_summed`` and
    ``mean_dice_summed`` are means of these over the labels: the mIoU of the
    field. ``mean_iou_of_images`` and its like are means of the per-image means
    instead, each image counting the same. None stands for undefined.
    ``failed`` says of which image what could not be scored.
    """

    truth_layer_id: int
    prediction_layer_id: int
    images: tuple[ImageScore, ...]
    per_label: Mapping[int, LabelScore]
    mean_iou_summed: float | None
    mean_dice_summed: float | None
    mean_iou_of_images: float | None
    mean_dice_of_images: float | None
    mean_matched_iou: float | None
    failed: tuple[tuple[int, str], ...] = ()

    @property
    def boxes_only(self) -> bool:
        """Whether any of the numbers compares boxes instead of pixels."""
        return any(score.boxes_only for score in self.per_label.values())


def score_dataset(
    dataset: Dataset,
    truth_layer_id: int,
    prediction_layer_id: int,
    progress: Callable[[float], None] | None = None,
) -> DatasetScore:
    """Compare two layers on every image; ``progress`` hears the fraction that is done.

    It may raise to call the work off. An image that cannot be scored is left
    out and listed in ``failed``.
    """
    scores: list[ImageScore] = []
    failed: list[tuple[int, str]] = []
    for number, image in enumerate(dataset.images, start=1):
        try:
            document = dataset.load(image.id)
            scores.append(score_image(document, dataset.state, truth_layer_id, prediction_layer_id))
        except (MaskwrightError, ValueError) as error:
            failed.append((image.id, str(error)))
        if progress is not None:
            progress(number / len(dataset.images))
    return summarise(scores, truth_layer_id, prediction_layer_id, failed)


def summarise(
    scores: Iterable[ImageScore],
    truth_layer_id: int,
    prediction_layer_id: int,
    failed: Iterable[tuple[int, str]] = (),
) -> DatasetScore:
    """The score of a data set from those of its images."""
    images = tuple(scores)
    per_label = _summed(images)
    return DatasetScore(
        truth_layer_id=truth_layer_id,
        prediction_layer_id=prediction_layer_id,
        images=images,
        per_label=MappingProxyType(per_label),
        mean_iou_summed=mean_of([score.iou for score in per_label.values()]),
        mean_dice_summed=mean_of([score.dice for score in per_label.values()]),
        mean_iou_of_images=mean_of([score.mean_iou for score in images]),
        mean_dice_of_images=mean_of([score.mean_dice for score in images]),
        mean_matched_iou=mean_of([pair.iou for score in images for pair in score.matched]),
        failed=tuple(failed),
    )


def write_csv(score: DatasetScore, dataset: Dataset, path: Path) -> None:
    """Write one row for each image and label, then the means, each under its own name.

    UTF-8 with a header row; ``n/a`` stands for undefined. Raises WriteError.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    writer.writerows(score_rows(score, dataset))
    write_atomically(path, text.getvalue().encode())


def write_json(score: DatasetScore, dataset: Dataset, path: Path) -> None:
    """Write everything, pairs of objects included; null stands for undefined. Raises WriteError."""
    content = score_content(score, dataset)
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1)
    write_atomically(path, (text + "\n").encode())


def score_content(score: DatasetScore, dataset: Dataset) -> dict[str, object]:
    """What ``write_json`` writes."""
    records = _records(dataset)
    return {
        "reference_layer": _layer_name(dataset, score.truth_layer_id),
        "prediction_layer": _layer_name(dataset, score.prediction_layer_id),
        "mean_iou_over_labels_from_summed_confusion": score.mean_iou_summed,
        "mean_dice_over_labels_from_summed_confusion": score.mean_dice_summed,
        "mean_of_image_mean_iou": score.mean_iou_of_images,
        "mean_of_image_mean_dice": score.mean_dice_of_images,
        "mean_iou_over_matched_objects_unmatched_count_0": score.mean_matched_iou,
        "labels_from_summed_confusion": _labels_json(score.per_label, dataset),
        "images": [_image_json(item, records, dataset) for item in score.images],
        "not_scored": [
            {"image": records[image_id].path, "reason": reason} for image_id, reason in score.failed
        ],
    }


def _summed(images: tuple[ImageScore, ...]) -> dict[int, LabelScore]:
    labels = sorted({label_id for image in images for label_id in image.per_label})
    summed = {}
    for label_id in labels:
        parts = [image.per_label[label_id] for image in images if label_id in image.per_label]
        summed[label_id] = LabelScore.of_counts(
            sum(part.tp for part in parts),
            sum(part.fp for part in parts),
            sum(part.fn for part in parts),
            boxes_only=any(part.boxes_only for part in parts),
        )
    return summed


def score_rows(score: DatasetScore, dataset: Dataset) -> Iterator[list[object]]:
    """What ``write_csv`` writes below the header ``CSV_COLUMNS``."""
    records = _records(dataset)
    for image in score.images:
        name = records[image.image_id].path
        for label_id, part in image.per_label.items():
            yield ["label in image", name, _label_name(dataset, label_id), *_numbers(part)]
        yield _mean_row("mean over labels of image", name, image.mean_iou, image.mean_dice)
        yield _mean_row("mean over matched objects of image", name, image.mean_matched_iou, None)
    for label_id, part in score.per_label.items():
        name = _label_name(dataset, label_id)
        yield ["label, confusion summed over images", "", name, *_numbers(part)]
    summed = "mean over labels, confusion summed over images"
    yield _mean_row(summed, "", score.mean_iou_summed, score.mean_dice_summed)
    yield _mean_row("mean of image means", "", score.mean_iou_of_images, score.mean_dice_of_images)
    yield _mean_row("mean over matched objects", "", score.mean_matched_iou, None)
    for image_id, reason in score.failed:
        yield [f"not scored: {reason}", records[image_id].path, *[""] * 7]


def _numbers(part: LabelScore) -> list[object]:
    counts = [
        f"{count:g}" if count % 1 else f"{count:.0f}" for count in (part.tp, part.fp, part.fn)
    ]
    return [
        *(_shown(part.iou), _shown(part.dice)),
        *counts,
        "boxes" if part.boxes_only else "pixels",
    ]


def _mean_row(measure: str, image: str, iou: float | None, dice: float | None) -> list[object]:
    return [measure, image, "", _shown(iou), _shown(dice), "", "", "", ""]


def _shown(value: float | None) -> str:
    return UNDEFINED if value is None else f"{value:.6f}"


def _image_json(
    image: ImageScore, records: Mapping[int, ImageRecord], dataset: Dataset
) -> dict[str, object]:
    return {
        "image": records[image.image_id].path,
        "mean_iou": image.mean_iou,
        "mean_dice": image.mean_dice,
        "mean_iou_over_matched_objects_unmatched_count_0": image.mean_matched_iou,
        "labels": _labels_json(image.per_label, dataset),
        "objects": [
            {
                "label": _label_name(dataset, pair.label_id),
                "reference_id": pair.truth_id,
                "prediction_id": pair.prediction_id,
                "iou": pair.iou,
                "compared": "boxes" if pair.boxes else "pixels",
            }
            for pair in image.matched
        ],
    }


def _labels_json(per_label: Mapping[int, LabelScore], dataset: Dataset) -> list[dict[str, object]]:
    return [
        {
            "label": _label_name(dataset, label_id),
            "iou": part.iou,
            "dice": part.dice,
            "tp_px": part.tp,
            "fp_px": part.fp,
            "fn_px": part.fn,
            "compared": "boxes" if part.boxes_only else "pixels",
        }
        for label_id, part in per_label.items()
    ]


def _records(dataset: Dataset) -> dict[int, ImageRecord]:
    return {image.id: image for image in dataset.images}


def _label_name(dataset: Dataset, label_id: int) -> str:
    label = dataset.state.labels.get(label_id)
    return label.name if label is not None else f"label {label_id}"


def _layer_name(dataset: Dataset, layer_id: int) -> str:
    layer = dataset.state.layers.get(layer_id)
    return layer.name if layer is not None else f"layer {layer_id}"
