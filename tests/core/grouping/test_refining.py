from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.measure import label as label_pieces

from core.document.geometry import Size
from core.document.mask import Mask, PixelBox
from core.errors import Cancelled
from core.grouping import build_hierarchy
from core.grouping.browser import RegionBrowser
from core.grouping.refining import refine
from core.grouping.snapping import reach
from tests.core.grouping.pictures import Picture, shapes_picture
from tests.core.grouping.test_hierarchy import assert_is_a_tree
from tests.core.grouping.test_recut import regions_of

SIZE = Size(80, 60)


@pytest.fixture(scope="module")
def picture() -> Picture:
    return shapes_picture(60, 80, seed=2)


@pytest.fixture(scope="module")
def browser(picture: Picture) -> RegionBrowser:
    return RegionBrowser(build_hierarchy(picture), SIZE, picture)


@settings(max_examples=6, deadline=None)
@given(st.integers(-10, 85), st.integers(-10, 65), st.integers(1, 70), st.integers(1, 60))
def test_every_region_is_kept_and_the_leaves_stay_a_partition(
    browser: RegionBrowser, picture: Picture, left: int, top: int, width: int, height: int
) -> None:
    finer = refine(browser, picture, PixelBox(left, top, width, height))
    assert_is_a_tree(finer)
    assert set(regions_of(browser.hierarchy)) <= set(regions_of(finer))
    pieces = label_pieces(finer.leaf_labels, background=-1, connectivity=1)
    assert pieces.max() == finer.leaf_count


def test_it_reaches_what_the_regions_could_not() -> None:
    picture = np.full((200, 200, 3), 90, np.uint8)
    picture[100:106, 100:107] = (110, 92, 90)
    noise = np.random.default_rng(1).normal(0, 3, picture.shape)
    picture = (picture + noise).clip(0, 255).astype(np.uint8)
    browser = RegionBrowser(build_hierarchy(picture), Size(200, 200), picture)
    mask = Mask.from_array(np.ones((6, 7), np.bool_), 100, 100)
    before = reach(mask, browser).best_overlap
    finer = refine(browser, picture, PixelBox(90, 90, 27, 26))
    after = reach(mask, RegionBrowser(finer, Size(200, 200), picture)).best_overlap
    assert after > before
    assert after > 0.8


def test_outside_of_the_image_nothing_changes(browser: RegionBrowser, picture: Picture) -> None:
    assert refine(browser, picture, PixelBox(300, 300, 5, 5)) is browser.hierarchy


def test_it_stops_when_asked(browser: RegionBrowser, picture: Picture) -> None:
    with pytest.raises(Cancelled):
        refine(browser, picture, PixelBox(0, 0, 60, 60), cancelled=lambda: True)


def test_the_root_of_one_leaf_is_refined_too() -> None:
    picture = np.full((40, 40, 3), 90, np.uint8)
    browser = RegionBrowser(build_hierarchy(picture), Size(40, 40), picture)
    assert refine(browser, picture, PixelBox(0, 0, 40, 40)).leaf_count >= 1
