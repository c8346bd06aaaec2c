"""Other keypoints for a label: objects keep the points that stay."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.document.annotation import Label
from core.document.geometry import Keypoints, Visibility
from core.document.history import History
from core.editing.skeletons import define_keypoints, edges_of
from core.errors import MaskwrightError
from tests.core.editing.examples import SQUARE, annotation, document, state

SEEN, ABSENT = Visibility.VISIBLE, (0, 0, Visibility.UNLABELLED)
LABEL = Label(
    1, "pose", "#102030", keypoint_names=("head", "hand", "foot"), skeleton=((1, 2), (2, 3), (3, 9))
)
POINTS = ((1.0, 2.0, SEEN), (3.0, 4.0, SEEN), (5.0, 6.0, SEEN))


def test_points_follow_their_names_and_come_back() -> None:
    start = document(annotation(1, Keypoints(POINTS)), annotation(2, Keypoints(POINTS[:1])))
    history = History(state(LABEL), lambda _: start)
    change = define_keypoints(
        history.state, [start], 1, ("foot", "tail", "head"), ((1, 3),), (2, None, 0)
    )
    assert change is not None
    history.apply(change)
    found = [item.geometry for item in history.document(7).annotations.values()]
    assert found == [
        Keypoints((POINTS[2], ABSENT, POINTS[0])),
        Keypoints((ABSENT, ABSENT, POINTS[0])),
    ]
    assert edges_of(history.state.labels[1]) == ((0, 2),)
    history.undo()
    assert history.document(7).annotations == start.annotations
    assert history.state.labels[1] == LABEL


def test_points_beside_an_outline_follow_too_or_go() -> None:
    both = replace(annotation(1, SQUARE), keypoints=Keypoints(POINTS))
    hand = replace(annotation(2, SQUARE), keypoints=Keypoints((ABSENT, POINTS[1], ABSENT)))
    start = document(both, hand)
    history = History(state(LABEL), lambda _: start)
    change = define_keypoints(history.state, [start], 1, ("foot", "head"), (), (2, 0))
    assert change is not None
    history.apply(change)
    after = history.document(7).annotations
    assert after[1].keypoints == Keypoints((POINTS[2], POINTS[0]))
    assert after[2].keypoints is None, "it had a hand only"
    assert {item.geometry for item in after.values()} == {SQUARE}


def test_new_names_alone_leave_the_objects_alone() -> None:
    start = document(annotation(1, Keypoints(POINTS)))
    change = define_keypoints(
        state(LABEL), [start], 1, ("a", "b", "c"), LABEL.skeleton[:2], (0, 1, 2)
    )
    assert change is not None
    assert not change.images
    same = define_keypoints(state(LABEL), [], 1, LABEL.keypoint_names, ((1, 2),), (0, 1, 2))
    assert same is not None, "a line less"


@pytest.mark.parametrize(
    ("names", "edges", "words"),
    [
        (("a", "a"), (), "name of its own"),
        (("a", " "), (), "name of its own"),
        (("a", "b"), ((1, 3),), "1–3"),
        (("a", "b"), ((2, 2),), "2–2"),
    ],
)
def test_what_means_nothing_is_refused(
    names: tuple[str, ...], edges: tuple[tuple[int, int], ...], words: str
) -> None:
    with pytest.raises(MaskwrightError, match=words):
        define_keypoints(state(LABEL), [], 1, names, edges, (0, 1))


def test_no_object_is_emptied_or_changed_under_a_lock() -> None:
    only_head = document(annotation(1, Keypoints((POINTS[0], ABSENT, ABSENT))))
    with pytest.raises(MaskwrightError, match="lose all"):
        define_keypoints(state(LABEL), [only_head], 1, ("foot",), (), (2,))
    locked = document(annotation(1, Keypoints(POINTS), locked=True))
    with pytest.raises(MaskwrightError, match="locked"):
        define_keypoints(state(LABEL), [locked], 1, ("foot",), (), (2,))


def test_lines_that_lead_nowhere_are_not_drawn() -> None:
    assert edges_of(LABEL) == ((0, 1), (1, 2))
