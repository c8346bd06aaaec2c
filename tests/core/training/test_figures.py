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
from core.training.figures.record import Base, Effort, Figure, Record


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
    paths = write_plots(
        tmp_path, (0, 1), (0.6, 0.7), (0.6, 0.65), (0.9, 0.9), [1.0, 1.4], [1.0, 0.5]
    )
    for path in paths:
        assert path.read_text().startswith("<svg")
        assert "nan" not in path.read_text()


def _figure(images: int, seed: int, dice: float) -> Figure:
    return Figure(images, seed, 40, 10.0, dice, 0.5, 0.9)


def test_a_run_that_was_ended_goes_on_where_it_was(tmp_path: Path) -> None:
    path = tmp_path / "training.json"
    first = Record(path, {"recipe": {"steps": 3}})
    first.add_base(Base(0.6, 0.2, 0.9))
    first.add_figure(_figure(1, 0, 0.7))
    first.add_effort(Effort(1, 100, 50, 20))
    again = Record(path, {"recipe": {"steps": 3}})
    assert again.base == Base(0.6, 0.2, 0.9)
    assert again.figures == [_figure(1, 0, 0.7)]
    assert again.efforts == [Effort(1, 100, 50, 20)]
    assert again.saved_share() == pytest.approx(0.6)


def test_figures_of_another_recipe_are_not_mixed_in(tmp_path: Path) -> None:
    path = tmp_path / "training.json"
    Record(path, {"recipe": {"steps": 3}}).add_figure(_figure(1, 0, 0.7))
    assert Record(path, {"recipe": {"steps": 4}}).figures == []


def test_the_table_has_the_mean_the_spread_and_the_worst_seed(tmp_path: Path) -> None:
    record = Record(tmp_path / "training.json", {})
    record.add_base(Base(0.6, 0.2, 0.9))
    for seed, dice in enumerate((0.7, 0.8)):
        record.add_figure(_figure(1, seed, dice))
    lines = record.table()
    assert "| 0 | | | | 0.600 | | 0.200 | 0.900 |" in lines
    assert "| 1 | 10 | 2 | 40 | 0.750 ± 0.050 | 0.700 | 0.500 ± 0.000 | 0.900 ± 0.000 |" in lines
    record.add_effort(Effort(1, 100, 50, 20))
    assert record.table()[-1] == "Edited by hand: 60% fewer pixels than frozen."
    assert all(path.is_file() for path in record.draw(tmp_path))


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
