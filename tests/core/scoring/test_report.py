from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest

from core.document.document import ImageDocument
from core.document.images import Dataset
from core.errors import FormatError, WriteError
from core.scoring.report import score_dataset, write_csv, write_json
from tests.core.scoring.examples import CAT, DOG, PREDICTION, TRUTH, dataset, document, rectangle


def two_images() -> Dataset:
    large = document([(CAT, rectangle(0, 0, 30, 20))], [(CAT, rectangle(0, 0, 30, 10))], image_id=1)
    small = document([(CAT, rectangle(0, 0, 2, 2))], [(CAT, rectangle(0, 0, 2, 2))], image_id=2)
    return dataset(large, small)


def test_the_two_means_are_told_apart() -> None:
    score = score_dataset(two_images(), TRUTH, PREDICTION)
    assert score.mean_iou_of_images == pytest.approx((0.5 + 1.0) / 2)
    assert score.mean_iou_summed == pytest.approx(304 / 604)
    assert score.mean_dice_summed == pytest.approx(2 * 304 / (604 + 304))
    assert score.mean_matched_iou == pytest.approx((0.0 + 0.0 + 1.0) / 3)
    assert (score.per_label[CAT].tp, score.per_label[CAT].fn) == (304, 300)
    assert score.per_label[DOG].iou is None


def test_a_class_that_is_only_predicted_lowers_the_mean() -> None:
    cats = [(CAT, rectangle(0, 0, 10, 10))]
    item = document(cats, [*cats, (DOG, rectangle(20, 20, 3, 3))])
    assert score_dataset(dataset(item), TRUTH, PREDICTION).mean_iou_summed == 0.5


def test_progress_is_told_and_may_call_off() -> None:
    heard: list[float] = []
    score_dataset(two_images(), TRUTH, PREDICTION, heard.append)
    assert heard == [0.5, 1.0]

    def call_off(fraction: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        score_dataset(two_images(), TRUTH, PREDICTION, call_off)


def test_an_image_that_cannot_be_loaded_is_listed() -> None:
    whole = two_images()

    def load(image_id: int) -> ImageDocument:
        if image_id == 1:
            raise FormatError("project", "image 1", "its record is damaged")
        return whole.load(image_id)

    score = score_dataset(replace(whole, load=load), TRUTH, PREDICTION)
    assert [image.image_id for image in score.images] == [2]
    assert score.failed == ((1, "project, image 1: its record is damaged"),)


def test_the_table_names_each_mean_and_never_writes_nought_for_undefined(tmp_path: Path) -> None:
    items = two_images()
    path = tmp_path / "scores.csv"
    write_csv(score_dataset(items, TRUTH, PREDICTION), items, path)
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    cells = {(row["measure"], row["image"], row["label"]): row for row in rows}
    assert cells["label in image", "folder/1.png", "cat"]["iou"] == "0.500000"
    assert cells["label in image", "folder/1.png", "cat"]["fn_px"] == "300"
    assert cells["label in image", "folder/1.png", "dog"]["iou"] == "n/a"
    summed = cells["mean over labels, confusion summed over images", "", ""]
    assert float(summed["iou"]) == pytest.approx(304 / 604, abs=1e-6)
    assert float(cells["mean of image means", "", ""]["iou"]) == pytest.approx(0.75)
    assert float(cells["mean over matched objects", "", ""]["iou"]) == pytest.approx(
        1 / 3, abs=1e-6
    )
    assert all(None not in row and None not in row.values() for row in rows)


def test_json_carries_everything(tmp_path: Path) -> None:
    items = two_images()
    path = tmp_path / "scores.json"
    write_json(score_dataset(items, TRUTH, PREDICTION), items, path)
    content = json.loads(path.read_text(encoding="utf-8"))
    assert content["reference_layer"] == "truth"
    assert content["prediction_layer"] == "model"
    assert content["mean_iou_over_labels_from_summed_confusion"] == pytest.approx(304 / 604)
    labels = {item["label"]: item for item in content["labels_from_summed_confusion"]}
    assert labels["dog"]["iou"] is None
    assert content["images"][1]["objects"] == [
        {"label": "cat", "reference_id": 1, "prediction_id": 2, "iou": 1.0, "compared": "pixels"}
    ]


def test_nothing_to_score_is_undefined_everywhere(tmp_path: Path) -> None:
    items = dataset()
    score = score_dataset(items, TRUTH, PREDICTION)
    assert score.mean_iou_summed is score.mean_iou_of_images is score.mean_matched_iou is None
    write_csv(score, items, tmp_path / "a.csv")
    assert "n/a" in (tmp_path / "a.csv").read_text(encoding="utf-8")


def test_a_report_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    items = two_images()
    score = score_dataset(items, TRUTH, PREDICTION)
    with pytest.raises(WriteError, match=r"a\.json"):
        write_json(score, items, tmp_path / "missing" / "a.json")
