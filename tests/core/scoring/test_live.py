import pytest

from core.document.geometry import Box
from core.scoring.cache import ScoreCache
from core.scoring.live import image_numbers
from core.scoring.metrics import measure_dataset
from tests.core.survey.examples import CAT, DOG, MINE, STATE, TRUTH, dataset, documents


def test_objects_are_counted_by_label() -> None:
    found = image_numbers(documents()[1], STATE, TRUTH, MINE)
    # A cat found, a dog that is called a cat, a dog that nobody drew in the truth.
    cat, dog = found.per_label[CAT], found.per_label[DOG]
    assert (cat.found, cat.extra, cat.missed) == (1, 1, 0)
    assert (dog.found, dog.extra, dog.missed) == (0, 1, 1)
    assert (cat.precision, cat.recall) == (0.5, 1.0)
    assert (dog.precision, dog.recall) == (0.0, 0.0)


def test_undefined_is_none_and_boxes_have_no_outline() -> None:
    nothing = image_numbers(documents()[3], STATE, TRUTH, MINE)
    assert nothing.per_label == {}
    only_extra = image_numbers(documents()[2], STATE, TRUTH, MINE).per_label[DOG]
    assert only_extra.recall is None
    assert only_extra.precision == 0.0
    found = image_numbers(documents()[1], STATE, TRUTH, MINE).per_label[CAT]
    assert found.boundary_iou is None


def test_what_is_kept_gives_the_same_numbers_after_an_edit() -> None:
    document = documents()[1]
    cache = ScoreCache(document.size)
    image_numbers(document, STATE, TRUTH, MINE, cache=cache)
    moved = document.annotations[1].with_geometry(Box(12, 10, 20, 20))
    edited = type(document)(1, document.size, {**document.annotations, 1: moved})
    assert image_numbers(edited, STATE, TRUTH, MINE, cache=cache) == image_numbers(
        edited, STATE, TRUTH, MINE
    )


def test_the_mean_of_boundaries_is_that_of_the_data_set() -> None:
    whole = dataset()
    metrics = measure_dataset(whole, TRUTH, MINE)
    live = [image_numbers(whole.load(image.id), STATE, TRUTH, MINE) for image in whole.images]
    sums = [
        (part.boundary_iou, part.found + part.extra + part.missed)
        for image in live
        for part in image.per_label.values()
        if part.boundary_iou is not None
    ]
    if metrics.boundary_iou is not None and sums:
        total = sum(value * count for value, count in sums) / sum(count for _, count in sums)
        assert total == pytest.approx(metrics.boundary_iou)
