"""Models are judged alike, whatever they say of classes."""

from __future__ import annotations

from typing import Self

import numpy as np

from core.document.mask import Mask
from core.models.adapter import RgbImage, RunContext
from core.models.proposal import Proposal
from core.training.data import LabelledImage, boxes_of_instances
from core.training.validation import judge

CATEGORIES = ("red", "white")


class Answers:
    """An adapter that finds every square of a picture, with the labels it is given."""

    def __init__(self, *labels: str) -> None:
        self._labels = labels

    @classmethod
    def load(cls, *_: object) -> Self:
        raise NotImplementedError

    def propose(self, image: RgbImage, context: RunContext) -> tuple[Proposal, ...]:
        if not image.any():
            return ()
        return tuple(
            Proposal(number, Mask.from_array(np.ones((10, 10)), x, 5), 0.9, label, "x")
            for number, (x, label) in enumerate(zip((5, 30), self._labels, strict=True))
        )


def _image(value: int = 9) -> LabelledImage:
    truth = np.zeros((20, 60), np.int32)
    truth[5:15, 5:15], truth[5:15, 30:40] = 1, 2
    pixels = np.full((20, 60, 3), value, np.uint8)
    classes = np.array([0, 1, 2], np.uint8)
    boxes = boxes_of_instances(truth)
    return LabelledImage("x", "new", pixels, truth, boxes, classes, classes[1:])


def test_right_classes_are_better_than_none_at_all() -> None:
    right = judge(Answers("red", "white"), [_image()], CATEGORIES)
    silent = judge(Answers("", ""), [_image()], CATEGORIES)
    assert right.ap == 1.0
    assert silent.ap is not None
    assert silent.ap < 0.6
    assert silent.f1 == right.f1 == 1.0


def test_where_there_is_one_class_a_model_that_names_none_is_as_good() -> None:
    for labels in (("red", "red"), ("", "")):
        assert judge(Answers(*labels), [_image()], ("red",)).ap == 1.0


def test_a_picture_without_an_answer_counts_for_the_classes_of_its_objects() -> None:
    scores = judge(Answers("red", "white"), [_image(), _image(0)], CATEGORIES)
    # Half of the objects of each class are found, without a mistake: 51 of 101 points.
    assert scores.ap is not None
    assert abs(scores.ap - 51 / 101) < 1e-6
    assert scores.f1 is not None
    assert abs(scores.f1 - 2 / 3) < 1e-6
