import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from skimage.segmentation import flood

from core.document.geometry import Size
from core.imaging.color_region import color_region

pictures = hnp.arrays(np.uint8, (12, 15, 3), elements=st.sampled_from([0, 10, 20, 60, 255]))


@given(pictures, st.integers(0, 14), st.integers(0, 11), st.integers(0, 60))
def test_it_is_the_connected_region_of_pixels_near_the_seed(
    picture: np.ndarray, column: int, row: int, tolerance: int
) -> None:
    near = np.abs(picture.astype(int) - picture[row, column]).max(axis=2) <= tolerance
    expected = flood(near.astype(np.uint8), (row, column), connectivity=1)
    found = color_region(picture, column + 0.5, row + 0.5, tolerance)
    assert np.array_equal(found.to_array(Size(15, 12)), expected)


def test_a_region_larger_than_the_first_window_is_whole_and_its_preview_is_cut() -> None:
    picture = np.full((900, 1100, 3), 80, np.uint8)
    assert color_region(picture, 3, 3, 0).area == 900 * 1100
    assert color_region(picture, 550, 450, 0, most_px=300 * 300).area == 256 * 256


def test_a_point_outside_is_refused() -> None:
    with pytest.raises(ValueError, match="outside"):
        color_region(np.zeros((5, 5, 3), np.uint8), 5.0, 1.0, 3)
