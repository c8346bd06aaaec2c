from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from core.models.watershed import SplitSettings, split_objects, split_settings

FloatMap = npt.NDArray[np.float32]


def _discs(*discs: tuple[int, int, int], size: int = 120) -> npt.NDArray[np.bool_]:
    canvas = np.zeros((size, size), np.uint8)
    for x, y, radius_px in discs:
        cv2.circle(canvas, (x, y), radius_px, 1, -1)
    return canvas > 0


def _maps(inside: npt.NDArray[np.bool_]) -> tuple[FloatMap, FloatMap]:
    core = cv2.erode(inside.astype(np.uint8), np.ones((3, 3), np.uint8))
    foreground = np.where(inside, 0.95, 0.02).astype(np.float32)
    return foreground, np.where(core > 0, 0.9, 0.03).astype(np.float32)


def test_two_touching_discs_become_two_objects() -> None:
    labels = split_objects(*_maps(_discs((40, 60, 18), (74, 60, 18))))
    assert labels.max() == 2
    assert labels[60, 40] != labels[60, 74]
    assert labels.dtype == np.int32


def test_a_long_object_stays_one() -> None:
    canvas = np.zeros((120, 120), np.uint8)
    cv2.ellipse(canvas, (60, 60), (45, 12), 30, 0, 360, 1, -1)
    assert split_objects(*_maps(canvas > 0)).max() == 1


def test_texture_does_not_split_a_large_object() -> None:
    foreground, interior = _maps(_discs((60, 60, 40)))
    rng = np.random.default_rng(0)
    dim = cv2.GaussianBlur(rng.random((120, 120), np.float32), (0, 0), 3)
    interior[dim > np.quantile(dim, 0.9)] *= 0.6
    labels = split_objects(foreground, interior)
    assert np.bincount(labels.ravel())[1:].max() > 0.9 * (foreground > 0.5).sum()


def test_every_foreground_pixel_of_large_objects_is_given_out() -> None:
    foreground, interior = _maps(_discs((30, 30, 15), (80, 80, 20)))
    labels = split_objects(foreground, interior)
    assert np.array_equal(labels > 0, foreground > 0.5)
    assert sorted(np.unique(labels)) == [0, 1, 2]


def test_foreground_without_interior_is_kept_and_specks_are_not() -> None:
    inside = _discs((30, 30, 5))
    inside[90:92, 90:92] = True
    foreground = np.where(inside, 0.9, 0.1).astype(np.float32)
    labels = split_objects(foreground, np.zeros_like(foreground))
    assert labels.max() == 1
    assert labels[30, 30] == 1


def test_empty_and_full_pictures_are_answered() -> None:
    nothing, everything = np.zeros((2, 40, 50), np.float32), np.ones((2, 40, 50), np.float32)
    assert split_objects(*nothing).max() == 0
    assert np.array_equal(split_objects(*everything), np.ones((40, 50), np.int32))


def test_a_hole_neither_splits_an_object_nor_stays_where_objects_have_none() -> None:
    inside = _discs((60, 60, 40))
    inside[40:80, 57:63] = False
    foreground, interior = _maps(inside)
    assert split_objects(foreground, interior)[60, 60] == 0
    labels = split_objects(foreground, interior, SplitSettings(fills_holes=True))
    assert np.array_equal(labels > 0, _discs((60, 60, 40)))
    assert labels.max() == 1


def test_settings_decide_what_is_an_object() -> None:
    foreground, interior = _maps(_discs((30, 30, 3), (80, 80, 20)))
    foreground[30:40, 80:90], interior[30:40, 80:90] = 0.6, 0.55
    assert split_objects(foreground, interior).max() == 3
    sure = SplitSettings(threshold=0.7, smallest_area_px=40)
    assert split_objects(foreground, interior, sure).max() == 1
    speckled = foreground.copy()
    speckled[::4, ::4] = 0.9
    assert split_objects(speckled, interior, SplitSettings(smoothing_px=1.5)).max() == 3


def test_settings_are_read_from_plain_values_and_nonsense_is_refused() -> None:
    given = SplitSettings(0.6, 1.0, 30, True)
    assert split_settings(given.record(), {"tile_px": 768}) == given
    assert split_settings(given.record(), {"threshold": 0.4}).threshold == 0.4
    for nonsense in ("0.5", float("nan"), -1, None):
        with pytest.raises(ValueError, match="is not a number"):
            split_settings({"threshold": nonsense})
