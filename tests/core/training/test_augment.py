from __future__ import annotations

import numpy as np
import pytest

from core.training.augment import AugmentSettings, random_transform, recolour, warp
from core.training.detection_crops import boxes_and_masks, warp_boxes
from tests.core.models.pictures import blobs

SETTINGS = AugmentSettings()


def test_equal_seeds_give_equal_crops() -> None:
    pixels, truth = blobs(0)
    crops = []
    for _ in range(2):
        rng = np.random.default_rng(7)
        matrix = random_transform(rng, 256, 256, 96, SETTINGS)
        image, labels = warp(pixels, truth, matrix, 96)
        crops.append((recolour(rng, image, SETTINGS), labels))
    assert np.array_equal(crops[0][0], crops[1][0])
    assert np.array_equal(crops[0][1], crops[1][1])


def test_the_identity_changes_nothing() -> None:
    pixels, truth = blobs(0, 64, 64, count=3)
    image, labels = warp(pixels, truth, np.eye(3)[:2], 64)
    assert np.array_equal(image, pixels)
    assert np.array_equal(labels, truth)


@pytest.mark.parametrize("seed", range(4))
def test_picture_and_truth_stay_together(seed: int) -> None:
    pixels, truth = blobs(seed)
    rng = np.random.default_rng(seed)
    image, labels = warp(pixels, truth, random_transform(rng, 256, 256, 128, SETTINGS), 128)
    assert labels.any()
    bright = image[:, :, 0].astype(float)
    assert bright[labels > 0].mean() > 60 + bright[labels == 0].mean() / 2


@pytest.mark.parametrize("seed", range(6))
def test_recoloured_pictures_stay_pictures(seed: int) -> None:
    pixels, _ = blobs(seed, 64, 64, count=4)
    result = recolour(np.random.default_rng(seed), pixels, SETTINGS)
    assert result.dtype == np.uint8
    assert result.shape == pixels.shape
    assert np.ptp(result) > 10


@pytest.mark.parametrize("seed", range(5))
def test_boxes_follow_their_objects(seed: int) -> None:
    _, truth = blobs(seed)
    settings = AugmentSettings(rotates=False)
    matrix = random_transform(np.random.default_rng(seed), 256, 256, 300, settings)
    whole, _ = boxes_and_masks(truth)
    moved = warp_boxes(whole, matrix, 300)
    _, labels = warp(np.zeros((256, 256, 3), np.uint8), truth, matrix, 300)
    for box in moved:
        x0, y0, x1, y1 = box.round().astype(int)
        inside = labels[max(y0 - 1, 0) : y1 + 1, max(x0 - 1, 0) : x1 + 1]
        assert inside.any()


def test_boxes_barely_in_the_crop_are_left_out() -> None:
    boxes = np.array([[90, 10, 190, 60], [-5, -5, 60, 60]], np.float32)
    kept = warp_boxes(boxes, np.eye(3)[:2], 100)
    assert kept.tolist() == [[0, 0, 60, 60]]


def test_pictures_without_objects_have_empty_boxes_and_masks() -> None:
    boxes, masks = boxes_and_masks(np.zeros((8, 9), np.int32))
    assert boxes.shape == (0, 4)
    assert masks.shape == (0, 8, 9)
