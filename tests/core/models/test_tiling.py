from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.document.annotation import bounds_of_geometry
from core.document.geometry import Box, Size
from core.document.mask import Mask
from core.errors import ModelError
from core.models.adapter import RgbImage
from core.models.proposal import Proposal
from core.models.registry import find_model
from core.models.tiling import (
    OVERLAP,
    TileFinding,
    merge_findings,
    propose_in_tiles,
    tile_side_px,
    tiles,
)
from tests.core.models.oracle import ScaledOracle, bright_components


def picture_of_blobs(size: Size, side: int, step: int) -> tuple[RgbImage, set[tuple[int, int]]]:
    image = np.zeros((*size.shape, 3), np.uint8)
    places = {
        (x, y)
        for y in range(3, size.height - side, step)
        for x in range(3, size.width - side, step)
    }
    for x, y in places:
        image[y : y + side, x : x + side] = 255
    return image, places


@settings(max_examples=60, deadline=None)
@given(width=st.integers(1, 3000), height=st.integers(1, 3000), tile_px=st.integers(16, 1024))
def test_tiles_cover_the_image_and_overlap(width: int, height: int, tile_px: int) -> None:
    found = tiles(Size(width, height), tile_px)
    for starts, length in [
        (sorted({tile.left for tile in found}), width),
        (sorted({tile.top for tile in found}), height),
    ]:
        side = min(tile_px, length)
        assert starts[0] == 0
        assert starts[-1] + side == length
        overlaps = [side - (b - a) for a, b in pairwise(starts)]
        assert all(overlap >= OVERLAP * side - 1 for overlap in overlaps)


def test_every_object_is_found_once_across_tiles() -> None:
    image, places = picture_of_blobs(Size(1500, 1100), side=30, step=47)
    found = propose_in_tiles(image, 400, bright_components)
    masks = [item.geometry for item in found]
    assert {
        (int(mask.bounds.x), int(mask.bounds.y)) for mask in masks if isinstance(mask, Mask)
    } == places
    assert len(found) == len(places)
    assert all(isinstance(mask, Mask) and mask.area == 900 for mask in masks)
    assert all(item.score == 0.8 for item in found)
    for item in found:
        assert item.soft_mask is not None
        assert item.soft_mask.box == bounds_of_geometry(item.geometry)


def finding(
    box: Box, score: float, label: str = "cat", tile: int = 0, is_cut: bool = False
) -> TileFinding:
    return TileFinding(Proposal(7, box, score, label, "x"), tile, is_cut)


def test_labels_do_not_hide_each_other() -> None:
    kept = merge_findings(
        [
            finding(Box(0, 0, 10, 10), 0.5),
            finding(Box(0, 0, 10, 10), 0.9, "dog", 1),
            finding(Box(1, 0, 10, 10), 0.4, "cat", 2),
            finding(Box(2, 2, 3, 3), 0.3, "dog", 2),
        ]
    )
    assert [(item.label, item.score) for item in kept] == [("dog", 0.9), ("cat", 0.5)]
    assert [item.id for item in kept] == [0, 1]
    assert merge_findings([]) == ()


def test_what_one_tile_tells_apart_stays_apart() -> None:
    """A child before its mother: the model has decided that these are two."""
    kept = merge_findings([finding(Box(0, 0, 40, 90), 0.9), finding(Box(10, 40, 20, 45), 0.8)])
    assert len(kept) == 2


def test_a_piece_gives_way_to_the_whole() -> None:
    whole = finding(Box(0, 0, 100, 100), 0.4, tile=-1)
    pieces = [finding(Box(0, 0, 50, 100), 0.99, tile=0, is_cut=True)]
    pieces.append(finding(Box(30, 0, 70, 100), 0.9, tile=1, is_cut=True))
    kept = merge_findings([*pieces, whole])
    assert [(item.geometry, item.score) for item in kept] == [(Box(0, 0, 100, 100), 0.4)]


def test_a_piece_does_not_give_way_to_a_guess() -> None:
    guess = finding(Box(0, 0, 100, 100), 0.06, tile=-1)
    kept = merge_findings([guess, finding(Box(0, 0, 90, 100), 0.99, is_cut=True)])
    assert [item.score for item in kept] == [0.495]


def test_objects_beside_each_other_are_told_apart_by_their_pixels() -> None:
    """The box of a slanted cell holds its small neighbour; its mask does not."""
    slanted = Mask.from_array(np.eye(60, dtype=bool))
    small = Mask.from_array(np.ones((12, 12)), 44, 4)
    kept = merge_findings(
        [
            TileFinding(Proposal(0, slanted, 0.9, "cell", "x"), 0, is_cut=False),
            TileFinding(Proposal(1, small, 0.8, "cell", "x"), 1, is_cut=False),
        ]
    )
    assert len(kept) == 2


def test_every_object_of_24_megapixels_is_found_once() -> None:
    """Specks that vanish at the input scale, and things larger than a tile."""
    image = np.zeros((4000, 6000, 3), np.uint8)
    places = set()
    for y in range(10, 3900, 97):
        for x in range(10, 3800, 101):
            side = 17 + (x * 7 + y * 3) % 60
            image[y : y + side, x : x + side] = 255
            places.add((x, y, side))
    for x, y, side in ((3950, 60, 1700), (3950, 1900, 900), (4900, 1900, 1000), (4000, 3100, 250)):
        image[y : y + side, x : x + side] = 255
        places.add((x, y, side))
    spec = find_model("maskrcnn-coco")
    tile_px = tile_side_px(spec, Size(6000, 4000), {})
    assert tile_px > 0
    oracle = ScaledOracle(800, 1333)
    found = propose_in_tiles(image, tile_px, oracle, with_whole=True)
    boxes = [bounds_of_geometry(item.geometry) for item in found]
    assert sorted((int(b.x), int(b.y), int(b.width)) for b in boxes) == sorted(places)
    assert all(isinstance(item.geometry, Mask) for item in found)
    assert len(oracle(image)) < len(places) / 2


@pytest.mark.parametrize(
    ("model", "size", "side"),
    [
        ("maskrcnn-coco", Size(640, 480), 0),
        ("maskrcnn-coco", Size(4000, 3000), 0),
        ("maskrcnn-coco", Size(6000, 4000), 1333),
        ("maskrcnn-cells", Size(1600, 1200), 0),
        ("rpn-cells", Size(4096, 4096), 832),
        ("ssdlite-coco", Size(1920, 1080), 640),
        ("ssd-coco", Size(640, 480), 0),
        ("fcn-resnet50-voc", Size(6000, 4000), 0),
        ("unet-nuclei", Size(6000, 4000), 0),
    ],
)
def test_a_picture_much_larger_than_the_input_is_cut(model: str, size: Size, side: int) -> None:
    assert tile_side_px(find_model(model), size, {}) == side


def test_a_setting_decides_about_tiles() -> None:
    spec, size = find_model("maskrcnn-coco"), Size(6000, 4000)
    assert tile_side_px(spec, size, {"tile_px": 0}) == 0
    assert tile_side_px(spec, Size(640, 480), {"tile_px": 256}) == 256
    for nonsense in ("wide", -1, 3):
        with pytest.raises(ModelError, match="tile_px"):
            tile_side_px(spec, size, {"tile_px": nonsense})
