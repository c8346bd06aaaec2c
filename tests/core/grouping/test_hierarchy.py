from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.measure import label as label_pieces

from core.document.geometry import Size
from core.errors import Cancelled
from core.grouping import build_hierarchy
from core.grouping.browser import RegionBrowser
from core.grouping.build import enlarged, wants_enlarging
from core.grouping.hierarchy import Hierarchy, LeafRanges
from tests.core.grouping.pictures import Picture, checkerboard, noise_picture, shapes_picture


def leaves_below(hierarchy: Hierarchy) -> list[set[int]]:
    """The slow way: every node's leaves by walking the parents."""
    below: list[set[int]] = [set() for _ in range(hierarchy.node_count)]
    for leaf in range(hierarchy.leaf_count):
        node = leaf
        below[node].add(leaf)
        while node != hierarchy.root:
            node = int(hierarchy.parents[node])
            below[node].add(leaf)
    return below


def assert_is_a_tree(hierarchy: Hierarchy) -> None:
    leaves = hierarchy.leaf_count
    assert hierarchy.leaf_labels.dtype == np.int32
    assert hierarchy.parents.dtype == np.int32
    assert hierarchy.altitudes.dtype == np.float32
    assert np.array_equal(np.unique(hierarchy.leaf_labels), np.arange(leaves))
    children = np.bincount(hierarchy.parents[:-1], minlength=hierarchy.node_count)
    assert (children[:leaves] == 0).all()
    assert (children[leaves:] == 2).all()
    assert (hierarchy.altitudes[:leaves] == 0).all()
    assert (np.diff(hierarchy.altitudes[leaves:]) >= 0).all()
    assert (hierarchy.altitudes[hierarchy.parents] >= hierarchy.altitudes).all()
    assert 0 <= hierarchy.altitudes.min() <= hierarchy.altitudes.max() <= 1


ODD_PICTURES: dict[str, Picture] = {
    "one pixel": np.zeros((1, 1, 3), np.uint8),
    "a row": noise_picture(1, 40),
    "a column": noise_picture(40, 1),
    "constant": np.full((50, 60, 3), 7, np.uint8),
    "two colours": checkerboard(60, 60),
    "two pixels": np.array([[[0, 0, 0], [255, 255, 255]]], np.uint8),
    "noise": noise_picture(70, 90),
    "grey": shapes_picture()[:, :, 0],
    "grey with a channel": shapes_picture()[:, :, :1],
    "very long": noise_picture(3, 120_000),
    "not contiguous": shapes_picture(200, 200)[::2, ::3, ::-1],
}


@pytest.mark.parametrize("name", ODD_PICTURES)
def test_odd_pictures_give_a_sound_tree(name: str) -> None:
    picture = ODD_PICTURES[name]
    hierarchy = build_hierarchy(picture)
    assert hierarchy.leaf_labels.shape == picture.shape[:2]
    assert_is_a_tree(hierarchy)


def test_a_constant_picture_is_one_region() -> None:
    assert build_hierarchy(np.full((30, 40, 3), 9, np.uint8)).leaf_count == 1


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 10_000))
def test_any_picture_gives_a_sound_tree_of_connected_regions(
    height: int, width: int, seed: int
) -> None:
    hierarchy = build_hierarchy(noise_picture(height, width, seed))
    assert_is_a_tree(hierarchy)
    ranges = LeafRanges.of(hierarchy)
    for node, leaves in enumerate(leaves_below(hierarchy)):
        assert leaves == set(range(ranges.first[node], ranges.last[node]))
        inside = np.isin(hierarchy.leaf_labels, list(leaves))
        assert label_pieces(inside, connectivity=1).max() == 1


def test_regions_stay_connected_when_labels_are_enlarged() -> None:
    picture = shapes_picture(700, 900)
    hierarchy = build_hierarchy(picture)
    assert hierarchy.leaf_labels.shape == (700, 900)
    assert_is_a_tree(hierarchy)
    ranges = LeafRanges.of(hierarchy)
    for count in (2, 10, 100, hierarchy.leaf_count):
        regions = ranges.regions_of_count(hierarchy, count)[hierarchy.leaf_labels]
        assert label_pieces(regions, background=-1, connectivity=1).max() == count


