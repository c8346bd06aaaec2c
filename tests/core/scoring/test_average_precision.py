from __future__ import annotations

import json
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest

from core.document.annotation import Annotation, Provenance
from core.document.document import ImageDocument
from core.document.geometry import Box, Keypoints
from core.scoring.average_precision import average_precision, evaluate
from core.scoring.objects import Compared, collect_documents
from tests.core.scoring.coco_examples import (
    FRAME,
    CocoPair,
    random_pair,
    stats_of_pycocotools,
)
from tests.core.scoring.examples import CAT, DOG, PREDICTION, TRUTH

KINDS = {"bbox": Compared.BOXES, "segm": Compared.MASKS, "keypoints": Compared.KEYPOINTS}
NAMES = (
    *("AP", "AP50", "AP75", "AP_small", "AP_medium", "AP_large"),
    *("AR_1", "AR_10", "AR_100", "AR_small", "AR_medium", "AR_large"),
)


def values_of(pair: CocoPair, kind: str) -> dict[str, float | None]:
    collected = collect_documents(pair.documents, TRUTH, PREDICTION, KINDS[kind])
    return dict(average_precision(collected).values)


@pytest.mark.parametrize("kind", ["bbox", "segm"])
@pytest.mark.parametrize(("seed", "scores"), [(0, 0), (1, 4), (2, 0), (3, 2), (4, 0)])
def test_the_twelve_numbers_are_those_of_pycocotools(kind: str, seed: int, scores: int) -> None:
    pair = random_pair(seed, kind=kind, scores=scores)
    ours = values_of(pair, kind)
    expected = stats_of_pycocotools(pair, kind).stats
    assert tuple(ours) == NAMES
    for name, value in zip(NAMES, expected.tolist(), strict=True):
        if value == -1:
            assert ours[name] is None
        else:
            assert ours[name] == pytest.approx(value, abs=1e-9)


