"""Everything that the window does with regions, on pictures that are hardly any."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from core.document.geometry import Box, Size
from core.document.mask import Mask, PixelBox
from core.errors import MaskwrightError
from core.grouping.browser import RegionBrowser
from core.grouping.pixels import as_rgb
from core.grouping.recut import recut
from core.grouping.refining import refine
from core.grouping.selection import RegionSelector
from core.grouping.snapping import reach, snap
from core.grouping.storage import from_bytes, to_bytes
from core.grouping.superpixel_methods import SuperpixelMethod, build_superpixel_hierarchy
from tests.core.grouping.pictures import checkerboard, noise_picture
from tests.core.grouping.test_hierarchy import assert_is_a_tree

PICTURES: dict[str, npt.NDArray[np.generic]] = {
    "one pixel": np.zeros((1, 1, 3), np.uint8),
    "a row": noise_picture(1, 40),
    "constant": np.full((20, 30, 3), 7, np.uint8),
    "two colours": checkerboard(24, 24),
    "noise": noise_picture(24, 30),
    "not a number": np.full((12, 15), np.nan),
    "16 bit": np.arange(600, dtype=np.uint16).reshape(20, 30) * 100,
    "a very long column": noise_picture(30_000, 1),
}


@pytest.fixture(params=PICTURES)
def picture(request: pytest.FixtureRequest) -> npt.NDArray[np.uint8]:
    return as_rgb(PICTURES[request.param])


@pytest.mark.parametrize("method", ["hierarchy", "slic", "watershed", "felzenszwalb"])
def test_a_tree_of_any_superpixels_answers_every_question(
    picture: npt.NDArray[np.uint8], method: SuperpixelMethod
) -> None:
    height, width = picture.shape[:2]
    size = Size(width, height)
    tree = build_superpixel_hierarchy(picture, 12, method=method)
    assert_is_a_tree(tree)
    browser = RegionBrowser(tree, size, picture)
    selector = RegionSelector.of(browser)
    for node in selector.in_box(Box(0, 0, width, height)):
        assert browser.area(node) > 0
    points = np.array([[0.5, 0.5], [width - 0.5, height - 0.5]])
    for node in selector.under_scribble(points):
        assert browser.area(node) > 0
    half = Mask.from_array(np.ones((max(height // 2, 1), max(width // 2, 1)), np.bool_))
    assert 0.0 < reach(half, browser).best_overlap <= 1.0
    assert not snap(half, browser).is_empty
    again = from_bytes(to_bytes(tree))
    assert again is not None
    assert np.array_equal(again.leaf_labels, tree.leaf_labels)


def test_a_part_is_refined_and_the_whole_is_split_or_refused(
    picture: npt.NDArray[np.uint8],
) -> None:
    height, width = picture.shape[:2]
    tree = build_superpixel_hierarchy(picture, 1, method="hierarchy")
    browser = RegionBrowser(tree, Size(width, height), picture)
    finer = refine(browser, picture, PixelBox(0, 0, min(width, 40), min(height, 40)))
    assert_is_a_tree(finer)
    assert finer.leaf_count >= tree.leaf_count
    stroke = np.array([[width / 2, -1.0], [width / 2, height + 1.0]])
    try:
        divided = recut(browser, tree.root, stroke)
    except MaskwrightError:
        return
    assert_is_a_tree(divided.hierarchy)
