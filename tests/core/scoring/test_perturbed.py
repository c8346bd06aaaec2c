"""The review finds exactly the errors that a seeded script put into predictions."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from core.document.images import Dataset
from core.headless.scoring import measured_files
from core.scoring.difference import Disagreement, worst_first
from core.scoring.metric_files import worst_images
from core.scoring.metrics import DatasetMetrics
from core.scoring.objects import Compared
from tests.core.scoring.perturbation import Perturbed, perturb, write_results


@dataclass(frozen=True)
class Review:
    metrics: DatasetMetrics
    dataset: Dataset
    made: Perturbed

    def name(self, image_id: int) -> str:
        return next(image.name for image in self.dataset.images if image.id == image_id)


@pytest.fixture(scope="module")
def review(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Review:
    folder = shared_data / "coco_tiny"
    made = perturb(folder / "instances.json", seed=7)
    results = tmp_path_factory.mktemp("perturbed") / "results.json"
    write_results(made, results)
    truth = folder / "instances.json"
    with measured_files(truth, results, folder / "images") as (metrics, dataset, _):
        return Review(metrics, dataset, made)


def test_every_error_is_found_and_no_other(review: Review) -> None:
    found = [item for item in review.metrics.differences if item.severity > 0]
    assert Counter((review.name(item.image_id), item.kind) for item in found) == Counter(
        (error.file_name, error.kind) for error in review.made.errors
    )
    kinds = Counter(error.kind for error in review.made.errors)
    assert min(kinds[kind] for kind in (Disagreement.MISSING, Disagreement.WRONG_LABEL)) >= 8
    assert kinds[Disagreement.LOW_OVERLAP] > 0
    assert kinds[Disagreement.EXTRA] == 5


def test_the_worst_come_first_as_on_the_list(review: Review) -> None:
    found = [item for item in review.metrics.differences if item.severity > 0]
    expected = sorted((error.severity for error in review.made.errors), reverse=True)
    np.testing.assert_allclose([item.severity for item in found], expected, atol=1e-12)
    assert worst_first(found) == tuple(found)


def test_the_images_with_only_false_positives_are_those_of_the_list(review: Review) -> None:
    errors = [item for item in review.metrics.differences if item.severity > 0]
    extra = {item.image_id for item in errors if item.kind is Disagreement.EXTRA}
    others = {item.image_id for item in errors if item.kind is not Disagreement.EXTRA}
    assert {review.name(image_id) for image_id in extra - others} == review.made.only_extra


def test_the_confusion_matrix_counts_the_mislabelled(review: Review) -> None:
    matrix = review.metrics.confusion
    wrong = sum(
        len(items)
        for (truth, predicted), items in matrix.cells.items()
        if truth is not None and predicted is not None and truth != predicted
    )
    kinds = Counter(error.kind for error in review.made.errors)
    assert wrong == kinds[Disagreement.WRONG_LABEL]
    missed = sum(matrix.count(label, None) for label in matrix.labels)
    assert missed == kinds[Disagreement.MISSING] + kinds[Disagreement.LOW_OVERLAP]
    assert len(matrix.false_positive_images) >= len(review.made.only_extra)


def test_the_worst_image_has_an_error_and_perfect_ones_come_last(review: Review) -> None:
    order = [review.name(image_id) for image_id in worst_images(review.metrics)]
    wrong = {error.file_name for error in review.made.errors}
    assert set(order[: len(wrong)]) == wrong


def test_masks_without_errors_give_full_precision_and_the_errors_lower_it(
    review: Review, shared_data: Path, tmp_path: Path
) -> None:
    spoiled = review.metrics.of(Compared.MASKS)
    assert spoiled is not None
    assert spoiled.coco.ap is not None
    truth = shared_data / "coco_tiny" / "instances.json"
    clean = perturb(truth, seed=7, errors=0, only_extra=0)
    write_results(clean, tmp_path / "clean.json")
    images = shared_data / "coco_tiny" / "images"
    with measured_files(truth, tmp_path / "clean.json", images) as (metrics, _, _):
        masks = metrics.of(Compared.MASKS)
    assert clean.errors == []
    assert masks is not None
    assert masks.coco.ap == pytest.approx(1.0)
    assert spoiled.coco.ap < 0.99