def test_crowded_images_are_cut_to_a_hundred_predictions_as_pycocotools_does() -> None:
    pair = random_pair(11, images=2, labels=1, most=160)
    assert max(len(item.in_layer(PREDICTION)) for item in pair.documents) > 100
    ours = list(values_of(pair, "bbox").values())
    assert ours == pytest.approx(stats_of_pycocotools(pair, "bbox").stats.tolist(), abs=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_keypoints_are_those_of_pycocotools(seed: int) -> None:
    pair = random_pair(seed, kind="keypoints", labels=1, images=10)
    expected = stats_of_pycocotools(pair, "keypoints").stats.tolist()
    values = values_of(pair, "keypoints")
    names = ("AP", "AP50", "AP75", "AP_medium", "AP_large", "AR_20", "AR_medium", "AR_large")
    order = (*names[:6], "AR50", "AR75", *names[6:])
    coco = dict(zip(order, expected, strict=True))
    for name in names:
        assert (-1 if values[name] is None else values[name]) == pytest.approx(coco[name], abs=1e-9)


def test_keypoints_beside_an_outline_count_as_those_without_one() -> None:
    pair = random_pair(1, kind="keypoints", labels=1, images=10)
    with_boxes = tuple(
        replace(
            document,
            annotations=MappingProxyType(
                {key: _with_box(item) for key, item in document.annotations.items()}
            ),
        )
        for document in pair.documents
    )
    assert values_of(replace(pair, documents=with_boxes), "keypoints") == values_of(
        pair, "keypoints"
    )


def _with_box(item: Annotation) -> Annotation:
    """The object with the box of its record as its shape, if it is a truth."""
    if item.raw is None or not isinstance(item.geometry, Keypoints):
        return item
    box = Box(*json.loads(item.raw)["bbox"])
    return replace(item, geometry=box, keypoints=item.geometry)


def test_labels_have_the_precision_that_pycocotools_gives_them() -> None:
    pair = random_pair(5, labels=4)
    collected = collect_documents(pair.documents, TRUTH, PREDICTION, Compared.BOXES)
    per_label = average_precision(collected).per_label
    precision = stats_of_pycocotools(pair, "bbox").eval["precision"]
    for place in range(4):
        expected = precision[:, :, place, 0, -1]
        assert per_label[place + 1].ap == pytest.approx(expected[expected > -1].mean(), abs=1e-9)


def one_image(truth: list[Annotation], predictions: list[Annotation]) -> ImageDocument:
    items = [
        replace(item, id=number, order=number)
        for number, item in enumerate([*truth, *predictions], start=0)
    ]
    return ImageDocument(1, FRAME, MappingProxyType({item.id: item for item in items}))


def true(label: int, box: Box, **more: object) -> Annotation:
    return Annotation(0, TRUTH, label, box, **more)  # type: ignore[arg-type]  # keywords vary


def guess(label: int, box: Box, score: float | None) -> Annotation:
    return Annotation(0, PREDICTION, label, box, provenance=Provenance("model", score=score))


def test_a_truth_of_id_nought_counts_like_any_other() -> None:
    box = Box(0, 0, 50, 50)
    document = one_image([true(CAT, box)], [guess(CAT, box, 0.9)])
    assert 0 in document.annotations
    collected = collect_documents((document,), TRUTH, PREDICTION, Compared.BOXES)
    assert average_precision(collected).ap == pytest.approx(1.0)


def test_a_class_that_only_predictions_have_is_left_out_and_one_without_predictions_is_nought() -> (
    None
):
    box = Box(0, 0, 50, 50)
    document = one_image([true(CAT, box)], [guess(DOG, box, 0.9)])
    collected = collect_documents((document,), TRUTH, PREDICTION, Compared.BOXES)
    found = average_precision(collected)
    assert found.ap == 0.0
    assert found.per_label[DOG].ap is None
    assert found.per_label[CAT].ap == 0.0


def test_nothing_to_find_is_undefined_and_explained() -> None:
    for document in (one_image([], []), one_image([], [guess(CAT, Box(0, 0, 9, 9), 0.5)])):
        collected = collect_documents((document,), TRUTH, PREDICTION, Compared.BOXES)
        found = average_precision(collected)
        assert set(found.values.values()) == {None}
        assert found.reasons["AP"] == "the truth has no object to find"
        assert found.reasons["AP_small"] == "the truth has no small object to find"


def test_scores_that_are_no_numbers_are_left_out_and_said() -> None:
    box = Box(0, 0, 50, 50)
    document = one_image([true(CAT, box)], [guess(CAT, box, float("nan")), guess(CAT, box, None)])
    collected = collect_documents((document,), TRUTH, PREDICTION, Compared.BOXES)
    assert len(collected.prediction) == 1
    assert collected.notes == (
        "1 predictions have a score that is no number: left out.",
        "1 predictions have no score: counted as 1.",
    )


def test_an_edited_object_is_scored_by_its_shape_not_by_its_old_record() -> None:
    raw = json.dumps({"bbox": [0, 0, 40, 40], "area": 1600})
    now = Box(0, 0, 45, 40)
    for edited, expected in ((False, 40.0), (True, 45.0)):
        document = one_image([true(CAT, now, raw=raw, edited=edited)], [])
        collected = collect_documents((document,), TRUTH, PREDICTION, Compared.BOXES)
        assert collected.truth.boxes[0, 2] == expected


def test_without_labels_the_numbers_are_those_of_pycocotools_too() -> None:
    pair = random_pair(8, labels=3)
    collected = collect_documents(pair.documents, TRUTH, PREDICTION, Compared.BOXES)
    evaluated = evaluate(collected, by_label=False)
    recalls = stats_of_pycocotools(pair, "bbox", use_labels=False).eval["recall"]
    hits = evaluated.matches.matched[:, :, 0] & ~evaluated.matches.ignored[:, :, 0]
    total = (~evaluated.truth_ignored[:, 0]).sum()
    np.testing.assert_allclose(hits.sum(axis=0) / total, recalls[:, 0, 0, -1], atol=1e-12)
