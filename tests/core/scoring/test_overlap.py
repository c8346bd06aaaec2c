from __future__ import annotations

import numpy as np
import pycocotools.mask as coco_mask
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.document.document import ImageDocument
from core.document.geometry import Box, Keypoints, Polygon, Scribble, Visibility
from core.document.mask import BoolArray, Mask
from core.scoring.cache import ScoreCache
from core.scoring.overlap import ImageScore, LabelScore, score_image
from tests.core.scoring.examples import (
    CAT,
    DOG,
    PREDICTION,
    SIZE,
    STATE,
    TRUTH,
    document,
    rectangle,
)


def scored(item: ImageDocument) -> ImageScore:
    return score_image(item, STATE, TRUTH, PREDICTION)


def test_half_an_object() -> None:
    score = scored(document([(CAT, rectangle(0, 0, 10, 10))], [(CAT, rectangle(5, 0, 10, 10))]))
    cat = score.per_label[CAT]
    assert (cat.tp, cat.fp, cat.fn) == (50, 50, 50)
    assert cat.iou == pytest.approx(1 / 3)
    assert cat.dice == pytest.approx(1 / 2)
    assert not cat.boxes_only
    assert (score.image_id, score.revision, score.reference_layer_id) == (7, 3, TRUTH)


def test_a_label_that_both_sides_lack_is_undefined_and_left_out_of_the_mean() -> None:
    score = scored(document([(CAT, rectangle(0, 0, 4, 4))], [(CAT, rectangle(0, 0, 4, 4))]))
    assert score.per_label[DOG] == LabelScore(None, None, 0, 0, 0)
    assert score.mean_iou == score.mean_dice == 1.0


@pytest.mark.parametrize("swapped", [False, True])
def test_a_label_on_one_side_only_scores_nought(swapped: bool) -> None:
    cats, dogs = [(CAT, rectangle(0, 0, 4, 4))], [(DOG, rectangle(9, 9, 4, 4))]
    sides = (cats, [*cats, *dogs])
    score = scored(document(*(sides[::-1] if swapped else sides)))
    assert score.per_label[DOG].iou == score.per_label[DOG].dice == 0.0
    assert score.mean_iou == score.mean_dice == 0.5
    assert score.mean_matched_iou == 0.5


def test_an_image_without_anything_is_undefined() -> None:
    score = scored(document())
    assert score.mean_iou is score.mean_dice is score.mean_matched_iou is None
    assert score.matched == ()


def test_objects_of_a_label_are_united_before_they_are_compared() -> None:
    truth = [(CAT, rectangle(0, 0, 10, 10))]
    parts = [(CAT, rectangle(0, 0, 6, 10)), (CAT, rectangle(4, 0, 6, 10))]
    score = scored(document(truth, parts))
    assert score.per_label[CAT].iou == 1.0
    assert score.mean_matched_iou == pytest.approx(0.6 / 2)


def test_crowds_of_the_reference_are_not_judged_for_their_label() -> None:
    cat, crowd = rectangle(0, 0, 10, 10), rectangle(20, 0, 10, 10)
    item = document(
        [(CAT, cat)],
        [(CAT, cat), (CAT, rectangle(21, 1, 5, 5)), (DOG, rectangle(21, 1, 5, 5))],
        crowds=[(CAT, crowd)],
    )
    score = scored(item)
    assert score.per_label[CAT].iou == 1.0
    assert score.per_label[DOG].iou == 0.0
    assert [pair.prediction_id for pair in score.matched if pair.truth_id is None] == [4]


def test_a_label_that_lies_in_a_crowd_alone_is_undefined() -> None:
    item = document(
        prediction=[(CAT, rectangle(1, 1, 3, 3))], crowds=[(CAT, rectangle(0, 0, 9, 9))]
    )
    assert scored(item).per_label[CAT].iou is None


def test_void_and_unlabelled_pixels_are_not_judged() -> None:
    truth = np.full(SIZE.shape, CAT, np.uint16)
    truth[:, 30:] = 65535
    truth[:, 25:30] = 65534
    prediction = np.full(SIZE.shape, CAT, np.uint16)
    prediction[:, 30:] = DOG
    prediction[:, :5] = DOG
    score = scored(document(maps=[(TRUTH, truth), (PREDICTION, prediction)]))
    cat, dog = score.per_label[CAT], score.per_label[DOG]
    assert (cat.tp, cat.fp, cat.fn) == (20 * 30, 0, 5 * 30)
    assert (dog.tp, dog.fp, dog.fn) == (0, 5 * 30, 0)


def test_an_object_on_an_unlabelled_map_is_judged_all_the_same() -> None:
    truth = np.full(SIZE.shape, 65534, np.uint16)
    item = document(
        [(CAT, rectangle(0, 0, 10, 10))],
        [(CAT, rectangle(0, 0, 20, 10))],
        maps=[(TRUTH, truth)],
    )
    cat = scored(item).per_label[CAT]
    assert (cat.tp, cat.fp, cat.fn) == (100, 0, 0)


