from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from skimage.measure import label as label_pieces

from core.document.geometry import Size
from core.errors import MaskwrightError
from core.grouping import build_hierarchy
from core.grouping.browser import RegionBrowser
from core.grouping.hierarchy import Hierarchy
from core.grouping.recut import Recut, recut
from tests.core.grouping.pictures import noise_picture, shapes_picture
from tests.core.grouping.test_hierarchy import assert_is_a_tree

SIZE = Size(80, 60)


def regions_of(hierarchy: Hierarchy) -> list[bytes]:
    browser = RegionBrowser(hierarchy, Size(*hierarchy.leaf_labels.shape[::-1]))
    return [browser.region(node).digest for node in range(hierarchy.node_count)]


@pytest.fixture(scope="module")
def browser() -> RegionBrowser:
    return RegionBrowser(build_hierarchy(shapes_picture(60, 80, seed=2)), SIZE)


def assert_divides(browser: RegionBrowser, node: int, divided: Recut) -> None:
    """The new tree is sound, and only what lies in the node has changed."""
    assert_is_a_tree(divided.hierarchy)
    old, new = browser.hierarchy.leaf_labels, divided.hierarchy.leaf_labels
    count = divided.hierarchy.leaf_count
    assert label_pieces(new, background=-1, connectivity=1).max() == count
    # Every new leaf lies in one old leaf.
    assert len(np.unique(np.stack([old.ravel(), new.ravel()]), axis=1).T) == count
    after = set(regions_of(divided.hierarchy))
    for other, region in enumerate(regions_of(browser.hierarchy)):
        if not browser.contains(node, other) or other == node:
            assert region in after
    again = RegionBrowser(divided.hierarchy, browser.size)
    total = np.zeros(browser.size.shape, np.int32)
    for side in divided.sides:
        total += again.region(side).to_array(browser.size)
    assert np.array_equal(total, browser.region(node).to_array(browser.size).astype(np.int32))
    for number in range(divided.hierarchy.node_count):
        pixels = again.region(number).to_array(browser.size)
        assert label_pieces(pixels, connectivity=1).max() == 1


@settings(max_examples=40, deadline=None)
@given(
    st.floats(0, 80),
    st.floats(0, 60),
    st.integers(0, 12),
    st.lists(st.tuples(st.floats(-10, 90), st.floats(-10, 70)), min_size=2, max_size=6),
)
def test_any_stroke_leaves_a_partition_or_says_that_it_does_not_divide(
    browser: RegionBrowser, x: float, y: float, level: int, points: list[tuple[float, float]]
) -> None:
    node = browser.node_at(x, y, level)
    try:
        divided = recut(browser, node, np.array(points))
    except MaskwrightError:
        return
    assert len(divided.sides) >= 2
    assert_divides(browser, node, divided)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000), st.integers(4, 18), st.floats(0.2, 0.8))
def test_noise_is_divided_too(seed: int, level: int, share: float) -> None:
    browser = RegionBrowser(build_hierarchy(noise_picture(24, 30, seed)), Size(30, 24))
    node = browser.node_at(15, 12, level)
    box = browser.region(node).box
    assume(box.width >= 3)
    x = box.left + share * box.width
    try:
        divided = recut(browser, node, np.array([[x, box.top - 1.0], [x, box.bottom + 1.0]]))
    except MaskwrightError:
        return
    assert_divides(browser, node, divided)


def missed_edge() -> tuple[RegionBrowser, np.ndarray]:
    """A disc whose two halves look alike: no grouping can know where to divide it."""
    rows, columns = np.mgrid[:90, :120]
    disc = (rows - 45) ** 2 + (columns - 60) ** 2 < 30**2
    picture = np.where(disc[..., None], (200, 70, 60), (50, 90, 80)).astype(np.uint8)
    return RegionBrowser(build_hierarchy(picture), Size(120, 90)), disc


def disc_node(browser: RegionBrowser, disc: np.ndarray) -> int:
    nodes = browser.ancestors(browser.leaf_at(60, 45)).tolist()
    return int(min(nodes, key=lambda node: abs(browser.area(node) - disc.sum())))


@pytest.mark.parametrize("ends", [(0.0, 90.0), (40.0, 50.0)])
def test_a_stroke_across_divides_a_thing_where_it_was_drawn(ends: tuple[float, float]) -> None:
    browser, disc = missed_edge()
    node = disc_node(browser, disc)
    # A short stroke in the middle is drawn out to both borders.
    divided = recut(browser, node, np.array([[60.0, ends[0]], [60.0, ends[1]]]))
    assert_divides(browser, node, divided)
    again = RegionBrowser(divided.hierarchy, browser.size)
    halves = [again.region(side).to_array(browser.size) for side in divided.sides]
    assert len(halves) == 2
    for half, side in zip(sorted(halves, key=lambda item: item[45, 80]), (1, -1), strict=True):
        expected = disc & ((np.arange(120)[None, :] - 60) * side < 0)
        assert (half & expected).sum() / (half | expected).sum() > 0.93


def test_a_cut_that_shows_the_thing_shows_its_sides() -> None:
    browser, disc = missed_edge()
    divided = recut(browser, disc_node(browser, disc), np.array([[60.0, 0.0], [60.0, 90.0]]))
    labels = RegionBrowser(divided.hierarchy, browser.size).cut(0.4)
    assert labels[45, 45] != labels[45, 75]
    assert labels[45, 45] != labels[5, 5]


def test_a_stroke_beside_the_region_divides_nothing() -> None:
    browser, disc = missed_edge()
    with pytest.raises(MaskwrightError, match="right across"):
        recut(browser, disc_node(browser, disc), np.array([[2.0, 2.0], [9.0, 2.0]]))


def test_the_whole_image_can_be_divided() -> None:
    browser = RegionBrowser(build_hierarchy(np.full((30, 40, 3), 8, np.uint8)), Size(40, 30))
    divided = recut(browser, browser.hierarchy.root, np.array([[20.0, 5.0], [20.5, 25.0]]))
    assert_divides(browser, browser.hierarchy.root, divided)
    assert divided.hierarchy.altitudes[-1] == 1.0


def test_strokes_are_scaled_to_the_labels_of_a_large_image() -> None:
    hierarchy = build_hierarchy(np.full((30, 40, 3), 8, np.uint8))
    large = RegionBrowser(hierarchy, Size(400, 300))
    divided = recut(large, hierarchy.root, np.array([[200.0, 0.0], [200.0, 300.0]]))
    again = RegionBrowser(divided.hierarchy, large.size)
    areas = [again.area(side) for side in divided.sides]
    assert sum(areas) == 120_000
    assert min(areas) > 50_000
