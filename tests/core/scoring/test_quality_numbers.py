"""Panoptic quality, boundary IoU, pixel accuracy, confusion and agreement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from types import MappingProxyType

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.document.annotation import Geometry, Layer, LayerRole
from core.document.document import ImageDocument
from core.document.geometry import Box, Size
from core.document.mask import BoolArray, Mask
from core.scoring.agreement import agreement, cohens_kappa, mean_agreement
from core.scoring.boundary import boundary_iou, boundary_of, boundary_width_px
from core.scoring.confusion import confusion_matrix
from core.scoring.difference import Disagreement, ObjectDifference, differences
from core.scoring.metrics import measure_dataset
from core.scoring.objects import Compared
from core.scoring.overlap import score_image
from core.scoring.panoptic import panoptic_quality
from core.scoring.pixel_accuracy import pixel_accuracy
from core.scoring.pixel_difference import PixelKind, pixel_difference, regions_of
from tests.core.scoring.examples import (
    CAT,
    DOG,
    PREDICTION,
    SIZE,
    STATE,
    TRUTH,
    dataset,
    document,
    rectangle,
)


def segments(seed: int) -> list[tuple[int, Mask]]:
    """Disjoint segments: a random cut of the image into blocks."""
    rng = np.random.default_rng(seed)
    columns = np.sort(rng.integers(0, SIZE.width, 3))
    ids = np.searchsorted(columns, np.arange(SIZE.width))[None, :] + 4 * (
        np.arange(SIZE.height)[:, None] > rng.integers(5, 25)
    )
    labels = rng.integers(0, 3, 8)
    found = []
    for number in np.unique(ids).tolist():
        if labels[number]:
            found.append((int(labels[number]), Mask.from_array(ids == number)))
    return found


def definition_of_pq(item: ImageDocument, label: int) -> tuple[float, float, float] | None:
    """The formula of the paper over full masks, without any of our matching."""
    truths = [a.geometry for a in item.in_layer(TRUTH) if a.label_id == label]
    found = [a.geometry for a in item.in_layer(PREDICTION) if a.label_id == label]
    arrays = [
        [mask.to_array(SIZE) for mask in side if isinstance(mask, Mask)] for side in (truths, found)
    ]
    ious = [
        (first & second).sum() / (first | second).sum()
        for first in arrays[0]
        for second in arrays[1]
    ]
    matched = [iou for iou in ious if iou > 0.5]
    weight = len(matched) + (len(arrays[0]) + len(arrays[1]) - 2 * len(matched)) / 2
    if not weight:
        return None
    total = float(sum(matched))
    sq = total / len(matched) if matched else 0.0
    return total / weight, sq, len(matched) / weight


@pytest.mark.parametrize("seed", range(20))
def test_panoptic_quality_is_its_definition(seed: int) -> None:
    item = document(segments(seed), segments(seed + 1000))
    near = document(segments(seed), [(label, mask.moved(1, 0)) for label, mask in segments(seed)])
    for image in (item, near):
        quality = panoptic_quality([score_image(image, STATE, TRUTH, PREDICTION)])
        expected = [definition_of_pq(image, label) for label in (CAT, DOG)]
        defined = [values for values in expected if values is not None]
        got = (quality.pq, quality.sq, quality.rq)
        assert got == pytest.approx(tuple(np.mean(defined, axis=0)), abs=1e-9)


def test_panoptic_quality_by_hand_and_of_nothing() -> None:
    item = document(
        [(CAT, rectangle(0, 0, 10, 10)), (CAT, rectangle(20, 0, 5, 5))],
        [(CAT, rectangle(0, 0, 10, 8)), (CAT, rectangle(30, 20, 3, 3))],
    )
    quality = panoptic_quality([score_image(item, STATE, TRUTH, PREDICTION)])
    assert (quality.pq, quality.sq, quality.rq) == pytest.approx((0.4, 0.8, 0.5))
    nothing = panoptic_quality([score_image(document(), STATE, TRUTH, PREDICTION)])
    assert nothing.pq is nothing.sq is nothing.rq is None


def reference_boundary(mask: Mask, size: Size, width_px: int) -> BoolArray:
    """The boundary as the paper's authors compute it: on the whole, padded image."""
    padded = cv2.copyMakeBorder(
        mask.to_array(size).astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0
    )
    eroded = cv2.erode(padded, np.ones((3, 3), np.uint8), iterations=width_px)
    return np.asarray((padded - eroded)[1:-1, 1:-1], np.bool_)


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.01, 0.02, 0.1]))
def test_boundary_iou_is_that_of_whole_images(seed: int, ratio: float) -> None:
    rng = np.random.default_rng(seed)
    size = Size(60, 50)
    masks = []
    for _ in range(2):
        pixels = np.zeros(size.shape, np.bool_)
        top, left = rng.integers(0, 30), rng.integers(0, 40)
        pixels[top : top + rng.integers(1, 30), left : left + rng.integers(1, 30)] = True
        masks.append(Mask.from_array(pixels & (rng.random(size.shape) < 0.98)))
    width_px = boundary_width_px(size, ratio)
    first, second = (reference_boundary(mask, size, width_px) for mask in masks)
    np.testing.assert_array_equal(boundary_of(masks[0], width_px).to_array(size), first)
    expected = (first & second).sum() / (first | second).sum()
    assert boundary_iou(masks[0], masks[1], size, ratio) == pytest.approx(expected, abs=1e-12)


