import numpy as np
import pytest

from core.document.geometry import Size
from core.document.mask import Mask
from core.grouping import build_hierarchy
from core.grouping.browser import RegionBrowser
from core.grouping.sharpening import sharpen
from tests.core.grouping.test_snapping import four_columns


def block(left: int, width: int, height: int = 10) -> Mask:
    return Mask.from_array(np.ones((height, width)), left, 0)


def test_a_mask_takes_the_regions_that_it_nearly_fills_and_leaves_those_it_hardly_touches() -> None:
    found = sharpen([block(1, 10)], four_columns())
    assert found.masks == (block(0, 10),)
    assert found.changed_share == pytest.approx(20 / 100)
    assert found.changed_masks == 1


def test_where_it_is_not_clear_the_pixels_stay() -> None:
    half = block(0, 8)
    assert sharpen([half], four_columns()).masks == (half,)


def test_a_mask_smaller_than_any_region_stays() -> None:
    speck = block(6, 1, 2)
    found = sharpen([speck], four_columns())
    assert found.masks == (speck,)
    assert found.changed_share == 0


def test_neighbours_do_not_take_the_same_region() -> None:
    one, other = sharpen([block(0, 9), block(9, 9)], four_columns()).masks
    assert one.intersected(other).is_empty
    assert one == block(0, 10)


def test_nothing_is_answered() -> None:
    found = sharpen([], four_columns())
    assert (found.masks, found.changed_share) == ((), 0)


def test_a_coarse_mask_comes_nearer_to_the_edge_of_the_picture_s_object() -> None:
    rows, columns = np.mgrid[:96, :128]
    disk = (rows - 48) ** 2 + (columns - 64) ** 2 <= 30**2
    picture = np.where(disk, 200, 40).astype(np.uint8)[:, :, None].repeat(3, axis=2)
    browser = RegionBrowser(build_hierarchy(picture), Size(128, 96))
    coarse = disk[::8, ::8].repeat(8, axis=0).repeat(8, axis=1)
    truth = Mask.from_array(disk)

    def overlap(mask: Mask) -> float:
        return mask.intersected(truth).area / mask.united(truth).area

    raw = Mask.from_array(coarse)
    (sharp,) = sharpen([raw], browser).masks
    assert overlap(raw) < 0.93
    assert overlap(sharp) > overlap(raw)


def test_a_mask_whose_colours_speak_against_it_is_held_back() -> None:
    mask = block(1, 10)
    picture = np.full((10, 16, 3), 40, np.uint8)
    picture[:, 1:11] = 220
    browser = four_columns()
    held = sharpen([mask], browser, picture)
    assert (held.masks, held.changed_masks, held.held_back_masks) == ((mask,), 0, 1)
    picture[:, :10], picture[:, 10:] = 220, 40
    found = sharpen([mask], browser, picture)
    assert (found.changed_masks, found.held_back_masks) == (1, 0)
    assert found.masks == sharpen([mask], browser).masks
