"""Shapes: bounds, moves, and what is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.document.annotation import Geometry, bounds_of_geometry
from core.document.geometry import (
    Box,
    Keypoints,
    Polygon,
    PolygonPart,
    RotatedBox,
    Size,
    Visibility,
)
from core.document.mask import Mask
from tests.core.document.strategies import boxes, geometries, polygons

shifts = st.integers(-1000, 1000)


@given(geometries, shifts, shifts)
def test_a_moved_shape_has_moved_bounds(shape: Geometry, dx: int, dy: int) -> None:
    moved = shape.moved(dx, dy)
    before, after = bounds_of_geometry(shape), bounds_of_geometry(moved)

    if isinstance(shape, Keypoints) and all(not point[2] for point in shape.points):
        assert after == before
    elif isinstance(shape, Mask) and shape.is_empty:
        assert moved == shape
    else:
        assert after.x == pytest.approx(before.x + dx, abs=1e-6)
        assert after.y == pytest.approx(before.y + dy, abs=1e-6)
        assert after.width == pytest.approx(before.width, abs=1e-6)


@given(boxes, boxes)
def test_a_united_box_holds_both(first: Box, second: Box) -> None:
    both = first.united(second)

    assert both.x == min(first.x, second.x)
    assert both.right == pytest.approx(max(first.right, second.right))
    assert first.intersects(second) == second.intersects(first)


@given(boxes)
def test_a_clipped_box_lies_in_the_image(box: Box) -> None:
    clipped = box.clipped(Size(100, 50))

    assert 0 <= clipped.x <= clipped.right <= 100
    assert 0 <= clipped.y <= clipped.bottom <= 50


def test_edges_to_the_right_and_below_are_outside() -> None:
    box = Box(1, 2, 3, 4)

    assert box.contains(1, 2)
    assert not box.contains(4, 2)
    assert not box.contains(1, 6)
    assert not box.intersects(Box(4, 2, 1, 1))


@pytest.mark.parametrize("bad", [math.nan, math.inf, -1.0])
def test_a_box_of_no_size_is_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="box"):
        Box(0, 0, bad, 1)


def test_a_quarter_turn_swaps_width_and_height() -> None:
    bounds = RotatedBox(10, 10, 6, 2, 90).bounds

    assert (bounds.width, bounds.height) == pytest.approx((2, 6))
    assert bounds.center == pytest.approx((10, 10))


@given(polygons)
def test_a_ring_is_replaced_and_the_rest_stays(polygon: Polygon) -> None:
    ring = np.array([[0, 0], [1, 0], [1, 1]], np.float64)

    changed = polygon.with_ring(0, 0, ring)

    assert np.array_equal(changed.parts[0].exterior, ring)
    assert changed.with_ring(0, 0, polygon.parts[0].exterior) == polygon
    assert changed.parts[1:] == polygon.parts[1:]
    assert changed.vertex_count == polygon.vertex_count - len(polygon.parts[0].exterior) + 3


def test_rings_are_copies_that_cannot_be_written() -> None:
    points = np.zeros((3, 2))
    part = PolygonPart(points)
    points[:] = 7

    assert not part.exterior.any()
    with pytest.raises(ValueError, match="read-only"):
        part.exterior[0] = 1


@pytest.mark.parametrize("points", [[(0, 0), (1, 1)], [(0, 0), (1, 1), (math.nan, 0)]])
def test_what_is_no_ring_is_refused(points: list[tuple[float, float]]) -> None:
    with pytest.raises(ValueError, match=r"points|finite"):
        Polygon.from_points(points)


def test_unlabelled_keypoints_do_not_count() -> None:
    shape = Keypoints(((5, 6, Visibility.VISIBLE), (0, 0, Visibility.UNLABELLED)))

    assert shape.bounds == Box(5, 6, 0, 0)
    assert shape.moved(1, 1).points[1] == (0, 0, Visibility.UNLABELLED)
