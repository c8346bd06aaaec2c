from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.document.annotation import Annotation, Geometry
from core.document.geometry import (
    Box,
    Keypoints,
    Polygon,
    PolygonPart,
    RotatedBox,
    Scribble,
    Visibility,
)
from core.document.mask import BoolArray, Mask
from core.imaging.hit_test import HitIndex, annotations_at, distance_to
from tests.core.imaging.shapes import pixel_arrays


def annotation(number: int, geometry: Geometry, order: int = 0) -> Annotation:
    return Annotation(number, layer_id=1, label_id=1, geometry=geometry, order=order)


def test_the_smallest_of_what_lies_under_the_pointer_comes_first() -> None:
    large, small = annotation(1, Box(0, 0, 50, 50)), annotation(2, Box(10, 10, 5, 5))
    aside = annotation(3, Box(40, 40, 5, 5))
    assert annotations_at([large, small, aside], 12, 12, 0) == [2, 1]
    assert annotations_at([small, large], 30, 30, 0) == [1]
    assert annotations_at([], 1, 1, 5) == []


def test_of_equal_size_the_front_one_comes_first() -> None:
    back, front = annotation(1, Box(0, 0, 9, 9), order=1), annotation(2, Box(0, 0, 9, 9), order=2)
    assert annotations_at([back, front], 5, 5, 0) == [2, 1]


def test_the_tolerance_reaches_beyond_the_edge() -> None:
    item = annotation(1, Polygon.from_points([(10, 10), (20, 10), (20, 20), (10, 20)]))
    assert annotations_at([item], 23, 15, 3.01) == [1]
    assert annotations_at([item], 23, 15, 2.99) == []


SQUARE = np.array([(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)])
HOLED = Polygon((PolygonPart(SQUARE * 3, (SQUARE + 10,)),))


@pytest.mark.parametrize(
    ("geometry", "x", "y", "distance"),
    [
        (Box(0, 0, 10, 10), 5, 5, 0),
        (Box(0, 0, 10, 10), 13, 14, 5),
        (RotatedBox(5, 5, 10, 10, 45), 5, 5 - 8, 8 - math.hypot(5, 5)),
        (HOLED, 5, 5, 0),
        (HOLED, 15, 13, 3),
        (HOLED, 33, 34, 5),
        (Scribble(np.array([[0.0, 0.0], [10.0, 0.0]]), 2.0), 5, 1, 0),
        (Scribble(np.array([[0.0, 0.0], [10.0, 0.0]]), 2.0), 13, 4, 3),
        (Scribble(np.array([[1.0, 1.0]]), 0.0), 4, 5, 5),
        (Keypoints(((3, 4, Visibility.VISIBLE), (0, 0, Visibility.UNLABELLED))), 0, 0, 5),
        (Keypoints(()), 0, 0, math.inf),
        (Mask.empty(), 0, 0, math.inf),
    ],
)
def test_distances_are_measured_to_the_shape(
    geometry: Geometry, x: float, y: float, distance: float
) -> None:
    assert distance_to(geometry, x, y) == pytest.approx(distance, abs=1e-4)


@given(pixel_arrays(), st.floats(-5, 25), st.floats(-5, 25))
def test_a_mask_is_measured_to_its_nearest_pixel(pixels: BoolArray, x: float, y: float) -> None:
    mask = Mask.from_array(pixels, 2, 3)
    boxes = [Box(column + 2, row + 3, 1, 1) for row, column in np.argwhere(pixels).tolist()]
    nearest = min((distance_to(box, x, y) for box in boxes), default=math.inf)
    assert distance_to(mask, x, y) == pytest.approx(nearest)
    limited = distance_to(mask, x, y, limit_px=2.5)
    assert limited == pytest.approx(nearest) if nearest <= 2.5 else limited > 2.5


def test_far_from_the_origin_the_distance_is_still_exact() -> None:
    polygon = Polygon.from_points(SQUARE + 60_000)
    assert distance_to(polygon, 60_010.25, 60_005) == pytest.approx(0.25, abs=1e-4)


def test_an_index_follows_an_edit() -> None:
    first, second = annotation(1, Box(0, 0, 5, 5)), annotation(2, Box(20, 20, 5, 5))
    index = HitIndex.of([first, second])
    moved = HitIndex.of([first, second.with_geometry(Box(40, 40, 5, 5))], index)
    assert moved.at(2, 2, 0) == [1]
    assert moved.at(22, 22, 0) == []
    assert moved.at(42, 42, 0) == [2]


def test_a_rubber_band_takes_what_lies_in_it_as_a_whole() -> None:
    index = HitIndex.of([annotation(1, Box(1, 1, 5, 5)), annotation(2, Box(5, 5, 20, 5))])
    assert index.within(Box(0, 0, 10, 10)) == [1]
