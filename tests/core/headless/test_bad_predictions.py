"""Predictions with faults: each is handled as said, and the numbers of the rest are right."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.headless.scoring import measured_files
from core.scoring.metric_rows import metric_rows
from core.scoring.metrics import DatasetMetrics
from core.scoring.objects import Compared
from tests.core.project.pictures import write_picture

BOX, OTHER = [5, 5, 10, 10], [25, 12, 8, 8]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.png", "b.png"):
        write_picture(tmp_path / name)
    return tmp_path


def _record(number: int, image: int, box: list[int], **changes: Any) -> dict[str, Any]:
    x, y, width, height = box
    ring = [x, y, x + width, y, x + width, y + height, x, y + height]
    return {
        "id": number,
        "image_id": image,
        "category_id": 1,
        "bbox": box,
        "area": width * height,
        "segmentation": [ring],
        "iscrowd": 0,
    } | changes


def _truth(folder: Path, records: list[dict[str, Any]] | None = None) -> Path:
    content = {
        "images": [
            {"id": 1, "file_name": "a.png", "width": 40, "height": 30},
            {"id": 2, "file_name": "b.png", "width": 40, "height": 30},
        ],
        "categories": [{"id": 1, "name": "cell"}],
        "annotations": records or [_record(1, 1, BOX), _record(2, 2, OTHER)],
    }
    path = folder / "truth.json"
    path.write_text(json.dumps(content), "utf-8")
    return path


def _result(image: int, box: list[int], score: float = 0.9, **changes: Any) -> dict[str, Any]:
    record = _record(0, image, box, score=score)
    return {key: record[key] for key in ("image_id", "category_id", "segmentation", "score")} | (
        changes
    )


def _measure(
    folder: Path, truth: Path, results: list[dict[str, Any]] | dict[str, Any]
) -> tuple[DatasetMetrics, tuple[str, ...]]:
    path = folder / "results.json"
    path.write_text(json.dumps(results), "utf-8")
    with measured_files(truth, path, folder) as (metrics, _dataset, notes):
        return metrics, (*metrics.notes, *notes)


def _ap(metrics: DatasetMetrics) -> float | None:
    found = metrics.of(Compared.MASKS) or metrics.of(Compared.BOXES)
    assert found is not None
    return found.coco.ap


def test_good_predictions_give_full_precision(folder: Path) -> None:
    metrics, _ = _measure(folder, _truth(folder), [_result(1, BOX), _result(2, OTHER)])
    assert _ap(metrics) == pytest.approx(1.0, abs=1e-9)


def test_predictions_for_images_that_do_not_exist_are_left_out_and_told(folder: Path) -> None:
    results = [_result(1, BOX), _result(2, OTHER), _result(77, BOX)]
    metrics, notes = _measure(folder, _truth(folder), results)
    assert _ap(metrics) == pytest.approx(1.0, abs=1e-9)
    assert any("77" in note for note in notes)


def test_another_size_of_an_image_is_told_and_the_truths_is_used(folder: Path) -> None:
    theirs = {
        "images": [{"id": 9, "file_name": "a.png", "width": 80, "height": 60}],
        "categories": [{"id": 4, "name": "cell"}],
        "annotations": [_record(1, 9, BOX, category_id=4)],
    }
    metrics, notes = _measure(folder, _truth(folder), theirs)
    assert any("another size" in note or "80 × 60" in note for note in notes)
    assert metrics.score.images[0].mean_iou == 1.0
    assert metrics.score.images[1].mean_iou == 0.0


def test_an_unknown_class_counts_as_extra_and_a_likely_name_is_told(folder: Path) -> None:
    theirs = {
        "images": [{"id": 9, "file_name": "a.png", "width": 40, "height": 30}],
        "categories": [{"id": 4, "name": "cells"}],
        "annotations": [_record(1, 9, BOX, category_id=4)],
    }
    metrics, notes = _measure(folder, _truth(folder), theirs)
    assert any("“cells”" in note and "“cell” is meant?" in note for note in notes)
    assert _ap(metrics) == 0.0
    assert metrics.confusion.false_positive_images == ()
    kinds = [item.kind.value for item in metrics.differences]
    assert kinds.count("wrong label") == 1


def test_a_score_that_is_no_number_is_left_out_of_the_precision_and_told(folder: Path) -> None:
    results = [_result(1, BOX), _result(2, OTHER), _result(1, [0, 0, 4, 4], float("nan"))]
    metrics, notes = _measure(folder, _truth(folder), results)
    assert _ap(metrics) == pytest.approx(1.0, abs=1e-9)
    assert any("results[2].score" in note and "no finite number" in note for note in notes)


def test_no_prediction_at_all_scores_nothing_and_what_is_undefined_says_why(folder: Path) -> None:
    theirs = {
        "images": [{"id": 1, "file_name": "a.png", "width": 40, "height": 30}],
        "categories": [{"id": 1, "name": "cell"}],
        "annotations": [],
    }
    metrics, _ = _measure(folder, _truth(folder), theirs)
    assert _ap(metrics) == 0.0
    assert metrics.score.mean_iou_summed == 0.0
    rows = {row.name: row for row in metric_rows(metrics)}
    assert rows["threshold"].value is None
    assert "no predictions" in rows["threshold"].reason


def test_an_empty_list_of_results_scores_nothing(folder: Path) -> None:
    metrics, _ = _measure(folder, _truth(folder), [])
    assert _ap(metrics) == 0.0


@pytest.mark.parametrize("ids", [(0, 1), (5, 5), (0, 0)])
def test_true_ids_of_zero_and_twice_the_same_do_no_harm(folder: Path, ids: tuple[int, int]) -> None:
    truth = _truth(folder, [_record(ids[0], 1, BOX), _record(ids[1], 2, OTHER)])
    metrics, _ = _measure(folder, truth, [_result(1, BOX), _result(2, OTHER)])
    assert _ap(metrics) == pytest.approx(1.0, abs=1e-9)
    assert metrics.score.mean_matched_iou == 1.0


def test_scores_beyond_one_are_ranked_as_they_are(folder: Path) -> None:
    wrong_but_unsure = _result(1, [0, 20, 4, 4], 0.5)
    results = [_result(1, BOX, 12.5), _result(2, OTHER, 3.0), wrong_but_unsure]
    metrics, _ = _measure(folder, _truth(folder), results)
    assert _ap(metrics) == pytest.approx(1.0, abs=1e-9), "the extra one comes after all others"
    best = next(item.curve.best() for item in metrics.detections)
    assert best is not None
    assert best.threshold == 3.0
