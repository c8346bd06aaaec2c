"""What is wrong with one shape, and shapes with which nothing is wrong."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.checking.clipping import clipped
from core.checking.geometry import geometry_kinds, ring_crosses_itself
from core.checking.problem import Kind
from core.document.annotation import Annotation, Geometry
from core.document.geometry import (
    Box,
    Keypoints,
    Polygon,
    PolygonPart,
    RotatedBox,
    Scribble,
    Size,
    Visibility,
)
from core.document.mask import Mask
from core.imaging.rasterise import rasterise
from core.imaging.tracing import bridged_rings, trace_mask

SIZE = Size(32, 24)
BOW = Polygon.from_points([(2, 2), (12, 12), (12, 2), (2, 12)])
RING = Polygon(
    (PolygonPart(np.array([[1.0, 1], [20, 1], [20, 20], [1, 20]]),
                 (np.array([[5.0, 5], [9, 5], [9, 9]]),)),)
)  # fmt: skip
NO_POINT = Keypoints(((0, 0, Visibility.UNLABELLED),))


def kinds_of(geometry: Geometry) -> list[Kind]:
    return [kind for kind, _ in geometry_kinds(Annotation(1, 1, 1, geometry), SIZE)]


@pytest.mark.parametrize(
    ("geometry", "kinds"),
    [
        (Box(1, 1, 5, 5), []),
        (Box(0, 0, 32, 24), []),
        (RING, []),
        (Keypoints(((3, 3, Visibility.VISIBLE),)), []),
        (Scribble(np.array([[1.0, 1], [5, 5]]), 2), []),
        (RotatedBox(10, 10, 5, 3, 0.4), []),
        (Mask.from_array(np.ones((3, 3), bool), 4, 4), []),
        (Box(1, 1, 0, 5), [Kind.NO_PIXELS]),
        (Mask.empty(), [Kind.NO_PIXELS]),
        (NO_POINT, [Kind.NO_PIXELS]),
        (Polygon.from_points([(1, 1), (5, 5), (9, 9)]), [Kind.NO_PIXELS]),
        (Polygon.from_points([(3.1, 3.1), (3.3, 3.1), (3.2, 3.3)]), [Kind.NO_PIXELS]),
        (Box(40, 2, 5, 5), [Kind.OUTSIDE]),
        (Box(-9, 2, 9, 5), [Kind.OUTSIDE]),
        (Keypoints(((40, 3, Visibility.VISIBLE),)), [Kind.OUTSIDE]),
        (Mask.from_array(np.ones((3, 3), bool), 40, 4), [Kind.OUTSIDE]),
        (Box(-1, 2, 5, 5), [Kind.OVER_EDGE]),
        (Box(30, 20, 5, 5), [Kind.OVER_EDGE]),
        (Polygon.from_points([(-3, 2), (9, 2), (9, 9)]), [Kind.OUTLINE_OVER_EDGE]),
        (RotatedBox(1, 10, 5, 3, 0.4), [Kind.OUTLINE_OVER_EDGE]),
        (BOW, [Kind.SELF_CROSSING]),
        (Mask.from_array(np.ones((1, 2), bool), 4, 4), [Kind.TINY]),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_wrong_with_a_shape(geometry: Geometry, kinds: list[Kind]) -> None:
    assert kinds_of(geometry) == kinds


def test_a_shape_that_the_rasteriser_refuses_is_outside_or_over_the_edge() -> None:
    huge = Polygon.from_points([(-1e9, -1e9), (1e9, -1e9), (0, 1e9)])
    assert kinds_of(huge) == [Kind.OUTLINE_OVER_EDGE]


points = st.tuples(st.integers(-4, 40), st.integers(-4, 30))
rings = st.lists(points, min_size=3, max_size=12).map(lambda found: np.array(found, np.float64))


def _crosses_slowly(ring: np.ndarray) -> bool:
    """Every pair of edges with whole-number arithmetic."""
    corners = ring.astype(int).tolist()
    edges = list(zip(corners, corners[1:] + corners[:1], strict=True))

    def side(a: list[int], b: list[int], c: list[int]) -> int:
        product = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
        return (product > 0) - (product < 0)

    return any(
        side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0
        for a, b in edges
        for c, d in edges
    )


@settings(deadline=None)
@given(ring=rings)
def test_crossings_are_those_of_exact_arithmetic(ring: np.ndarray) -> None:
    assert ring_crosses_itself(ring) == _crosses_slowly(ring)


@settings(deadline=None)
@given(pixels=st.integers(1, 2**20 - 1))
def test_traced_outlines_with_bridges_do_not_cross(pixels: int) -> None:
    bits = np.array([pixels >> place & 1 for place in range(20)], bool).reshape(4, 5)
    traced = trace_mask(Mask.from_array(bits))
    assert not any(
        map(ring_crosses_itself, (ring.reshape(-1, 2) for ring in bridged_rings(traced)))
    )


def test_long_outlines_are_looked_through() -> None:
    angle = np.linspace(0, 2 * np.pi, 5000, endpoint=False)
    circle = np.stack([np.cos(angle), np.sin(angle)], 1) * 500 + 600
    assert not ring_crosses_itself(circle)
    circle[[100, 101]] = circle[[101, 100]]
    assert ring_crosses_itself(circle)


shapes = st.one_of(
    rings.map(Polygon.from_points),
    st.builds(
        Box, st.integers(-9, 20), st.integers(-9, 20), st.integers(10, 30), st.integers(10, 30)
    ),
    st.builds(
        lambda left, top: Mask.from_array(np.ones((9, 9), bool), left, top),
        st.integers(-5, 30),
        st.integers(-5, 20),
    ),
)


@settings(deadline=None)
@given(geometry=shapes)
def test_what_is_cut_lies_inside_and_keeps_its_pixels(geometry: Geometry) -> None:
    cut = clipped(geometry, SIZE)
    if cut is None:
        assert rasterise(geometry, SIZE).area <= 40, "only slivers along an edge are lost"
        return
    assert not {Kind.OVER_EDGE, Kind.OUTLINE_OVER_EDGE} & set(kinds_of(cut))
    before, after = rasterise(geometry, SIZE), rasterise(cut, SIZE)
    if isinstance(geometry, Polygon):
        differs = before.without(after).area + after.without(before).area
        assert differs <= 2 * (SIZE.width + SIZE.height)
    else:
        assert after == before


def test_an_outline_is_cut_along_the_edge() -> None:
    cut = clipped(Polygon.from_points([(-10, 5), (10, 5), (10, 15), (-10, 15)]), SIZE)
    assert cut is not None
    assert isinstance(cut, Polygon)
    assert cut.bounds == Box(0, 5, 10, 10)
