from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from core.document.geometry import FloatArray, Polygon, PolygonPart, Size
from core.document.mask import Mask
from core.imaging.cutting import cut_mask
from core.imaging.morphology import components
from core.imaging.ring_cutting import cut_part, part_area, signed_area
from core.imaging.tracing import trace_mask

SIZE = Size(24, 18)
masks = hnp.arrays(np.bool_, SIZE.shape, elements=st.booleans()).map(Mask.from_array)
points = st.tuples(st.floats(-5, 30), st.floats(-5, 25))


def _ring(*points: tuple[float, float]) -> FloatArray:
    return np.array(points, np.float64)


def _square(left: float, top: float, side: float) -> FloatArray:
    return _ring((left, top), (left + side, top), (left + side, top + side), (left, top + side))


RING = PolygonPart(_square(0, 0, 10), (_square(3, 3, 4)[::-1],))


@given(masks, points, points)
def test_the_pieces_of_a_mask_are_disjoint_and_together_the_mask(
    mask: Mask, start: tuple[float, float], end: tuple[float, float]
) -> None:
    pieces = cut_mask(mask, (start, end))
    if pieces is None:
        return
    assert len(pieces) > len(components(mask))
    assert sum(piece.area for piece in pieces) == mask.area
    together = Mask.empty()
    for piece in pieces:
        together = together.united(piece)
    assert together == mask


def test_a_line_parts_the_pixels_at_its_two_sides() -> None:
    block = Mask.from_array(np.ones((10, 10), np.bool_))
    pieces = cut_mask(block, ((-1.0, 4.0), (11.0, 4.0)))
    assert pieces is not None
    assert sorted(piece.area for piece in pieces) == [40, 60]


def test_a_line_that_ends_inside_divides_nothing() -> None:
    block = Mask.from_array(np.ones((10, 10), np.bool_))
    assert cut_mask(block, ((-1.0, 4.0), (6.0, 4.0))) is None
    assert cut_mask(Mask.empty(), ((0.0, 0.0), (1.0, 1.0))) is None


def test_a_ring_needs_two_cuts() -> None:
    pixels = np.ones((12, 12), np.bool_)
    pixels[4:8, 4:8] = False
    ring = Mask.from_array(pixels)
    assert cut_mask(ring, ((6.0, -1.0), (6.0, 6.0))) is None
    pieces = cut_mask(ring, ((6.0, -1.0), (6.0, 13.0)))
    assert pieces is not None
    assert len(pieces) == 2


def test_an_outline_is_cut_with_its_hole() -> None:
    first, second = cut_part(RING, ((5.0, -1.0), (5.0, 11.0)))
    assert not first.holes
    assert not second.holes
    assert part_area(first) == part_area(second) == pytest.approx(42)


def test_a_hole_beside_the_cut_stays_a_hole_of_its_piece() -> None:
    pieces = cut_part(RING, ((1.0, -1.0), (1.0, 11.0)))
    assert sorted(len(piece.holes) for piece in pieces) == [0, 1]
    assert sum(map(part_area, pieces)) == pytest.approx(part_area(RING))


@pytest.mark.parametrize(
    "line",
    [
        ((5.0, -1.0), (5.0, 5.0)),  # ends in the hole: one wall is cut, nothing falls apart
        ((5.0, -1.0), (5.0, 1.0)),  # ends in the object
        ((20.0, 0.0), (20.0, 9.0)),
        ((5.0, 5.0), (5.0, 5.0)),
        ((5.0, 0.0), (5.0, 1e-170)),
    ],
)
def test_a_line_that_divides_nothing_leaves_the_outline(
    line: tuple[tuple[float, float], tuple[float, float]],
) -> None:
    assert cut_part(RING, line) == (RING,)


def test_a_line_through_corners_cuts_exactly_there() -> None:
    first, second = cut_part(PolygonPart(_square(0, 0, 10)), ((-1.0, -1.0), (11.0, 11.0)))
    assert len(first.exterior) == len(second.exterior) == 3
    assert part_area(first) == part_area(second) == pytest.approx(50)


def test_a_concave_outline_falls_into_all_of_its_pieces() -> None:
    fork = PolygonPart(_ring((0, 0), (2, 0), (2, 6), (4, 6), (4, 0), (6, 0), (6, 10), (0, 10)))
    assert len(cut_part(fork, ((-1.0, 3.0), (7.0, 3.0)))) == 3
    assert len(cut_part(fork, ((-1.0, 3.0), (3.0, 3.0)))) == 2


@given(
    st.lists(st.floats(0.3, 1.0), min_size=4, max_size=14),
    st.booleans(),
    points,
    points,
)
def test_pieces_of_any_star_have_its_area_and_its_vertices(
    radii: list[float],
    flipped: bool,
    start: tuple[float, float],
    end: tuple[float, float],
) -> None:
    angles = np.linspace(0, 2 * np.pi, len(radii), endpoint=False)
    unit = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    outer = unit * np.array(radii)[:, None] * 10 + (12.0, 9.0)
    inner = unit * np.array(radii)[:, None] * 4 + (12.0, 9.0)
    part = PolygonPart(outer[::-1] if flipped else outer, (inner,))
    pieces = cut_part(part, (start, end))
    assert sum(map(part_area, pieces)) == pytest.approx(part_area(part), abs=1e-6)
    vertices = {tuple(point) for ring in part.rings for point in ring.tolist()}
    after = {tuple(p) for piece in pieces for ring in piece.rings for p in ring.tolist()}
    assert vertices <= after
    if len(pieces) > 1:
        turned = signed_area(part.exterior) > 0
        assert all((signed_area(piece.exterior) > 0) == turned for piece in pieces)
    assert Polygon(pieces).bounds.width == pytest.approx(Polygon((part,)).bounds.width)


grid_points = st.tuples(st.integers(-2, 26), st.integers(-2, 20))


@given(masks.filter(lambda mask: not mask.is_empty), grid_points, grid_points)
def test_corners_that_touch_and_lie_on_the_line_lose_no_area(
    mask: Mask, start: tuple[int, int], end: tuple[int, int]
) -> None:
    for part in trace_mask(mask).parts:
        pieces = cut_part(part, (start, end))
        assert sum(map(part_area, pieces)) == pytest.approx(part_area(part), abs=1e-6)


def test_an_outline_without_area_is_left() -> None:
    bow = PolygonPart(_ring((0, 0), (10, 10), (10, 0), (0, 10)))
    assert sum(map(part_area, cut_part(bow, ((5.0, -1.0), (5.0, 11.0))))) == pytest.approx(0)
