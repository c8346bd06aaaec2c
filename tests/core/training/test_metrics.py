from __future__ import annotations

import numpy as np
import pytest

from core.document.mask import Mask
from core.training.metrics import average_precision, box_ious, dice, f1, mask_ious, matches, recall


def test_dice_by_hand() -> None:
    first, second = np.zeros((4, 4), bool), np.zeros((4, 4), bool)
    assert dice(first, second) is None
    first[0], second[0, :2] = True, True
    assert dice(first, second) == pytest.approx(2 * 2 / 6)


def test_ious_of_masks_and_boxes_agree_for_rectangles() -> None:
    truth = np.zeros((20, 20), np.int32)
    truth[2:8, 3:9], truth[10:18, 10:20] = 1, 2
    pixels = np.zeros((20, 20), bool)
    pixels[4:10, 3:9] = True
    by_mask = mask_ious([Mask.from_array(pixels)], truth)
    wanted = np.array([[3, 2, 9, 8], [10, 10, 20, 18]], float)
    by_box = box_ious(np.array([[3.0, 4, 9, 10]]), wanted)
    assert by_mask == pytest.approx(by_box)
    assert by_mask[0] == pytest.approx([24 / 48, 0])


def test_an_object_is_matched_once() -> None:
    ious = np.array([[0.6, 0.0], [0.9, 0.0], [0.0, 0.4]])
    assert matches(ious).tolist() == [True, False, False]
    assert f1(ious) == (1, 2, 1)
    assert recall(ious) == (1, 2)
    assert recall(np.zeros((0, 3))) == (0, 3)


def test_average_precision_of_perfect_and_useless_rankings() -> None:
    scores = np.array([0.9, 0.8, 0.1])
    assert average_precision(scores, np.array([True, True, False]), 2) == pytest.approx(1)
    assert average_precision(scores, np.array([False, False, False]), 2) == 0
    assert average_precision(np.zeros(0), np.zeros(0, bool), 2) == 0


def test_average_precision_is_the_mean_of_the_best_precision_at_each_recall() -> None:
    rng = np.random.default_rng(0)
    scores, is_right = rng.random(60), rng.random(60) < 0.6
    order = np.argsort(-scores)
    right = np.cumsum(is_right[order])
    precision = right / np.arange(1, 61)
    reached = right / 50
    by_hand = [precision[reached >= r].max(initial=0) for r in np.linspace(0, 1, 101)]
    assert average_precision(scores, is_right, 50) == pytest.approx(np.mean(by_hand))
