from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.document.geometry import Size
from core.document.mask import BoolArray, Mask
from core.imaging.morphology import (
    components,
    dilate,
    erode,
    fill_holes,
    keep_component_at,
    keep_largest,
    remove_small,
    smooth,
)
from tests.core.imaging.shapes import pixel_arrays

SIZE = Size(40, 35)


def two_pieces() -> Mask:
    pixels = np.zeros(SIZE.shape, np.bool_)
    pixels[2:12, 2:12] = True
    pixels[4:6, 4:6] = False
    pixels[20:23, 20:23] = True
    return Mask.from_array(pixels)


def test_components_come_largest_first_and_make_up_the_whole() -> None:
    mask = two_pieces()
    pieces = components(mask)
    assert [piece.area for piece in pieces] == [96, 9]
    assert pieces[0].united(pieces[1]) == mask
    assert keep_largest(mask) == pieces[0]
    assert keep_component_at(mask, 21.5, 21.5) == pieces[1]
    assert keep_component_at(mask, 15, 15).is_empty
    assert remove_small(mask, 10) == pieces[0]


def test_holes_are_filled_up_to_a_size() -> None:
    mask = two_pieces()
    assert fill_holes(mask).area == mask.area + 4
    assert fill_holes(mask, maximum_area_px=3) == mask
    assert fill_holes(mask, maximum_area_px=4).area == mask.area + 4


def test_nothing_stays_nothing() -> None:
    empty = Mask.empty()
    assert components(empty) == ()
    for result in (keep_largest(empty), fill_holes(empty), remove_small(empty, 3)):
        assert result.is_empty
    assert dilate(empty, 3, SIZE).is_empty
    assert erode(empty, 3).is_empty


@given(pixel_arrays(), st.sampled_from([1.0, 1.5, 2.0, 3.0]))
def test_growing_and_shrinking_keep_their_distance(pixels: BoolArray, radius: float) -> None:
    mask = Mask.from_array(pixels, 3, 4)
    size = Size(24, 24)
    inside = mask.to_array(size)
    yy, xx = np.mgrid[:24, :24]
    offsets = np.hypot(yy[..., None] - yy[inside], xx[..., None] - xx[inside])
    grown = (offsets <= radius).any(axis=-1)
    assert np.array_equal(dilate(mask, radius, size).to_array(size), grown)
    rest = np.hypot(yy[..., None] - yy[~inside], xx[..., None] - xx[~inside])
    shrunk = inside & (rest > radius).all(axis=-1)
    assert np.array_equal(erode(mask, radius).to_array(size), shrunk)


def test_smoothing_takes_a_spike_and_keeps_what_touches_the_rim() -> None:
    pixels = np.zeros(SIZE.shape, np.bool_)
    pixels[0:20, 0:20] = True
    pixels[10, 20:35] = True
    smoothed = smooth(Mask.from_array(pixels), 2, SIZE)
    assert not smoothed.contains(30, 10)
    assert smoothed.contains(0, 10)
    assert smoothed.area == pytest.approx(400, rel=0.03)