def test_maps_and_objects_of_a_layer_add_up() -> None:
    classes = np.zeros(SIZE.shape, np.uint16)
    classes[:10, :10] = CAT
    item = document(
        [(CAT, rectangle(0, 0, 20, 10))],
        [(CAT, rectangle(10, 0, 10, 10))],
        maps=[(PREDICTION, classes)],
    )
    assert scored(item).per_label[CAT].iou == 1.0


def test_boxes_alone_are_compared_as_boxes_and_marked() -> None:
    item = document([(CAT, Box(0, 0, 10.5, 10))], [(CAT, Box(0, 0, 10.25, 10))])
    score = scored(item)
    cat = score.per_label[CAT]
    assert cat.iou == pytest.approx(10.25 / 10.5)
    assert cat.boxes_only
    assert score.boxes_only
    assert score.matched[0].boxes
    assert score.matched[0].iou == pytest.approx(10.25 / 10.5)


def test_a_mask_against_a_box_is_compared_by_its_bounding_box() -> None:
    triangle = Polygon.from_points([(0, 0), (20, 0), (0, 20)])
    score = scored(document([(CAT, Box(0, 0, 20, 20))], [(CAT, triangle)]))
    assert score.per_label[CAT] == LabelScore(1.0, 1.0, 400, 0, 0, boxes_only=True)


def test_keypoints_and_scribbles_are_no_areas() -> None:
    line = Scribble(np.array([[1.0, 1.0], [9.0, 9.0]]), 3.0)
    points = Keypoints(((3.0, 3.0, Visibility.VISIBLE),))
    score = scored(document([(CAT, points)], [(CAT, line), (DOG, line)]))
    assert score.mean_iou is None
    assert score.matched == ()


def test_labels_that_the_project_does_not_name_are_scored() -> None:
    assert scored(document([(99, rectangle(0, 0, 3, 3))])).per_label[99].iou == 0.0


def test_the_other_way_round_swaps_false_positives_and_negatives() -> None:
    item = document([(CAT, rectangle(0, 0, 10, 10))], [(CAT, rectangle(3, 0, 9, 10))])
    there = scored(item).per_label[CAT]
    back = score_image(item, STATE, PREDICTION, TRUTH).per_label[CAT]
    assert (there.iou, there.fp, there.fn) == (back.iou, back.fn, back.fp)


@st.composite
def layers(draw: st.DrawFn) -> list[BoolArray]:
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    count = draw(st.integers(0, 4))
    masks = []
    for _ in range(count):
        pixels = np.zeros(SIZE.shape, np.bool_)
        top, left = rng.integers(0, 25), rng.integers(0, 35)
        pixels[top : top + rng.integers(1, 20), left : left + rng.integers(1, 20)] = True
        masks.append(pixels & (rng.random(SIZE.shape) < 0.9))
    return masks


@given(layers(), layers(), layers())
def test_counts_are_those_of_the_formula_and_of_pycocotools(
    truth: list[BoolArray], prediction: list[BoolArray], crowds: list[BoolArray]
) -> None:
    sides = [[(CAT, Mask.from_array(pixels)) for pixels in side] for side in (truth, prediction)]
    crowd_objects = [(CAT, Mask.from_array(pixels)) for pixels in crowds]
    cat = scored(document(*sides, crowds=crowd_objects)).per_label[CAT]
    nothing = np.zeros(SIZE.shape, np.bool_)
    ignored = np.logical_or.reduce([nothing, *crowds])
    first = np.logical_or.reduce([nothing, *truth]) & ~ignored
    second = np.logical_or.reduce([nothing, *prediction]) & ~ignored
    assert cat.tp == (first & second).sum()
    assert cat.fp == (second & ~first).sum()
    assert cat.fn == (first & ~second).sum()
    if not (first | second).any():
        assert cat.iou is cat.dice is None
        return
    encoded = [coco_mask.encode(np.asfortranarray(side, np.uint8)) for side in (first, second)]
    assert cat.iou == pytest.approx(coco_mask.iou(encoded[:1], encoded[1:], [0])[0, 0])
    assert cat.dice == pytest.approx(2 * cat.iou / (1 + cat.iou)) if cat.iou else cat.dice == 0


def test_a_cache_gives_the_same_scores_after_an_edit() -> None:
    cache = ScoreCache(SIZE)
    before = document([(CAT, Box(0, 0, 9, 9))], [(CAT, rectangle(0, 0, 9, 9))])
    after = document([(CAT, Box(0, 0, 9, 9))], [(CAT, rectangle(0, 0, 9, 5))])
    for item in (before, after, before):
        cached = score_image(item, STATE, TRUTH, PREDICTION, cache=cache)
        assert cached == scored(item)