def test_two_empty_outlines_are_undefined() -> None:
    assert boundary_iou(Mask.empty(), Mask.empty(), SIZE) is None
    assert boundary_width_px(Size(3, 3)) == 1


def test_pixel_accuracy_by_hand() -> None:
    item = document([(CAT, rectangle(0, 0, 10, 10))], [(DOG, rectangle(5, 0, 10, 10))])
    found = pixel_accuracy(item, TRUTH, PREDICTION)
    assert (found.right, found.judged) == (1200 - 150, 1200)
    crowd = document([], [], crowds=[(CAT, rectangle(0, 0, 40, 10))])
    assert pixel_accuracy(crowd, TRUTH, PREDICTION).judged == 800


def test_the_front_object_and_void_decide_in_pixel_accuracy() -> None:
    classes = np.full(SIZE.shape, CAT, np.uint16)
    classes[:10] = 65535
    item = document([], [(DOG, rectangle(0, 0, 40, 30))], maps=[(TRUTH, classes)])
    assert pixel_accuracy(item, TRUTH, PREDICTION).value == 0.0
    front = document(
        [],
        [(DOG, rectangle(0, 0, 40, 30)), (CAT, rectangle(0, 10, 40, 20))],
        maps=[(TRUTH, classes)],
    )
    assert pixel_accuracy(front, TRUTH, PREDICTION).value == 1.0


def test_pixels_by_kind_and_their_regions() -> None:
    item = document(
        [(CAT, rectangle(0, 0, 10, 10)), (CAT, rectangle(30, 20, 4, 4))],
        [(CAT, rectangle(2, 0, 10, 10))],
    )
    found = pixel_difference(item, TRUTH, PREDICTION)
    assert (found.tp.area, found.fp.area, found.fn.area) == (80, 20, 36)
    regions = regions_of(found)
    assert [(region.kind, region.mask.area) for region in regions] == [
        (PixelKind.FP, 20),
        (PixelKind.FN, 20),
        (PixelKind.FN, 16),
    ]
    wrong = document([(CAT, rectangle(0, 0, 5, 5))], [(DOG, rectangle(0, 0, 5, 5))])
    both = pixel_difference(wrong, TRUTH, PREDICTION)
    assert (both.tp.area, both.fp.area, both.fn.area) == (0, 25, 25)
    assert pixel_difference(wrong, TRUTH, PREDICTION, label_id=DOG).fn.is_empty


def test_crowds_are_in_no_kind_of_pixel() -> None:
    item = document([], [(CAT, rectangle(0, 0, 8, 8))], crowds=[(CAT, rectangle(0, 0, 20, 20))])
    found = pixel_difference(item, TRUTH, PREDICTION)
    assert found.tp.is_empty
    assert found.fp.is_empty
    assert found.fn.is_empty


def kinds(
    truth: Sequence[tuple[int, Geometry]], prediction: Sequence[tuple[int, Geometry]]
) -> list[Disagreement]:
    found = differences(document(truth, prediction), STATE, TRUTH, PREDICTION)
    return [item.kind for item in found]


def test_each_kind_of_disagreement() -> None:
    square = rectangle(0, 0, 10, 10)
    assert kinds([(CAT, square)], []) == [Disagreement.MISSING]
    assert kinds([], [(CAT, square)]) == [Disagreement.EXTRA]
    assert kinds([(CAT, square)], [(DOG, rectangle(0, 0, 10, 9))]) == [Disagreement.WRONG_LABEL]
    assert kinds([(CAT, square)], [(CAT, rectangle(0, 0, 10, 4))]) == [Disagreement.LOW_OVERLAP]
    assert kinds([(CAT, square)], [(CAT, square)]) == [Disagreement.MATCHED]
    assert kinds([(CAT, Box(0, 0, 10, 10))], [(DOG, square)]) == [Disagreement.WRONG_LABEL]
    far = kinds([(CAT, square)], [(CAT, rectangle(9, 9, 9, 9))])
    assert far == [Disagreement.MISSING, Disagreement.EXTRA]


