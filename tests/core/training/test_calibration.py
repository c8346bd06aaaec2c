"""What labels and answers say about how a model is read."""

from __future__ import annotations

import numpy as np
import pytest

from core.models.adapter import RgbImage, RunContext
from core.models.registry import find_model
from core.models.zoo.unet import UNet
from core.models.zoo.unet_adapter import UNetAdapter, UNetAnswer
from core.training.calibration import calibrate, from_labels
from core.training.data import UNLABELLED, LabelledImage, LabelMap, boxes_of_instances


class Answers(UNetAdapter):
    """Gives the red of a picture for the foreground, and the green for the interior."""

    def __init__(self) -> None:
        super().__init__(find_model("unet-nuclei"), UNet(), "cpu")

    def answer(self, image: RgbImage, context: RunContext) -> UNetAnswer:
        shares = image.astype(np.float32) / np.float32(255)
        return UNetAnswer(shares[:, :, 0], shares[:, :, 1], np.zeros(image.shape[:2], np.uint8))


def _truth() -> LabelMap:
    truth = np.zeros((80, 120), np.int32)
    for number, x in enumerate((10, 50, 90)):
        truth[30:50, x : x + 20] = number + 1
    return truth


def _picture(truth: LabelMap, halo: float) -> LabelledImage:
    """Objects are answered with certainty, three pixels around them with ``halo``."""
    pixels = np.full((*truth.shape, 3), 5, np.uint8)
    for number in range(1, int(truth.max()) + 1):
        rows, columns = np.nonzero(truth == number)
        top, left = rows.min(), columns.min()
        pixels[top - 3 : top + 23, left - 3 : left + 23, 0] = round(255 * halo)
    pixels[truth > 0] = 240
    return LabelledImage("x", "new", pixels, truth, boxes_of_instances(truth))


def test_a_model_that_sees_objects_too_large_gets_a_higher_threshold() -> None:
    assert calibrate(Answers(), [_picture(_truth(), 0.55)], ()).threshold == 0.6
    assert calibrate(Answers(), [_picture(_truth(), 0.65)], ()).threshold == 0.7


def test_the_usual_threshold_stays_where_none_is_better() -> None:
    assert calibrate(Answers(), [_picture(_truth(), 0.1)], ()).threshold == 0.5


def test_what_was_known_counts_as_much_as_what_is_new() -> None:
    faint = _picture(_truth(), 0.1)
    faint.pixels[_truth() > 0] = 140
    # The new pictures ask for 0.6, but the objects of the old ones would be lost.
    assert calibrate(Answers(), [_picture(_truth(), 0.55)], [faint]).threshold == 0.5


def test_labels_say_how_small_objects_are_and_whether_they_have_holes() -> None:
    truth = _truth()
    assert from_labels([truth]).fills_holes
    assert from_labels([truth]).smallest_area_px == 40
    truth[35:45, 15:25] = 0
    assert not from_labels([truth]).fills_holes
    small = np.zeros((20, 20), np.int32)
    small[2:10, 2:9] = 1
    assert from_labels([small]).smallest_area_px == 28
    assert from_labels([np.zeros((20, 20), np.int32)]).smallest_area_px == 12


def test_unlabelled_pixels_are_no_holes_and_do_not_count() -> None:
    truth = _truth()
    truth[35:45, 15:25] = UNLABELLED
    assert from_labels([truth]).fills_holes
    hidden = np.where(_truth() == 0, UNLABELLED, _truth()).astype(np.int32)
    picture = _picture(_truth(), 0.55)
    blind = LabelledImage("x", "new", picture.pixels, hidden, picture.boxes)
    assert calibrate(Answers(), [blind], ()).threshold == 0.5


def test_boxes_alone_are_no_masks() -> None:
    picture = _picture(_truth(), 0.1)
    boxes = LabelledImage("boxes.png", "new", picture.pixels, None, picture.boxes)
    with pytest.raises(ValueError, match=r"boxes\.png has no masks"):
        calibrate(Answers(), [boxes], ())
