from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.training.ranking import Candidate, rank_images

NOTHING = np.zeros((0, 2), np.float32)


def _candidates(count: int, seed: int = 0) -> list[Candidate]:
    rng = np.random.default_rng(seed)
    return [
        Candidate(n, rng.normal(size=2).astype(np.float32), float(rng.random()))
        for n in range(count)
    ]


@given(st.integers(0, 40), st.integers(0, 99))
def test_every_image_is_ranked_once_and_alike_for_equal_seeds(count: int, seed: int) -> None:
    first = rank_images(_candidates(count), NOTHING, {}, seed=seed)
    assert sorted(item.image_id for item in first) == list(range(count))
    assert first == rank_images(_candidates(count), NOTHING, {}, seed=seed)
    assert all(item.reason for item in first)


def test_every_fifth_is_chosen_at_random() -> None:
    found = rank_images(_candidates(20), NOTHING, {}, seed=1)
    assert [n for n, item in enumerate(found) if "random" in item.reason] == [4, 9, 14, 19]


def test_what_is_unlike_and_doubtful_comes_first() -> None:
    near, far = np.array([0.0, 0.0], np.float32), np.array([9.0, 9.0], np.float32)
    candidates = [
        Candidate(1, near, 0.1),
        Candidate(2, near, 0.9),
        Candidate(3, far, 0.1),
        Candidate(4, far, 0.9),
    ]
    found = rank_images(candidates, near[None], {}, seed=0)
    assert found[0].image_id == 4
    assert "unlike what is labelled" in found[0].reason
    assert "agree on 10%" in found[0].reason


def test_after_an_image_its_twin_is_worth_less() -> None:
    near, far = np.array([0.0, 0.0], np.float32), np.array([9.0, 9.0], np.float32)
    other = np.array([9.0, -9.0], np.float32)
    candidates = [Candidate(1, far, 0.9), Candidate(2, far, 0.9), Candidate(3, other, 0.8)]
    assert [item.image_id for item in rank_images(candidates, near[None], {}, seed=0)] == [1, 3, 2]


def test_rare_classes_count_more() -> None:
    same = np.zeros(2, np.float32)
    candidates = [
        Candidate(1, same, 0.5, {"common": 3}),
        Candidate(2, same, 0.5, {"rare": 1}),
    ]
    found = rank_images(candidates, NOTHING, {"common": 50, "rare": 1}, seed=0)
    assert found[0].image_id == 2
    assert "rare class" in found[0].reason
