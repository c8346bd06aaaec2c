from __future__ import annotations

import numpy as np
import pycocotools.mask as coco_mask
import pytest
from hypothesis import given

from core.document.geometry import Polygon, Size
from core.document.mask import BoolArray, Mask
from core.imaging.rasterise import rasterise
from core.imaging.tracing import bridged_rings, simplify, trace_mask
from tests.core.imaging.shapes import coco_pixels, pixel_arrays


def pixels_of_bridged(polygon: Polygon, height: int, width: int) -> BoolArray:
    flat = [ring.tolist() for ring in bridged_rings(polygon)]
    return coco_pixels(coco_mask.merge(coco_mask.frPyObjects(flat, height, width)))


def assert_exact(pixels: BoolArray) -> None:
    height, width = pixels.shape
    mask = Mask.from_array(pixels)
    polygon = trace_mask(mask)
    assert rasterise(polygon, Size(width, height)) == mask
    assert np.array_equal(pixels_of_bridged(polygon, height, width), pixels)


def test_all_masks_of_three_by_four_come_back_pixel_for_pixel() -> None:
    places = np.arange(12)
    for number in range(1, 4096):
        assert_exact(((number >> places) & 1).astype(np.bool_).reshape(3, 4))


@given(pixel_arrays(longest_side=30))
def test_random_masks_come_back_pixel_for_pixel(pixels: BoolArray) -> None:
    if pixels.any():
        assert_exact(pixels)


@given(pixel_arrays(longest_side=20))
def test_outlines_run_along_pixel_edges_and_turn_at_every_vertex(pixels: BoolArray) -> None:
    if not pixels.any():
        return
    for part in trace_mask(Mask.from_array(pixels)).parts:
        for ring in part.rings:
            steps = np.roll(ring, -1, axis=0) - ring
            assert np.array_equal(ring, np.round(ring))
            assert ((steps == 0).sum(axis=1) == 1).all()


def test_a_ring_has_a_hole_and_two_pieces_are_two_parts() -> None:
    pixels = np.zeros((12, 20), np.bool_)
    pixels[1:10, 1:10] = True
    pixels[3:6, 3:6] = False
    pixels[2:5, 14:18] = True
    polygon = trace_mask(Mask.from_array(pixels))
    assert sorted(len(part.holes) for part in polygon.parts) == [0, 1]
    assert polygon.bounds == Mask.from_array(pixels).bounds


def test_holes_of_a_float_polygon_survive_the_bridge() -> None:
    turn = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    circle = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    rings = [circle * radius + center for radius, center in ((30.3, 35.2), (8.1, 25.7), (6.6, 44))]
    size = Size(80, 80)
    whole = Polygon.from_points(rings[0])
    polygon = Polygon((type(whole.parts[0])(rings[0], (rings[1], rings[2])),))
    mask = rasterise(polygon, size)
    assert mask.area < rasterise(whole, size).area
    assert np.array_equal(pixels_of_bridged(polygon, 80, 80), mask.to_array(size))


def test_an_empty_mask_has_no_outline() -> None:
    with pytest.raises(ValueError, match="empty mask"):
        trace_mask(Mask.empty())


def test_noise_with_thousands_of_holes_is_traced_in_reasonable_time() -> None:
    pixels = np.random.default_rng(3).random((300, 300)) < 0.6
    assert_exact(pixels)


def test_simplifying_drops_vertices_but_stays_close() -> None:
    yy, xx = np.mgrid[:200, :200]
    mask = Mask.from_array((yy - 100) ** 2 + (xx - 100) ** 2 < 80**2)
    polygon = trace_mask(mask)
    simple = simplify(polygon, 1.0)
    size = Size(200, 200)
    assert simple.vertex_count < polygon.vertex_count / 5
    shared = rasterise(simple, size).intersected(mask).area
    assert shared > 0.98 * mask.area
    original = {tuple(point) for point in polygon.parts[0].exterior.tolist()}
    assert {tuple(point) for point in simple.parts[0].exterior.tolist()} <= original


def test_simplifying_never_loses_a_part() -> None:
    polygon = trace_mask(Mask.from_array(np.ones((1, 1))))
    assert simplify(polygon, 50.0) == polygon
    with pytest.raises(ValueError, match="tolerance"):
        simplify(polygon, float("nan"))
