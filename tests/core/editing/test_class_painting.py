from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.document.annotation import Label
from core.document.document import ImageDocument, ProjectState
from core.document.geometry import Size
from core.document.history import History
from core.document.mask import Mask
from core.editing.class_painting import erase_classes, fill_rest, paint_class

SIZE = Size(9, 7)
UNLABELLED = 65534


def _history() -> History:
    state = ProjectState(labels={1: Label(1, "sky", "#56b4e9"), 2: Label(2, "tree", "#009e73")})
    return History(state, lambda number: ImageDocument(number, SIZE))


def _rectangle(left: int, top: int, width: int, height: int) -> Mask:
    return Mask.from_array(np.ones((height, width), np.bool_), left, top)


def _classes(history: History) -> npt.NDArray[np.uint16]:
    return history.document(1).semantic[1].classes


def test_the_first_stroke_makes_the_map_and_undo_takes_it_away() -> None:
    history = _history()
    change = paint_class(history.document(1), 1, 2, _rectangle(2, 1, 3, 2))
    assert change is not None
    history.apply(change)
    classes = _classes(history)
    assert (classes == 2).sum() == 6
    assert (classes == UNLABELLED).sum() == SIZE.width * SIZE.height - 6
    history.undo()
    assert not history.document(1).semantic


def test_the_rest_is_filled_around_what_is_there() -> None:
    history = _history()
    change = paint_class(history.document(1), 1, 2, _rectangle(2, 1, 3, 2))
    assert change is not None
    history.apply(change)
    rest = fill_rest(history.document(1), 1, 1)
    assert rest is not None
    history.apply(rest)
    classes = _classes(history)
    assert (classes == 2).sum() == 6
    assert (classes == 1).sum() == SIZE.width * SIZE.height - 6
    assert fill_rest(history.document(1), 1, 2) is None


def test_what_changes_nothing_is_no_change() -> None:
    history = _history()
    document = history.document(1)
    assert erase_classes(document, 1, _rectangle(0, 0, 3, 3)) is None
    assert paint_class(document, 1, 1, _rectangle(20, 20, 3, 3)) is None
    change = paint_class(document, 1, 1, _rectangle(0, 0, 3, 3))
    assert change is not None
    history.apply(change)
    assert paint_class(history.document(1), 1, 1, _rectangle(1, 1, 2, 2)) is None


steps = st.tuples(
    st.sampled_from(["paint", "spare", "erase", "rest"]),
    st.integers(1, 2),
    st.integers(-2, 8),
    st.integers(-2, 6),
    st.integers(1, 8),
    st.integers(1, 8),
)


@given(st.lists(steps, max_size=12))
def test_painting_is_what_an_array_would_hold_and_undo_is_exact(
    strokes: list[tuple[str, int, int, int, int, int]],
) -> None:
    history = _history()
    expected = np.full(SIZE.shape, UNLABELLED, np.uint16)
    for kind, label, left, top, width, height in strokes:
        document = history.document(1)
        mask = _rectangle(left, top, width, height)
        inside = mask.to_array(SIZE)
        if kind == "paint":
            change = paint_class(document, 1, label, mask)
            expected[inside] = label
        elif kind == "spare":
            change = paint_class(document, 1, label, mask, only_unlabelled=True)
            expected[inside & (expected == UNLABELLED)] = label
        elif kind == "erase":
            change = erase_classes(document, 1, mask)
            expected[inside] = UNLABELLED
        else:
            change = fill_rest(document, 1, label)
            expected[expected == UNLABELLED] = label
        if change is not None:
            history.apply(change)
        if 1 in history.document(1).semantic:
            assert np.array_equal(_classes(history), expected)
        else:
            assert (expected == UNLABELLED).all()
    while history.undo() is not None:
        pass
    assert not history.document(1).semantic


def test_a_mask_beyond_the_image_is_cut() -> None:
    history = _history()
    change = paint_class(history.document(1), 1, 1, _rectangle(-5, -5, 30, 30))
    assert change is not None
    history.apply(change)
    assert (_classes(history) == 1).all()


@pytest.mark.parametrize("rule", [True, False])
def test_only_unlabelled_spares_what_has_a_class(rule: bool) -> None:
    history = _history()
    first = paint_class(history.document(1), 1, 1, _rectangle(0, 0, 4, 7))
    assert first is not None
    history.apply(first)
    second = paint_class(history.document(1), 1, 2, _rectangle(0, 0, 9, 7), only_unlabelled=rule)
    assert second is not None
    history.apply(second)
    assert (_classes(history)[:, :4] == (1 if rule else 2)).all()