def test_what_lies_in_a_crowd_is_listed_as_not_judged() -> None:
    item = document([], [(CAT, rectangle(0, 0, 8, 8))], crowds=[(CAT, rectangle(0, 0, 20, 20))])
    (found,) = differences(item, STATE, TRUTH, PREDICTION)
    assert (found.kind, found.severity) == (Disagreement.NOT_JUDGED, 0.0)
    assert confusion_matrix([found]).cells == {}


def test_a_confusion_cell_names_its_images() -> None:
    square = rectangle(0, 0, 10, 10)
    items = [
        document([(CAT, square)], [(CAT, square)], image_id=1),
        document([(CAT, square)], [(DOG, square)], image_id=2),
        document([(CAT, square)], [(DOG, square), (DOG, rectangle(20, 20, 5, 5))], image_id=3),
        document([(DOG, square)], [(DOG, rectangle(0, 0, 10, 3))], image_id=4),
    ]
    found = [entry for item in items for entry in differences(item, STATE, TRUTH, PREDICTION)]
    matrix = confusion_matrix(found)
    assert matrix.labels == (CAT, DOG)
    assert matrix.count(CAT, CAT) == 1
    assert matrix.images(CAT, DOG) == (2, 3)
    assert matrix.images(None, DOG) == (3, 4)
    assert matrix.images(DOG, None) == (4,)
    assert matrix.count(DOG, CAT) == 0
    assert matrix.false_positive_images == (3, 4)


def test_kappa_by_hand() -> None:
    pairs = [(CAT, CAT)] * 4 + [(DOG, DOG)] * 3 + [(CAT, DOG)] * 2 + [(DOG, CAT)]
    found: list[ObjectDifference] = []
    for number, (first, second) in enumerate(pairs, start=1):
        item = document(
            [(first, rectangle(0, 0, 5, 5))], [(second, rectangle(0, 0, 5, 5))], image_id=number
        )
        found += differences(item, STATE, TRUTH, PREDICTION)
    chance = 0.6 * 0.5 + 0.4 * 0.5
    assert cohens_kappa(confusion_matrix(found)) == pytest.approx((0.7 - chance) / (1 - chance))
    assert cohens_kappa(confusion_matrix([])) is None


def test_annotators_are_compared_two_by_two() -> None:
    item = document(
        [(CAT, rectangle(0, 0, 10, 10)), (DOG, rectangle(20, 0, 10, 10))],
        [(CAT, rectangle(0, 0, 10, 10))],
    )
    layers = {**STATE.layers, 3: Layer(3, LayerRole.PREDICTIONS, "third")}
    items = replace(dataset(item), state=replace(STATE, layers=MappingProxyType(layers)))
    found = agreement(items, (TRUTH, PREDICTION, 3))
    assert [(pair.first_layer_id, pair.second_layer_id) for pair in found] == [
        (1, 2),
        (1, 3),
        (2, 3),
    ]
    assert found[0].f1 == pytest.approx(2 / 3)
    assert (found[0].objects_in_both, found[0].objects_in_one) == (1, 1)
    assert found[0].iou == pytest.approx(0.5)
    assert mean_agreement(found) == pytest.approx((2 / 3 + 0 + 0) / 3)
    swapped = agreement(items, (PREDICTION, TRUTH))
    assert swapped[0].f1 == found[0].f1
    assert agreement(dataset(document()), (TRUTH, PREDICTION))[0].f1 is None


def test_all_numbers_of_a_data_set_agree_with_each_other() -> None:
    items = dataset(
        document([(CAT, rectangle(0, 0, 10, 10))], [(CAT, rectangle(0, 0, 10, 10))], image_id=1),
        document([(DOG, Box(0, 0, 10, 10))], [(DOG, Box(0, 0, 10, 10))], image_id=2),
    )
    found = measure_dataset(items, TRUTH, PREDICTION)
    masks = found.of(Compared.MASKS)
    assert masks is not None
    assert masks.coco.ap == pytest.approx(1.0)
    assert found.panoptic.pq == found.boundary_iou == found.accuracy.value == 1.0
    assert found.of(Compared.KEYPOINTS) is None
    assert found.notes == ("2 predictions have no score: counted as 1.",)
    only_boxes = measure_dataset(dataset(document([(CAT, Box(0, 0, 9, 9))])), TRUTH, PREDICTION)
    assert only_boxes.of(Compared.MASKS) is None
