import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis.extra.numpy import array_shapes, arrays

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
from gui.canvas.layers.contours import (
    EXACT_OCTAVE,
    ContourCache,
    Contours,
    contours_of,
    mask_rings,
    octave_of,
)

BoolArray = npt.NDArray[np.bool_]
EVERYTHING = Box(-1e6, -1e6, 2e6, 2e6)


def inside_of(rings: list[npt.NDArray[np.float32]], size: Size) -> BoolArray:
    """Pixels whose centre the rings enclose by the even-odd rule; slow and simple."""
    result = np.zeros(size.shape, np.bool_)
    centre_x = np.arange(size.width) + 0.5
    for row in range(size.height):
        y = row + 0.5
        for ring in rings:
            for (x0, y0), (x1, y1) in zip(ring, np.roll(ring, -1, axis=0), strict=True):
                if (y0 <= y) != (y1 <= y):
                    crossing = x0 + (y - y0) * (x1 - x0) / (y1 - y0)
                    result[row] ^= centre_x < crossing
    return result


@given(arrays(np.bool_, array_shapes(min_dims=2, max_dims=2, max_side=12)))
@settings(max_examples=200)
def test_rings_run_exactly_along_the_edges_of_the_pixels(pixels: BoolArray) -> None:
    height, width = pixels.shape
    rings = mask_rings(pixels, 0, 0)
    assert np.array_equal(inside_of(rings, Size(width, height)), pixels)
    for ring in rings:
        steps = np.roll(ring, -1, axis=0) - ring
        assert np.all((steps != 0).sum(axis=1) == 1), "only level and upright edges"


def test_rings_lie_where_the_mask_lies() -> None:
    [ring] = mask_rings(np.ones((2, 3), np.bool_), left=10, top=20)
    assert ring.min(axis=0).tolist() == [10, 20]
    assert ring.max(axis=0).tolist() == [13, 22]


@pytest.mark.parametrize("octave", [-4, -3, -2, -1, 0, 1, 2])
def test_simplified_outlines_stay_within_a_pixel_of_the_screen(octave: int) -> None:
    disc = np.zeros((400, 500), np.uint8)
    cv2.circle(disc, (240, 200), 170, 1, -1)
    cv2.circle(disc, (250, 190), 60, 0, -1)
    contours = contours_of(Mask.from_array(disc), octave)
    drawn = np.zeros_like(disc)
    rings = [np.round(ring * 16 - 8).astype(np.int32) for ring in contours.rings]
    cv2.fillPoly(drawn, rings, 1, cv2.LINE_8, 4)
    difference = (drawn != disc).astype(np.uint8)
    farthest_px = int(cv2.distanceTransform(difference, cv2.DIST_L1, 3).max())
    assert farthest_px <= 1 + 1.7 / 2.0**octave
    if octave < 0:
        assert sum(map(len, contours.rings)) < 250


def test_from_four_times_on_nothing_is_simplified() -> None:
    rng = np.random.default_rng(3)
    ring = rng.random((200, 2)) * 50
    [drawn] = contours_of(Polygon.from_points(ring), octave_of(4.0)).rings
    assert np.array_equal(drawn, ring.astype(np.float32))
    assert octave_of(4.0) == octave_of(60.0) == EXACT_OCTAVE


def test_a_speck_is_still_drawn_when_the_view_is_far_away() -> None:
    speck = np.zeros((64, 64), np.bool_)
    speck[30, 31] = True
    assert contours_of(Mask.from_array(speck, 1000, 1000), -5).rings


def test_every_kind_of_geometry_has_something_to_draw() -> None:
    part = PolygonPart(np.array([[0, 0], [9, 0], [9, 9]]), (np.array([[6, 1], [8, 1], [8, 3]]),))
    two = Polygon((part, PolygonPart(np.array([[20, 0], [29, 0], [29, 9]]))))
    assert [len(group) for group in contours_of(two, 2).groups] == [2, 1]
    assert contours_of(Box(1, 2, 3, 4), 0).rings[0].tolist() == [[1, 2], [4, 2], [4, 6], [1, 6]]
    assert len(contours_of(RotatedBox(5, 5, 4, 2, 30), 0).rings[0]) == 4
    line = contours_of(Scribble(np.array([[1.0, 1.0]]), 2.5), 0)
    assert (len(line.lines), line.line_radius_px) == (1, 2.5)
    points = contours_of(
        Keypoints(((1, 2, Visibility.VISIBLE), (0, 0, Visibility.UNLABELLED))), 0
    ).points
    assert points is not None
    assert points.tolist() == [[1, 2]]
    assert contours_of(Mask.empty(), 0).rings == []


def test_the_cache_gives_bounds_and_forgets_what_is_gone() -> None:
    cache = ContourCache()
    one, two = Polygon.from_points([(1, 2), (5, 2), (5, 9)]), Box(0, 0, 2, 2)
    first = cache.entries([one, two])
    assert [entry.bounds for entry in first] == [Box(1, 2, 4, 7), two]
    drawn = first[0].contours(0, EVERYTHING)
    assert cache.entry(one).contours(0, EVERYTHING) is drawn
    cache.entries([two])
    assert cache.entry(one) is not first[0]


def test_of_a_huge_mask_seen_closely_only_the_visible_part_is_traced() -> None:
    pixels = np.ones((3000, 3000), np.bool_)
    pixels[1500, 1500] = False
    mask = Mask.from_array(pixels)
    contours: Contours = ContourCache().entry(mask).contours(1, Box(1400, 1400, 200, 200))
    hole = min(contours.rings, key=lambda ring: float(np.ptp(ring)))
    assert sorted(map(tuple, hole.tolist())) == [
        (1500, 1500),
        (1500, 1501),
        (1501, 1500),
        (1501, 1501),
    ]
    assert max(float(np.ptp(ring)) for ring in contours.rings) <= 1024


def test_the_window_does_not_wait_for_the_outlines_of_a_large_mask() -> None:
    entry = ContourCache().entry(Mask.from_array(np.ones((900, 900), np.bool_)))
    assert entry.quick_contours(-1, EVERYTHING) is None
    made = entry.contours(-1, EVERYTHING)
    assert entry.quick_contours(-1, EVERYTHING) is made
    small = ContourCache().entry(Mask.from_array(np.ones((90, 90), np.bool_)))
    assert small.quick_contours(-1, EVERYTHING) is not None
