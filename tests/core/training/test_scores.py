from __future__ import annotations

import pytest

from core.training.recipe import Task
from core.training.scores import Scores, judge_models


def _scores(dice: float, f1: float = 0.5, trivial: float = 0.2) -> Scores:
    return Scores(3, dice, dice, f1, f1, trivial)


def test_a_better_model_is_used() -> None:
    verdict = judge_models(Task.INSTANCES, _scores(0.8), _scores(0.7), 0.9, 0.92)
    assert verdict.promoted
    assert "0.65, 0.60 before on 3 held-out images" in verdict.sentence


@pytest.mark.parametrize(
    ("new", "old", "new_replay", "old_replay", "why"),
    [
        (_scores(0.6), _scores(0.7), None, None, "The old model stays"),
        (_scores(0.7), _scores(0.7), None, None, "The old model stays"),
        (_scores(0.41, trivial=0.4), _scores(0.1, 0.0), None, None, "everything an object"),
        (_scores(0.8), _scores(0.7), 0.7, 0.9, "forgotten too much"),
        (None, None, None, None, "nothing held out"),
    ],
)
def test_others_are_not_and_a_sentence_says_why(
    new: Scores, old: Scores, new_replay: float, old_replay: float, why: str
) -> None:
    verdict = judge_models(Task.INSTANCES, new, old, new_replay, old_replay)
    assert not verdict.promoted
    assert why in verdict.sentence


def test_a_detector_that_finds_hardly_anything_is_never_used() -> None:
    new, old = Scores(4, ap=0.02, f1=0.0), Scores(4, ap=0.0, f1=0.0)
    verdict = judge_models(Task.DETECTION, new, old)
    assert not verdict.promoted
    assert "finds hardly anything yet: 0.01 on 4 held-out images" in verdict.sentence
    assert judge_models(Task.DETECTION, Scores(4, ap=0.2, f1=0.1), old).promoted


def test_it_is_said_where_parts_of_images_were_held_out() -> None:
    new, old = Scores(1, 0.8, 0.8, 0.5, 0.5), Scores(1, 0.7, 0.7, 0.5, 0.5)
    verdict = judge_models(Task.INSTANCES, new, old, by_parts=True)
    assert "on a held-out quarter of the image." in verdict.sentence


def test_each_task_has_its_own_figure() -> None:
    scores = Scores(1, dice=0.8, miou=0.6, ap=0.3, f1=0.5)
    assert scores.overall(Task.INSTANCES) == pytest.approx(0.65)
    assert scores.overall(Task.SEMANTIC) == pytest.approx(0.6)
    assert scores.overall(Task.DETECTION) == pytest.approx(0.4)
    assert Scores(1).overall(Task.SEMANTIC) == 0
