from __future__ import annotations

import math

import numpy as np
import pycocotools.mask as coco_mask
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.document.geometry import (
    Box,
    FloatArray,
    Keypoints,
    Polygon,
    PolygonPart,
    RotatedBox,
    Scribble,
    Size,
    Visibility,
)
from core.document.mask import BoolArray, Mask
from core.imaging.rasterise import rasterise, rasterise_rings, ring_of_flat
from tests.core.imaging.shapes import coco_pixels, rings

SIZE = Size(45, 38)


def by_pycocotools(flat_rings: list[FloatArray], size: Size) -> BoolArray:
    parts = [ring.ravel().tolist() for ring in flat_rings]
    encoded = coco_mask.merge(coco_mask.frPyObjects(parts, size.height, size.width))
    return coco_pixels(encoded)


@given(st.lists(rings(), min_size=1, max_size=4))
def test_parts_are_united_as_coco_does(outlines: list[FloatArray]) -> None:
    polygon = Polygon(tuple(PolygonPart(ring) for ring in outlines))
    pixels = rasterise(polygon, SIZE).to_array(SIZE)
    assert np.array_equal(pixels, by_pycocotools(outlines, SIZE))


@given(rings(), st.lists(rings(), min_size=1, max_size=3), rings())
def test_holes_are_taken_from_their_own_part_only(
    outline: FloatArray, holes: list[FloatArray], other: FloatArray
) -> None:
    polygon = Polygon((PolygonPart(outline, tuple(holes)), PolygonPart(other)))
    expected = by_pycocotools([outline], SIZE) & ~by_pycocotools(holes, SIZE)
    expected |= by_pycocotools([other], SIZE)
    assert np.array_equal(rasterise(polygon, SIZE).to_array(SIZE), expected)


@given(st.floats(-20, 60), st.floats(-20, 60), st.floats(0, 50), st.floats(0, 50))
def test_boxes_are_those_of_coco(x: float, y: float, width: float, height: float) -> None:
    encoded = coco_mask.frPyObjects(np.array([[x, y, width, height]]), *SIZE.shape)
    expected = coco_pixels(encoded[0])
    pixels = rasterise(Box(x, y, width, height), SIZE).to_array(SIZE)
    assert np.array_equal(pixels, expected)


def test_a_box_on_whole_coordinates_is_exactly_its_pixels() -> None:
    assert rasterise(Box(3, 4, 5, 6), SIZE) == Mask.from_array(np.ones((6, 5)), 3, 4)


def test_a_turned_box_covers_its_area() -> None:
    mask = rasterise(RotatedBox(20, 20, 20, 10, 30), SIZE)
    assert mask.area == pytest.approx(200, rel=0.03)
    assert mask.contains(20, 20)


def test_masks_are_cut_at_the_image() -> None:
    mask = Mask.from_array(np.ones((10, 10)), 40, 30)
    assert rasterise(mask, SIZE) == mask.clipped(SIZE)


def test_a_scribble_is_its_stroke_and_keypoints_are_nothing() -> None:
    line = Scribble(np.array([[5.0, 5.0], [20.0, 5.0]]), 2.0)
    assert rasterise(line, SIZE).area == pytest.approx(15 * 4 + math.pi * 4, rel=0.15)
    assert rasterise(Keypoints(((5.0, 5.0, Visibility.VISIBLE),)), SIZE).is_empty


def test_what_lies_outside_is_nothing() -> None:
    assert rasterise(Box(100, 100, 5, 5), SIZE).is_empty
    assert rasterise(Box(-50, -50, 500, 500), SIZE).area == SIZE.width * SIZE.height


@pytest.mark.parametrize(
    ("far", "sentence"), [(1e8, "beyond"), (1e300, "beyond"), (9.9e6, "too long")]
)
def test_coordinates_that_would_end_the_interpreter_are_refused(far: float, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        rasterise(Box(-far, 0, 2 * far, 10), SIZE)


def test_rings_are_checked_before_c_code_sees_them() -> None:
    with pytest.raises(ValueError, match="not a finite number"):
        rasterise_rings([np.array([[0, 0], [5, 0], [math.nan, 5]])], SIZE)
    with pytest.raises(ValueError, match="three points"):
        rasterise_rings([np.array([[0.0, 0], [5, 0]])], SIZE)
    with pytest.raises(ValueError, match="too large"):
        rasterise(Box(0, 0, 5, 5), Size(100_000, 100_000))


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ("0 0 1 1 2 2", "list of coordinates"),
        ([0, 0, 5, 0, 5], "odd number"),
        ([0, 0, 5, 0], "three points"),
        ([], "three points"),
        ([0, 0, 5, 0, None, 5], "not a number"),
        ([0, 0, 5, 0, "5", 5], "not a number"),
        ([0, 0, 5, 0, True, 5], "not a number"),
        ([[0, 0], [5, 0], [5, 5]] * 2, "not a number"),
        ([0, 0, 5, 0, math.inf, 5], "finite"),
        ([0, 0, 5, 0, 10**400, 5], "beyond"),
    ],
)
def test_flat_lists_of_a_file_are_checked(values: object, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        ring_of_flat(values)


def test_a_good_flat_list_becomes_a_ring() -> None:
    assert ring_of_flat([0, 0, 5, 0.5, 5, 5]).tolist() == [[0, 0], [5, 0.5], [5, 5]]