def test_the_regions_follow_the_edges_of_the_full_picture() -> None:
    rows, columns = np.mgrid[:900, :900]
    disc = (rows - 431.3) ** 2 + (columns - 463.7) ** 2 < 300**2
    picture = np.where(disc[..., None], (200, 40, 40), (30, 90, 60)).astype(np.uint8)
    browser = RegionBrowser(build_hierarchy(picture), Size(900, 900))
    best = 0.0
    for node in browser.ancestors(browser.leaf_at(463, 431)).tolist():
        region = browser.region(node).to_array(Size(900, 900))
        best = max(best, (region & disc).sum() / (region | disc).sum())
    assert best > 0.995


@pytest.mark.parametrize("brightness", [(0, 12), (4, 28), (230, 250)])
def test_dim_things_are_found_too(brightness: tuple[int, int]) -> None:
    rows, columns = np.mgrid[:200, :240]
    disc = (rows - 90) ** 2 + (columns - 120) ** 2 < 40**2
    grey = np.where(disc, brightness[1], brightness[0]).astype(np.uint8)
    hierarchy = build_hierarchy(grey)
    browser = RegionBrowser(hierarchy, Size(240, 200))
    nodes = browser.ancestors(browser.leaf_at(120, 90))
    regions = [browser.region(int(node)).to_array(Size(240, 200)) for node in nodes]
    overlaps = [(region & disc).sum() / (region | disc).sum() for region in regions]
    best = int(np.argmax(overlaps))
    assert overlaps[best] > 0.97
    assert hierarchy.altitudes[browser.parent(int(nodes[best]))] > 0.5


def test_the_same_picture_gives_the_same_hierarchy() -> None:
    picture = shapes_picture(600, 800)
    one, other = build_hierarchy(picture), build_hierarchy(picture.copy())
    assert np.array_equal(one.leaf_labels, other.leaf_labels)
    assert np.array_equal(one.parents, other.parents)
    assert np.array_equal(one.altitudes, other.altitudes)


def test_the_picture_is_left_alone() -> None:
    picture = shapes_picture()
    picture.flags.writeable = False
    before = picture.copy()
    build_hierarchy(picture)
    assert np.array_equal(picture, before)


def test_progress_rises_to_one() -> None:
    seen: list[float] = []
    build_hierarchy(shapes_picture(600, 800), progress=seen.append)
    assert seen == sorted(seen)
    assert seen[0] == 0.0
    assert seen[-1] == 1.0


@pytest.mark.parametrize("calls", [0, 1, 3, 6, 12])
def test_cancelling_at_any_stage_stops_the_work(calls: int) -> None:
    asked = 0

    def cancelled() -> bool:
        nonlocal asked
        asked += 1
        return asked > calls

    with pytest.raises(Cancelled):
        build_hierarchy(shapes_picture(600, 800), cancelled=cancelled)
    assert asked == calls + 1


def test_a_tree_that_is_none_is_refused() -> None:
    labels = np.zeros((2, 2), np.int32)
    with pytest.raises(ValueError, match="parent"):
        Hierarchy(labels, np.array([2, 0, 2], np.int32), np.zeros(3, np.float32))
    with pytest.raises(ValueError, match="2n - 1"):
        Hierarchy(labels, np.array([1, 1], np.int32), np.zeros(2, np.float32))


def test_a_tree_that_can_be_used_sooner_is_enlarged_later_with_the_same_nodes() -> None:
    picture = cv2.resize(shapes_picture(seed=3), (1200, 900), interpolation=cv2.INTER_CUBIC)
    picture = np.asarray(picture, np.uint8)
    early = build_hierarchy(picture, stored_pixels=300_000)
    assert early.leaf_labels.size <= 300_000
    assert wants_enlarging(early, (900, 1200))
    late = enlarged(early, picture)
    assert late.leaf_labels.shape == (900, 1200)
    assert np.array_equal(late.parents, early.parents)
    assert not wants_enlarging(late, (900, 1200))
    assert enlarged(late, picture) is late
    at_once = build_hierarchy(picture)
    assert (late.leaf_labels == at_once.leaf_labels).mean() > 0.99
    with pytest.raises(Cancelled):
        enlarged(early, picture, cancelled=lambda: True)
