from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skimage.measure import label as label_pieces

from core.grouping import build_hierarchy, superpixels
from core.grouping.pixels import as_rgb
from tests.core.grouping.pictures import noise_picture, shapes_picture
from tests.core.grouping.test_hierarchy import assert_is_a_tree

NUMBERS = np.random.default_rng(0)


def with_gaps() -> npt.NDArray[np.float64]:
    """A float picture with pixels that are not a number or not finite."""
    picture = shapes_picture(60, 80).astype(np.float64) / 7
    picture[10:14, 20:40] = np.nan
    picture[0, 0], picture[5, 5] = np.inf, -np.inf
    return picture


ARRAYS: dict[str, npt.NDArray[np.generic]] = {
    "16 bit": shapes_picture(60, 80).astype(np.uint16) * 257,
    "12 bit in 16, grey": shapes_picture(60, 80)[..., 0].astype(np.uint16) * 16,
    "signed": shapes_picture(60, 80).astype(np.int32) - 9000,
    "float": shapes_picture(60, 80).astype(np.float32) / 255,
    "half floats": shapes_picture(60, 80).astype(np.float16),
    "not a number here and there": with_gaps(),
    "nothing but not a number": np.full((20, 30), np.nan),
    "bool": shapes_picture(60, 80)[..., 0] > 100,
    "two channels": shapes_picture(60, 80)[..., :2],
    "with opacity": np.dstack([shapes_picture(60, 80), np.full((60, 80), 255, np.uint8)]),
    "five bands": NUMBERS.normal(size=(40, 50, 5)),
    "bands of one value": np.ones((20, 30, 6), np.uint16),
    "a 16-bit pixel": np.array([[40_000]], np.uint16),
    "a very long column": NUMBERS.integers(0, 65_535, (30_000, 1)).astype(np.uint16),
}


@pytest.mark.parametrize("name", ARRAYS)
def test_arrays_of_any_kind_are_grouped(name: str) -> None:
    array = ARRAYS[name]
    assert_is_a_tree(build_hierarchy(array))
    labels = superpixels(array, 12)
    assert labels.shape == array.shape[:2]
    assert label_pieces(labels, background=-1, connectivity=1).max() == labels.max() + 1


@pytest.mark.parametrize("scale", [1, 257, 0.003])
def test_the_scale_of_the_numbers_does_not_matter(scale: float) -> None:
    picture = shapes_picture(80, 100).astype(np.float64)
    one, other = as_rgb(picture), as_rgb(picture * scale - 40)
    # Percentiles of floats may round a level differently.
    assert np.abs(one.astype(int) - other).max() <= 1


def test_bytes_are_taken_as_they_are() -> None:
    picture = shapes_picture()
    assert as_rgb(picture) is picture
    opaque = np.dstack([picture, np.full(picture.shape[:2], 255, np.uint8)])
    assert np.array_equal(as_rgb(opaque), picture)
    grey = as_rgb(picture[..., 0])
    assert (grey == picture[..., :1]).all()


def test_a_border_that_only_one_band_shows_is_found() -> None:
    rng = np.random.default_rng(2)
    bands = rng.normal(100, 1, (120, 120, 6))
    rows, columns = np.mgrid[:120, :120]
    disc = (rows - 60) ** 2 + (columns - 60) ** 2 < 30**2
    bands[disc, 4] += 60
    labels = superpixels(bands, 2)
    inside = labels == labels[60, 60]
    assert (inside & disc).sum() / (inside | disc).sum() > 0.95


def test_what_is_not_a_number_is_the_dark_end() -> None:
    rgb = as_rgb(with_gaps())
    assert (rgb[10:14, 20:40] == 0).all()


@given(
    st.sampled_from([np.uint8, np.int16, np.uint16, np.float32, np.float64]),
    st.integers(1, 12),
    st.integers(1, 12),
    st.integers(1, 7),
    st.integers(0, 1000),
)
def test_every_array_of_numbers_becomes_rgb_bytes(
    kind: type[np.generic], height: int, width: int, channels: int, seed: int
) -> None:
    values = np.random.default_rng(seed).normal(0, 1e4, (height, width, channels))
    rgb = as_rgb(values.astype(kind))
    assert rgb.shape == (height, width, 3)
    assert rgb.dtype == np.uint8
    assert rgb.flags.c_contiguous


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((0, 4, 3), np.uint8),
        np.zeros((4, 4, 0), np.uint8),
        np.zeros((4, 4, 3, 1), np.uint8),
        np.zeros(4),
        np.zeros((4, 4), np.complex128),
        np.full((4, 4), "text"),
    ],
)
def test_what_is_no_image_is_refused(array: npt.NDArray[np.generic]) -> None:
    with pytest.raises(ValueError, match="grouping needs numbers"):
        build_hierarchy(array)


@pytest.mark.parametrize("shape", [(1, 1), (1, 900), (30_000, 1), (50, 60)])
def test_stored_regions_take_at_most_twelve_bytes_a_pixel(shape: tuple[int, int]) -> None:
    hierarchy = build_hierarchy(noise_picture(*shape))
    arrays = (hierarchy.leaf_labels, hierarchy.parents, hierarchy.altitudes)
    assert sum(array.nbytes for array in arrays) <= 12 * shape[0] * shape[1]
