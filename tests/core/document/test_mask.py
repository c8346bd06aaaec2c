"""Masks behave like sets of pixels, and strokes can be taken back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.document.geometry import Size
from core.document.mask import Mask, PixelBox
from core.document.mask_patch import MaskPatch
from tests.core.document.strategies import masks

_ALL = PixelBox(-20, -20, 60, 60)


@given(masks(), masks())
def test_set_operations_are_those_of_pixels(first: Mask, second: Mask) -> None:
    one, other = first.window(_ALL), second.window(_ALL)

    assert np.array_equal(first.united(second).window(_ALL), one | other)
    assert np.array_equal(first.intersected(second).window(_ALL), one & other)
    assert np.array_equal(first.without(second).window(_ALL), one & ~other)
    assert np.array_equal(first.toggled(second).window(_ALL), one ^ other)
    for result in (first.united(second), first.without(second), first.toggled(second)):
        assert result == Mask.from_array(result.window(_ALL), _ALL.left, _ALL.top), "tight"
    assert first.difference(second) == first.toggled(second)


@given(masks(), st.data())
def test_a_change_inside_is_seen_wherever_it_is(mask: Mask, data: st.DataObject) -> None:
    assume(not mask.is_empty)
    pixels = mask.crop()
    row = data.draw(st.integers(0, mask.box.height - 1))
    column = data.draw(st.integers(0, mask.box.width - 1))
    dot = Mask.from_array(np.ones((1, 1)), mask.box.left + column, mask.box.top + row)
    pixels[row, column] ^= True
    changed = Mask.from_array(pixels, mask.box.left, mask.box.top)
    assert mask.toggled(dot) == changed
    assert changed.toggled(dot) == mask
    assert mask.difference(changed) == dot


@given(masks())
def test_the_box_is_tight_so_equal_pixels_are_equal_masks(mask: Mask) -> None:
    again = Mask.from_array(mask.window(_ALL), _ALL.left, _ALL.top)

    assert again == mask
    assert hash(again) == hash(mask)
    assert again.digest == mask.digest
    assert mask.area == int(mask.window(_ALL).sum())
    assert mask.is_empty == (mask.area == 0)


@given(masks(), st.integers(-9, 9), st.integers(-9, 9))
def test_moving_there_and_back(mask: Mask, dx: int, dy: int) -> None:
    assert mask.moved(dx, dy).moved(-dx, -dy) == mask
    assert mask.moved(dx, dy).area == mask.area


@given(masks())
def test_clipping_and_the_whole_image_agree(mask: Mask) -> None:
    size = Size(7, 5)

    clipped = mask.clipped(size)

    assert np.array_equal(clipped.to_array(size), mask.to_array(size))
    assert clipped.area == int(mask.to_array(size).sum())


@given(masks(), st.floats(-8, 20), st.floats(-8, 20))
def test_a_point_is_inside_when_its_pixel_is_set(mask: Mask, x: float, y: float) -> None:
    pixel = mask.window(PixelBox(int(np.floor(x)), int(np.floor(y)), 1, 1))

    assert mask.contains(x, y) == bool(pixel[0, 0])


@given(masks(), masks(), masks())
def test_strokes_are_applied_taken_back_and_joined(first: Mask, second: Mask, third: Mask) -> None:
    one, two = MaskPatch.between(first, second), MaskPatch.between(second, third)

    assert one.applied_to(first) == second
    assert one.inverted().applied_to(second) == first
    assert one.followed_by(two) == MaskPatch.between(first, third)


@given(masks(), masks(), masks())
def test_a_stroke_never_lands_on_another_mask(first: Mask, second: Mask, other: Mask) -> None:
    assume(other != first)

    with pytest.raises(ValueError, match="another mask"):
        MaskPatch.between(first, second).applied_to(other)


def test_strokes_that_do_not_follow_each_other_are_not_joined() -> None:
    small, large = Mask.from_array(np.ones((1, 1))), Mask.from_array(np.ones((2, 2)))
    patch = MaskPatch.between(small, large)

    with pytest.raises(ValueError, match="do not follow"):
        patch.followed_by(patch)


def test_bits_are_read_only_and_must_fill_the_box() -> None:
    mask = Mask.from_array(np.ones((3, 3)))

    with pytest.raises(ValueError, match="read-only"):
        mask.bits[0] = 0
    with pytest.raises(ValueError, match="fill its box"):
        Mask(PixelBox(0, 0, 9, 9), np.zeros(1, np.uint8))
    with pytest.raises(ValueError, match="two dimensions"):
        Mask.from_array(np.ones(3))
