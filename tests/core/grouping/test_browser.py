from __future__ import annotations

import itertools

import numpy as np
import pytest

from core.document.geometry import Size
from core.grouping import build_hierarchy
from core.grouping.browser import REGIONS_KEPT, RegionBrowser
from core.grouping.hierarchy import Hierarchy
from tests.core.grouping.pictures import shapes_picture
from tests.core.grouping.test_hierarchy import leaves_below

SIZE = Size(160, 120)


@pytest.fixture(scope="module")
def browser() -> RegionBrowser:
    return RegionBrowser(build_hierarchy(shapes_picture(120, 160)), SIZE)


def test_every_region_has_the_pixels_of_its_leaves(browser: RegionBrowser) -> None:
    hierarchy = browser.hierarchy
    for node, leaves in enumerate(leaves_below(hierarchy)):
        expected = np.isin(hierarchy.leaf_labels, list(leaves))
        assert np.array_equal(browser.region(node).to_array(SIZE), expected)
        assert browser.area(node) == expected.sum()


def test_ancestors_lead_from_the_leaf_under_the_cursor_to_the_whole_image(
    browser: RegionBrowser,
) -> None:
    nodes = browser.ancestors(browser.leaf_at(33.4, 71.9))
    assert nodes[0] == browser.hierarchy.leaf_labels[71, 33]
    assert nodes[-1] == browser.hierarchy.root
    for child, parent in itertools.pairwise(nodes):
        assert browser.parent(child) == parent
        assert browser.children_towards(parent, nodes[0]) == child
        assert browser.contains(parent, child)
        assert not browser.contains(child, parent)
    assert browser.children_towards(nodes[0], nodes[0]) == nodes[0]
    assert browser.region(browser.node_at(33.4, 71.9, 4)).contains(33.4, 71.9)
    assert browser.node_at(33.4, 71.9, 4) == nodes[4]
    assert browser.node_at(33.4, 71.9, 10_000) == browser.hierarchy.root


def test_a_leaf_elsewhere_has_no_child_towards_it(browser: RegionBrowser) -> None:
    with pytest.raises(ValueError, match="outside"):
        browser.children_towards(0, 1)


def test_points_beside_the_image_count_as_its_border(browser: RegionBrowser) -> None:
    assert browser.leaf_at(-5, -5) == browser.leaf_at(0, 0)
    assert browser.leaf_at(160.0, 120.0) == browser.leaf_at(159.5, 119.5)


def test_levels_grow_visibly_and_end_at_the_whole_image(browser: RegionBrowser) -> None:
    leaf = browser.leaf_at(80, 60)
    levels = browser.levels(leaf, min_growth=1.5)
    assert levels[-1] == browser.hierarchy.root
    assert set(levels.tolist()) <= set(browser.ancestors(leaf).tolist())
    areas = browser.areas(levels)
    assert (areas[1:] >= 1.5 * areas[:-1]).all()


def test_the_tool_opens_at_the_size_accepted_last(browser: RegionBrowser) -> None:
    for node in browser.ancestors(browser.leaf_at(80, 60)):
        opened = browser.opening_node(80, 60, browser.area(node))
        assert browser.area(opened) == browser.area(node)
    assert browser.region(browser.opening_node(80, 60)).contains(80, 60)


def test_cuts_are_coarser_the_higher_they_are(browser: RegionBrowser) -> None:
    counts = []
    finer = None
    for altitude in (0.0, 0.2, 0.4, 0.6, 1.0):
        labels = browser.cut(altitude)
        counts.append(len(np.unique(labels)))
        assert labels.max() + 1 == counts[-1]
        if finer is not None:
            pairs = np.unique(np.stack([finer.ravel(), labels.ravel()]), axis=1)
            assert pairs.shape[1] == finer.max() + 1
        finer = labels
    assert counts == sorted(counts, reverse=True)
    assert counts[-1] == 1


def test_a_cut_joins_what_lies_below_the_altitude(browser: RegionBrowser) -> None:
    hierarchy = browser.hierarchy
    labels = browser.cut(0.4)
    for x, y in ((3, 3), (80, 60), (150, 100)):
        nodes = browser.ancestors(browser.leaf_at(x, y))
        highest = nodes[hierarchy.altitudes[nodes] <= 0.4][-1]
        region = browser.region(int(highest)).to_array(SIZE)
        assert np.array_equal(labels == labels[y, x], region)


def test_boundaries_lie_between_regions(browser: RegionBrowser) -> None:
    boundary = browser.boundaries(0.3)
    labels = browser.cut(0.3)
    assert np.array_equal(
        boundary[:-1, :-1],
        (labels[:-1, :-1] != labels[:-1, 1:]) | (labels[:-1, :-1] != labels[1:, :-1]),
    )
    assert not browser.boundaries(1.0).any()


@pytest.mark.parametrize("count", [1, 2, 17, 100])
def test_a_cut_has_the_number_of_regions_asked_for(browser: RegionBrowser, count: int) -> None:
    assert len(np.unique(browser.cut_to_count(count))) == count


def small_hierarchy_of_a_large_image() -> tuple[Hierarchy, np.ndarray]:
    picture = shapes_picture(620, 830, seed=3)
    small = np.ascontiguousarray(picture[::2, ::2])
    return build_hierarchy(small), picture


def test_regions_of_a_hierarchy_at_a_smaller_scale_fill_the_image() -> None:
    hierarchy, picture = small_hierarchy_of_a_large_image()
    size = Size(830, 620)
    for browser in (RegionBrowser(hierarchy, size), RegionBrowser(hierarchy, size, picture)):
        covered = np.zeros(size.shape, np.int32)
        # The twelve regions of this cut: children of the eleven highest nodes that are lower.
        lowest = hierarchy.node_count - 11
        nodes = np.flatnonzero(hierarchy.parents[:lowest] >= lowest).tolist()
        assert len(nodes) == 12
        for node in nodes:
            covered += browser.region(node).to_array(size)
        assert (covered == 1).all()
        assert browser.region(hierarchy.root).area == 830 * 620


def test_an_image_of_another_size_is_refused() -> None:
    hierarchy, picture = small_hierarchy_of_a_large_image()
    with pytest.raises(ValueError, match="differ"):
        RegionBrowser(hierarchy, Size(100, 100), picture)


def test_a_glance_is_near_the_region_until_that_is_known() -> None:
    picture = shapes_picture(360, 480)
    hierarchy = build_hierarchy(picture[::2, ::2])
    browser = RegionBrowser(hierarchy, Size(480, 360), picture)
    node = browser.opening_node(200, 150)

    assert not browser.is_sharp(node)
    rough = browser.glance(node)
    exact = browser.region(node)

    assert rough != exact, "borders of the small picture are not those of the large one"
    differing = rough.area + exact.area - 2 * rough.intersected(exact).area
    assert differing < 0.2 * exact.area
    assert browser.is_sharp(node)
    assert browser.glance(node) == exact


def test_where_no_border_moves_a_glance_is_the_region(browser: RegionBrowser) -> None:
    node = browser.opening_node(60, 60)

    assert browser.is_sharp(node)
    assert browser.glance(node) == browser.region(node)


def test_regions_kept_are_few_and_stay_the_same() -> None:
    picture = shapes_picture(120, 160)
    browser = RegionBrowser(build_hierarchy(picture[::2, ::2]), Size(160, 120), picture)
    first = {node: browser.region(node) for node in range(REGIONS_KEPT + 4)}

    assert not browser.is_sharp(0)
    assert browser.is_sharp(REGIONS_KEPT)
    assert all(browser.region(node) == mask for node, mask in first.items())
