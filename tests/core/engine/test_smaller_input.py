from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.document.annotation import bounds_of_geometry
from core.document.geometry import Box, Polygon, Size
from core.document.mask import Mask
from core.engine.protocol import RgbImage
from core.engine.smaller_input import (
    OVERLAP,
    propose_in_tiles,
    propose_smaller,
    tiles,
    without_duplicates,
)
from core.models.proposal import Proposal, SoftMask


def bright_components(image: RgbImage) -> tuple[Proposal, ...]:
    """An oracle: every bright blob of the picture, with a mask and a soft mask."""
    cv2 = pytest.importorskip("cv2")
    count, labels = cv2.connectedComponents((image[:, :, 0] > 127).astype(np.uint8))
    found = []
    for number in range(1, count):
        mask = Mask.from_array(labels == number)
        soft = SoftMask(mask.bounds, np.full((28, 28), 255, np.uint8))
        found.append(Proposal(number, mask, 0.8, "blob", "oracle", soft))
    return tuple(found)


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


def test_labels_do_not_hide_each_other() -> None:
    items = [
        Proposal(7, Box(0, 0, 10, 10), 0.5, "cat", "x"),
        Proposal(8, Box(0, 0, 10, 10), 0.9, "dog", "x"),
        Proposal(9, Box(1, 0, 10, 10), 0.4, "cat", "x"),
        Proposal(9, Box(2, 2, 3, 3), 0.3, "dog", "x"),
    ]
    kept = without_duplicates(items)
    assert [(item.label, item.score) for item in kept] == [("dog", 0.9), ("cat", 0.5)]
    assert [item.id for item in kept] == [0, 1]
    assert without_duplicates([]) == ()


@pytest.mark.parametrize("factor", [2, 4])
@pytest.mark.parametrize("size", [Size(400, 300), Size(403, 301)])
def test_a_smaller_picture_gives_proposals_of_the_full_one(factor: int, size: Size) -> None:
    image = np.zeros((*size.shape, 3), np.uint8)
    image[40:80, 20:60] = 255
    image[size.height - 21 :, size.width - 23 :] = 255
    seen: list[tuple[int, ...]] = []

    def propose(small: RgbImage) -> tuple[Proposal, ...]:
        seen.append(small.shape)
        return bright_components(small)

    found = propose_smaller(image, factor, propose)
    assert seen == [(-(-size.height // factor), -(-size.width // factor), 3)]
    inner, corner = (item.geometry for item in found)
    assert isinstance(inner, Mask)
    assert inner.bounds == Box(20, 40, 40, 40)
    assert isinstance(corner, Mask)
    assert (corner.box.right, corner.box.bottom) == (size.width, size.height)
    assert found[0].soft_mask is not None
    assert found[0].soft_mask.box == Box(20, 40, 40, 40)


def test_boxes_and_polygons_grow_with_the_picture() -> None:
    def propose(_small: RgbImage) -> tuple[Proposal, ...]:
        outline = Polygon.from_points([(1, 1), (5, 1), (5, 4)])
        return (
            Proposal(0, Box(10, 5, 20, 20), 0.5, "", "x"),
            Proposal(1, outline, 0.4, "", "x"),
        )

    box, polygon = propose_smaller(np.zeros((50, 60, 3), np.uint8), 2, propose)
    assert box.geometry == Box(20, 10, 40, 40)
    assert polygon.geometry == Polygon.from_points([(2, 2), (10, 2), (10, 8)])
