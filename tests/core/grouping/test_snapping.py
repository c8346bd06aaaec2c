from __future__ import annotations

import itertools

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.document.geometry import Box, Size
from core.document.mask import Mask
from core.grouping import build_hierarchy
from core.grouping.browser import RegionBrowser
from core.grouping.hierarchy import Hierarchy
from core.grouping.selection import RegionSelector
from core.grouping.snapping import fewest_nodes, reach, snap
from tests.core.grouping.pictures import shapes_picture


def four_columns() -> RegionBrowser:
    """Leaves 0 … 3 are columns of 10 × 5 pixels; (0, 1) and (2, 3) join first."""
    labels = np.repeat(np.arange(4, dtype=np.int32), 5)[None].repeat(10, axis=0)
    parents = np.array([4, 4, 5, 5, 6, 6, 6], np.int32)
    altitudes = np.array([0, 0, 0, 0, 0.2, 0.4, 0.8], np.float32)
    return RegionBrowser(Hierarchy(labels, parents, altitudes), Size(20, 10))


def overlap(one: Mask, other: Mask) -> float:
    return one.intersected(other).area / max(one.united(other).area, 1)


@given(st.integers(0, 19), st.integers(1, 20), st.integers(0, 9), st.integers(1, 10))
def test_reach_is_the_best_of_all_sets_of_regions(
    left: int, width: int, top: int, height: int
) -> None:
    browser = four_columns()
    mask = Mask.from_array(np.ones((height, width)), left, top).clipped(browser.size)
    sets = [group for n in range(1, 5) for group in itertools.combinations(range(4), n)]
    best = max(overlap(browser.union(group), mask) for group in sets)
    found = reach(mask, browser)
    assert found.best_overlap == pytest.approx(best)
    assert overlap(browser.union(found.nodes), mask) == pytest.approx(best)
    singles = [overlap(browser.region(node), mask) for node in range(7)]
    assert found.best_node_overlap == pytest.approx(max(singles))
    assert overlap(browser.region(found.best_node), mask) == pytest.approx(max(singles))


def test_the_fewest_nodes_are_whole_branches() -> None:
    hierarchy = four_columns().hierarchy
    assert fewest_nodes(hierarchy, np.array([True, True, True, False])) == (2, 4)
    assert fewest_nodes(hierarchy, np.array([True, True, True, True])) == (6,)
    assert fewest_nodes(hierarchy, np.zeros(4, np.bool_)) == ()


def test_masks_without_pixels_in_the_image_reach_nothing() -> None:
    browser = four_columns()
    for mask in (Mask.empty(), Mask.from_array(np.ones((3, 3)), 40, 40)):
        assert reach(mask, browser).best_overlap == 0
        assert snap(mask, browser).is_empty


def disc_picture() -> tuple[np.ndarray, np.ndarray]:
    rows, columns = np.mgrid[:120, :160]
    disc = (rows - 55) ** 2 + (columns - 90) ** 2 < 30**2
    colors = np.where(disc[..., None], (210, 60, 50), (60, 90, 110))
    noise = np.random.default_rng(1).normal(0, 3, colors.shape)
    return (colors + noise).clip(0, 255).astype(np.uint8), disc


def test_a_coarse_mask_is_moved_onto_the_edges() -> None:
    picture, disc = disc_picture()
    browser = RegionBrowser(build_hierarchy(picture), Size(160, 120))
    octagon = cv2.ellipse2Poly((91, 54), (32, 32), 0, 0, 360, 45)
    coarse = Mask.from_array(cv2.fillPoly(np.zeros((120, 160), np.uint8), [octagon], 1))
    exact = Mask.from_array(disc)
    snapped = snap(coarse, browser)
    assert overlap(snapped, exact) > 0.97 > overlap(coarse, exact)
    assert overlap(snap(snapped, browser), snapped) == 1.0


def test_masks_are_snapped_in_images_larger_than_their_labels() -> None:
    picture, disc = disc_picture()
    browser = RegionBrowser(build_hierarchy(picture), Size(480, 360))
    large = Mask.from_array(disc.repeat(3, axis=0).repeat(3, axis=1))
    assert overlap(snap(large, browser), large) > 0.97
    assert reach(large, browser).best_overlap > 0.97


def test_a_box_takes_the_thing_in_it() -> None:
    picture, disc = disc_picture()
    for factor in (1, 3):
        browser = RegionBrowser(build_hierarchy(picture), Size(160 * factor, 120 * factor))
        box = Box(59.0 * factor, 24.0 * factor, 63.0 * factor, 62.0 * factor)
        found = browser.union(RegionSelector.of(browser).in_box(box))
        exact = Mask.from_array(disc.repeat(factor, axis=0).repeat(factor, axis=1))
        assert overlap(found, exact) > 0.95


def test_a_scribble_takes_the_thing_under_it_and_not_what_was_avoided() -> None:
    picture, disc = disc_picture()
    browser = RegionBrowser(build_hierarchy(picture), Size(160, 120))
    selector = RegionSelector.of(browser)
    line = np.array([[75.0, 50.0], [90.0, 60.0], [105.0, 50.0]])
    exact = Mask.from_array(disc)
    assert overlap(browser.union(selector.under_scribble(line)), exact) > 0.95
    ground = np.array([[10.0, 10.0], [40.0, 100.0]])
    chosen = browser.union(selector.under_scribble(ground, avoided=line))
    assert chosen.contains(10, 10)
    assert not chosen.contains(90, 55)


def test_there_is_nothing_to_choose_in_a_picture_without_parts() -> None:
    browser = RegionBrowser(build_hierarchy(np.zeros((9, 9, 3), np.uint8)), Size(9, 9))
    selector = RegionSelector.of(browser)
    assert selector.in_box(Box(1, 1, 4, 4)) == ()
    assert selector.under_scribble(np.array([[1.0, 1.0], [4.0, 4.0]])) == ()


def test_combinations_have_the_border_and_area_of_their_pixels() -> None:
    from core.grouping.combinations import combine
    from core.grouping.node_statistics import AREA, FRAME, LENGTH, NodeStatistics
    from core.grouping.region_proposals import used_nodes

    hierarchy = build_hierarchy(shapes_picture(60, 80))
    browser = RegionBrowser(hierarchy, Size(80, 60))
    statistics = NodeStatistics.of(hierarchy, browser.ranges)
    found = combine(hierarchy, browser.ranges, statistics, regions=20, min_area_share=0)
    parts = (found.nodes >= 0).sum(axis=1)
    for count in (1, 2, 3):
        for row in np.flatnonzero(parts == count)[::7]:
            mask = browser.union(used_nodes(found.nodes[row]))
            pixels = np.pad(mask.to_array(browser.size), 1).astype(int)
            sides = np.abs(np.diff(pixels, axis=0)).sum() + np.abs(np.diff(pixels, axis=1)).sum()
            assert found.shapes[row, AREA] == mask.area
            assert found.outer[row, LENGTH] + found.shapes[row, FRAME] == sides
            left, top, right, bottom = found.edges[row] * (-1, -1, 1, 1)
            assert (left, top) == (mask.box.left, mask.box.top)
            assert (right, bottom) == (mask.box.right, mask.box.bottom)
            assert label_count(mask) == 1


def label_count(mask: Mask) -> int:
    return int(cv2.connectedComponents(mask.crop().astype(np.uint8), connectivity=4)[0]) - 1
