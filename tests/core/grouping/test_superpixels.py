from __future__ import annotations

from typing import cast

import numpy as np
import pytest
from skimage.measure import label as label_pieces

from core.grouping import superpixels
from core.grouping.superpixel_methods import SuperpixelMethod, connected
from tests.core.grouping.pictures import Picture, checkerboard, noise_picture, shapes_picture

METHODS: list[SuperpixelMethod] = ["hierarchy", "slic", "watershed", "felzenszwalb"]
PICTURES: dict[str, Picture] = {
    "shapes": shapes_picture(),
    "noise": noise_picture(50, 60),
    "two colours": checkerboard(60, 60),
    "constant": np.full((30, 40, 3), 9, np.uint8),
    "one pixel": np.zeros((1, 1, 3), np.uint8),
    "a row": noise_picture(1, 50),
    "grey": shapes_picture()[:, :, 1],
}


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("method", METHODS)
def test_superpixels_are_connected_and_numbered_without_gaps(
    method: SuperpixelMethod, name: str
) -> None:
    picture = PICTURES[name]
    labels = superpixels(picture, 40, method=method)
    assert labels.dtype == np.int32
    assert labels.shape == picture.shape[:2]
    count = int(labels.max()) + 1
    assert np.array_equal(np.unique(labels), np.arange(count))
    assert label_pieces(labels, background=-1, connectivity=1).max() == count
    assert np.array_equal(labels, superpixels(picture, 40, method=method))


@pytest.mark.parametrize("method", METHODS)
def test_there_are_about_as_many_as_asked_for(method: SuperpixelMethod) -> None:
    count = len(np.unique(superpixels(shapes_picture(), 60, method=method)))
    assert count == 60 if method == "hierarchy" else 20 <= count <= 120


def test_large_pictures_are_enlarged_to_full_size() -> None:
    labels = superpixels(shapes_picture(700, 900), 80, method="slic")
    assert labels.shape == (700, 900)
    count = int(labels.max()) + 1
    assert label_pieces(labels, background=-1, connectivity=1).max() == count


def test_a_scattered_label_becomes_one_piece() -> None:
    labels = np.array([[0, 0, 1, 0], [0, 0, 1, 1], [2, 2, 0, 1]], np.int32)
    assert connected(labels).tolist() == [[0, 0, 1, 1], [0, 0, 1, 1], [2, 2, 1, 1]]


def test_unknown_methods_and_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="no superpixel method"):
        superpixels(shapes_picture(), 10, method=cast(SuperpixelMethod, "magic"))
    with pytest.raises(ValueError, match="at least 1"):
        superpixels(shapes_picture(), 0)
