from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.document.annotation import Geometry
from core.document.geometry import Box
from core.scoring.boxes import box_iou, shared_and_alone
from core.scoring.matching import mask_iou
from core.scoring.overlap import score_image
from core.scoring.scores import MatchedPair
from tests.core.scoring.examples import CAT, DOG, PREDICTION, STATE, TRUTH, document, rectangle


def pairs(
    truth: list[tuple[int, Geometry]],
    prediction: list[tuple[int, Geometry]],
    *,
    min_iou: float = 0.5,
) -> tuple[MatchedPair, ...]:
    item = document(truth, prediction)
    return score_image(item, STATE, TRUTH, PREDICTION, min_iou=min_iou).matched


def test_each_object_has_at_most_one_partner_and_the_rest_count_nought() -> None:
    truth: list[tuple[int, Geometry]] = [
        (CAT, rectangle(0, 0, 10, 10)),
        (CAT, rectangle(20, 0, 10, 10)),
    ]
    prediction: list[tuple[int, Geometry]] = [
        (CAT, rectangle(0, 0, 8, 10)),
        (CAT, rectangle(0, 0, 10, 9)),
        (CAT, rectangle(20, 20, 5, 5)),
    ]
    found = pairs(truth, prediction)
    assert found[0] == MatchedPair(CAT, 1, 4, 0.9)
    assert {(pair.truth_id, pair.prediction_id, pair.iou) for pair in found[1:]} == {
        (2, None, 0.0),
        (None, 3, 0.0),
        (None, 5, 0.0),
    }
    item = document(truth, prediction)
    mean = score_image(item, STATE, TRUTH, PREDICTION).mean_matched_iou
    assert mean == pytest.approx(0.9 / 4)


def test_labels_are_matched_apart() -> None:
    found = pairs([(CAT, rectangle(0, 0, 10, 10))], [(DOG, rectangle(0, 0, 10, 10))])
    assert [pair.is_match for pair in found] == [False, False]


def test_exactly_half_is_no_match_unless_asked_for() -> None:
    truth: list[tuple[int, Geometry]] = [(CAT, rectangle(0, 0, 10, 10))]
    half: list[tuple[int, Geometry]] = [(CAT, rectangle(0, 0, 10, 5))]
    assert not pairs(truth, half)[0].is_match
    assert pairs(truth, half, min_iou=0.3)[0].iou == 0.5


def test_void_pixels_do_not_spoil_a_match() -> None:
    classes = np.zeros((30, 40), np.uint16)
    classes[:, 10:] = 65535
    item = document(
        [(CAT, rectangle(0, 0, 10, 10))],
        [(CAT, rectangle(0, 0, 30, 10)), (CAT, rectangle(9, 15, 10, 10))],
        maps=[(TRUTH, classes)],
    )
    found = score_image(item, STATE, TRUTH, PREDICTION).matched
    assert [(pair.truth_id, pair.prediction_id, pair.iou) for pair in found] == [(1, 2, 1.0)]


def test_empty_masks_do_not_overlap() -> None:
    empty = rectangle(0, 0, 1, 1).without(rectangle(0, 0, 1, 1))
    assert mask_iou(empty, empty) == 0.0
    assert mask_iou(rectangle(0, 0, 4, 4), rectangle(2, 0, 4, 4)) == pytest.approx(8 / 24)


def test_box_iou_by_hand() -> None:
    assert box_iou(Box(0, 0, 10, 10), Box(5, 5, 10, 10)) == pytest.approx(25 / 175)
    assert box_iou(Box(0, 0, 0, 0), Box(0, 0, 0, 0)) == 0.0
    assert box_iou(Box(0, 0, 4, 4), Box(4, 0, 4, 4)) == 0.0


whole_boxes = st.builds(
    Box, st.integers(0, 30), st.integers(0, 20), st.integers(0, 9), st.integers(0, 9)
)


@given(st.lists(whole_boxes), st.lists(whole_boxes), st.lists(whole_boxes))
def test_areas_of_boxes_are_those_counted_on_a_grid(
    truth: list[Box], prediction: list[Box], ignored: list[Box]
) -> None:
    grids = []
    for boxes in (truth, prediction, ignored):
        grid = np.zeros((40, 40), np.bool_)
        for box in boxes:
            grid[int(box.y) : int(box.bottom), int(box.x) : int(box.right)] = True
        grids.append(grid)
    first, second = grids[0] & ~grids[2], grids[1] & ~grids[2]
    expected = (first & second).sum(), (second & ~first).sum(), (first & ~second).sum()
    assert shared_and_alone(truth, prediction, ignored) == pytest.approx(expected)
