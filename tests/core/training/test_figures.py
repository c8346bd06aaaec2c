"""What the figures are made with, on small pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.document.mask import Mask
from core.models.adapter import RgbImage, RunContext
from core.models.proposal import Proposal
from core.training.data import LabelledImage, boxes_of_instances
from core.training.figures.annotator import edited_pixels
from core.training.figures.material import read_material
from core.training.figures.plots import write_plots


class Answers:
    """An adapter that always proposes the same masks."""

    def __init__(self, *masks: Mask) -> None:
        self._masks = masks

    @classmethod
    def load(cls, *_: object) -> Answers:
        raise NotImplementedError

    def propose(self, image: RgbImage, context: RunContext) -> tuple[Proposal, ...]:
        return tuple(Proposal(n, mask, 0.9, "", "x") for n, mask in enumerate(self._masks))


def _image() -> LabelledImage:
    truth = np.zeros((30, 60), np.int32)
    truth[5:15, 5:15], truth[5:15, 30:40] = 1, 2
    pixels = np.zeros((30, 60, 3), np.uint8)
    return LabelledImage("x", "stained", pixels, truth, boxes_of_instances(truth))


def _square(x: int, side: int = 10) -> Mask:
    return Mask.from_array(np.ones((side, side)), x, 5)


def test_the_annotator_draws_what_is_missing_and_fixes_what_is_near() -> None:
    assert edited_pixels(Answers(), _image()) == (200, 200)
    assert edited_pixels(Answers(_square(5), _square(30)), _image()) == (0, 200)
    # Shifted by two columns: twenty pixels too much, twenty missing.
    assert edited_pixels(Answers(_square(7), _square(30)), _image()) == (40, 200)
    # Overlaps less than half: drawn from nothing.
    assert edited_pixels(Answers(_square(12), _square(30)), _image()) == (100, 200)
    # One proposal serves one object only.
    assert edited_pixels(Answers(_square(5)), _image()) == (100, 200)


def test_plots_are_written(tmp_path: Path) -> None:
    paths = write_plots(tmp_path, (0, 1), (0.6, 0.7), (0.9, 0.9), [1.0, 1.4], [1.0, 0.5])
    for path in paths:
        assert path.read_text().startswith("<svg")
        assert "nan" not in path.read_text()


@pytest.mark.slow
def test_what_is_tested_is_never_learnt_or_replayed(shared_data: Path) -> None:
    material = read_material(shared_data)
    assert (len(material.learn), len(material.test)) == (10, 7)
    shown = [*material.learn, *material.replay]
    judged = [*material.test, *material.old]
    for image in judged:
        assert not any(
            image.pixels.shape == other.pixels.shape and np.array_equal(image.pixels, other.pixels)
            for other in shown
        )
