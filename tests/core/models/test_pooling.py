from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.document.annotation import Geometry
from core.document.geometry import Box, Keypoints, Polygon, Visibility
from core.document.mask import Mask
from core.models.overlap import overlap
from core.models.pooling import PoolSettings, find_overlaps, matching, pool
from core.models.proposal import Proposal

EVERYTHING = PoolSettings(score=0.0)


def item(geometry: Geometry, score: float, label: str = "cell", source: str = "a") -> Proposal:
    return Proposal(0, geometry, score, label, source)


def square(left: int, top: int, side: int) -> Mask:
    return Mask.from_array(np.ones((side, side)), left, top)


def kept(items: list[Proposal], settings: PoolSettings = EVERYTHING) -> list[int]:
    return [one.place for one in pool(items, find_overlaps(items), settings)]


def test_of_two_models_that_agree_one_candidate_stays_and_says_so() -> None:
    items = [
        item(square(0, 0, 20), 0.7, source="a"),
        item(square(1, 0, 20), 0.9, source="b"),
        item(square(50, 50, 20), 0.8, source="b"),
    ]
    found = pool(items, find_overlaps(items), EVERYTHING)
    assert [(one.place, one.duplicates) for one in found] == [(1, (0,)), (2, ())]
    assert found[0].proposal is items[1]


def test_an_outline_stands_for_a_box_whatever_their_scores() -> None:
    items = [
        item(Box(0, 0, 20, 20), 0.99, label="", source="rpn"),
        item(Box(0, 0, 20, 20), 0.95, source="detector"),
        item(square(0, 0, 20), 0.6, source="masks"),
    ]
    assert kept(items) == [2]
    assert kept(items, PoolSettings(score=0.7)) == [1]


def test_other_classes_are_hidden_only_where_they_are_nearly_the_same_thing() -> None:
    items = [item(Box(0, 0, 20, 20), 0.9, "cat"), item(Box(0, 0, 20, 13), 0.8, "dog")]
    assert kept(items) == [0, 1]
    assert kept(items, PoolSettings(0.0, any_class_iou=0.6)) == [0]
    assert kept([items[0], item(Box(0, 0, 20, 13), 0.8, "cat")]) == [0]
    assert kept([items[0], item(Box(0, 0, 20, 13), 0.8, "")]) == [0]


def test_masks_are_compared_by_their_pixels() -> None:
    """The boxes of two diagonals are the same; the diagonals are not."""
    one, other = np.eye(30), np.fliplr(np.eye(30))
    assert kept([item(Mask.from_array(one), 0.9), item(Mask.from_array(other), 0.8)]) == [0, 1]


def test_keypoints_and_masks_do_not_hide_each_other() -> None:
    points = Keypoints(((0.0, 0.0, Visibility.VISIBLE), (20.0, 20.0, Visibility.VISIBLE)))
    assert kept([item(square(0, 0, 20), 0.9), item(points, 0.8)]) == [0, 1]
    assert kept([item(points, 0.9), item(points, 0.8)]) == [0]


def test_the_score_slider_hides_and_a_limit_of_one_hides_nothing() -> None:
    items = [item(square(0, 0, 20), score) for score in (0.3, 0.9, 0.6)]
    assert kept(items, PoolSettings(0.5, 1.0, 1.0)) == [1, 2]
    assert kept(items, PoolSettings(0.0, 1.0, 1.0)) == [1, 2, 0]
    assert kept([]) == []


def test_what_is_there_already_is_not_proposed_again() -> None:
    items = [
        item(square(0, 0, 20), 0.9),
        item(square(60, 0, 20), 0.8),
        item(Box(200, 0, 9, 9), 0.7),
    ]
    outline = Polygon.from_points([(0, 0), (20, 0), (20, 20), (0, 20)])
    hidden = matching(items, [square(61, 0, 20), outline, Box(0, 0, 5, 5)])
    assert hidden == {0, 1}
    found = pool(items, find_overlaps(items), EVERYTHING, hidden)
    assert [one.place for one in found] == [2]
    assert matching([], [outline]) == matching(items, []) == frozenset()


boxes = st.tuples(
    st.integers(0, 40), st.integers(0, 40), st.integers(1, 30), st.integers(1, 30)
).map(lambda values: Box(*map(float, values)))
proposals = st.lists(
    st.builds(
        item, boxes, st.floats(0, 1), st.sampled_from(["cat", "dog", ""]), st.sampled_from("ab")
    ),
    max_size=25,
)


@settings(max_examples=80, deadline=None)
@given(items=proposals, same=st.floats(0.1, 1), any_class=st.floats(0.1, 1))
def test_nothing_that_stays_overlaps_and_nothing_is_lost_without_a_reason(
    items: list[Proposal], same: float, any_class: float
) -> None:
    limits = PoolSettings(0.2, same, any_class)
    found = pool(items, find_overlaps(items), limits)
    shown = {one.place for one in found}
    assert [one.proposal.score for one in found] == sorted(
        (one.proposal.score for one in found), reverse=True
    )

    def too_close(a: int, b: int) -> bool:
        labels = {items[a].label, items[b].label}
        limit = same if len(labels) == 1 or "" in labels else any_class
        return overlap(items[a].geometry, items[b].geometry)[0] > limit

    for a in shown:
        assert not any(too_close(a, b) for b in shown if b != a)
    for place, candidate in enumerate(items):
        if candidate.score >= 0.2 and place not in shown:
            assert any(too_close(place, other) for other in shown)
    hidden = [place for one in found for place in one.duplicates]
    assert len(hidden) == len(set(hidden))
    assert set(hidden) | shown == {n for n, one in enumerate(items) if one.score >= 0.2}


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (Box(0, 0, 10, 10), Box(0, 0, 10, 5), (0.5, 1.0)),
        (square(0, 0, 10), square(5, 0, 10), (1 / 3, 0.5)),
        (square(0, 0, 10), Box(0, 0, 10, 10), (1.0, 1.0)),
        (Box(0, 0, 10, 10), Box(30, 0, 10, 5), (0.0, 0.0)),
        (Box(0, 0, 0, 10), Box(0, 0, 10, 10), (0.0, 0.0)),
    ],
)
def test_overlap(first: Geometry, second: Geometry, expected: tuple[float, float]) -> None:
    assert overlap(first, second) == pytest.approx(expected)
    assert overlap(second, first) == pytest.approx(expected)
