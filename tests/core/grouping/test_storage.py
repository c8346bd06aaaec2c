from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.grouping import build_hierarchy
from core.grouping.storage import from_bytes, to_bytes
from tests.core.grouping.pictures import noise_picture, shapes_picture


@pytest.mark.parametrize(
    "picture", [shapes_picture(), noise_picture(30, 20), np.zeros((1, 1, 3), np.uint8)]
)
def test_a_hierarchy_comes_back_as_it_was(picture: np.ndarray) -> None:
    hierarchy = build_hierarchy(picture)
    back = from_bytes(to_bytes(hierarchy))
    assert back is not None
    assert np.array_equal(back.leaf_labels, hierarchy.leaf_labels)
    assert np.array_equal(back.parents, hierarchy.parents)
    assert np.array_equal(back.altitudes, hierarchy.altitudes)


def test_it_is_small() -> None:
    assert len(to_bytes(build_hierarchy(shapes_picture(600, 800)))) < 600 * 800


@given(st.binary(max_size=60))
def test_bytes_that_are_no_hierarchy_are_not_taken_for_one(data: bytes) -> None:
    assert from_bytes(data) is None


@pytest.mark.parametrize("place", [0, 5, 8, 12, 16, 30, -1])
def test_damage_is_noticed_or_harmless(place: int) -> None:
    stored = bytearray(to_bytes(build_hierarchy(noise_picture(20, 20))))
    stored[place] ^= 0xFF
    back = from_bytes(bytes(stored))
    assert back is None or back.leaf_labels.shape == (20, 20)


def test_what_was_cut_off_is_not_used() -> None:
    stored = to_bytes(build_hierarchy(noise_picture(20, 20)))
    assert from_bytes(stored[:-3]) is None
