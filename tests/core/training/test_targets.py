from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from core.training.targets import BACKGROUND, BORDER, INTERIOR, split_pieces, three_classes
from tests.core.models.pictures import blobs


def test_interior_and_border_together_are_the_object() -> None:
    _, truth = blobs(0)
    classes = three_classes(truth)
    assert np.array_equal(classes != BACKGROUND, truth > 0)
    assert set(np.unique(classes)) == {BACKGROUND, INTERIOR, BORDER}


def test_touching_objects_are_parted_by_their_borders() -> None:
    truth = np.zeros((30, 40), np.int32)
    truth[5:25, 5:20], truth[5:25, 20:35] = 1, 2
    classes = three_classes(truth)
    assert (classes[6:24, 19:21] == BORDER).all()
    _, pieces = ndimage.label(classes == INTERIOR)
    assert pieces == 2


def test_a_tiny_object_keeps_some_interior() -> None:
    truth = np.zeros((12, 12), np.int32)
    truth[4:8, 4:8] = 1
    assert (three_classes(truth) == INTERIOR).sum() == 4


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_pieces_are_those_of_each_object_alone(seed: int) -> None:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 4, (9, 11)).astype(np.int32)
    pieces = split_pieces(labels)
    assert np.array_equal(pieces > 0, labels > 0)
    count = sum(ndimage.label(labels == number)[1] for number in (1, 2, 3))
    assert len(np.unique(pieces[pieces > 0])) == count
    for number in np.unique(pieces[pieces > 0]):
        assert len(np.unique(labels[pieces == number])) == 1
