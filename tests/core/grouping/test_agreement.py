import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.document.mask import Mask
from core.grouping.agreement import CLEAR_AGREEMENT, color_agreement, is_improved

PICTURE = np.full((60, 80, 3), 40, np.uint8)
PICTURE[20:40, 30:50] = (220, 120, 60)
OBJECT = Mask.from_array(np.ones((20, 20)), 30, 20)


def block(left: int, top: int, width: int, height: int) -> Mask:
    return Mask.from_array(np.ones((height, width)), left, top)


def test_a_mask_that_moves_onto_the_object_is_agreed_with_and_the_way_back_is_not() -> None:
    beside = block(27, 17, 20, 20)
    assert color_agreement(beside, OBJECT, PICTURE) == 1.0
    assert color_agreement(OBJECT, beside, PICTURE) == 0.0


def test_pixels_that_are_gained_rightly_and_lost_wrongly_are_weighed() -> None:
    half = block(30, 20, 10, 20)
    moved = block(35, 20, 15, 20)
    assert color_agreement(half, moved, PICTURE) == pytest.approx(200 / 300)
    assert color_agreement(half, moved, PICTURE) < CLEAR_AGREEMENT


def test_without_a_change_or_a_side_nothing_is_agreed_with() -> None:
    assert color_agreement(OBJECT, OBJECT, PICTURE) == 0.0
    assert color_agreement(block(0, 0, 5, 5), block(60, 40, 5, 5), PICTURE) == 0.0
    assert color_agreement(OBJECT, Mask.empty(), PICTURE) == 0.0
    everything = block(0, 0, 80, 60)
    assert color_agreement(OBJECT, everything, PICTURE) == 0.0


def test_only_a_small_move_that_the_colours_speak_for_is_an_improvement() -> None:
    beside = block(29, 19, 20, 20)
    assert is_improved(beside, OBJECT, PICTURE)
    assert not is_improved(OBJECT, beside, PICTURE)
    assert not is_improved(OBJECT, OBJECT, PICTURE)
    far = block(24, 14, 20, 20)
    assert color_agreement(far, OBJECT, PICTURE) == 1.0
    assert not is_improved(far, OBJECT, PICTURE), "it may be another object's"


@given(st.integers(-5, 70), st.integers(-5, 50), st.integers(1, 30), st.integers(1, 30))
def test_it_is_a_share_also_at_the_borders_of_the_picture(
    left: int, top: int, width: int, height: int
) -> None:
    moved = block(left, top, width, height)
    there = color_agreement(OBJECT, moved, PICTURE)
    back = color_agreement(moved, OBJECT, PICTURE)
    assert 0.0 <= there <= 1.0
    assert there + back == pytest.approx(1.0) or there == back == 0.0
