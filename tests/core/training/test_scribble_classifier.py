from __future__ import annotations

import cv2
import numpy as np
import pytest

from core.document.mask import PixelBox
from core.errors import ModelError
from core.training.scribble_classifier import (
    FloatMap,
    ScribbleClassifier,
    Stroke,
    pixel_features,
    preview,
)
from tests.core.models.pictures import Pixels, Truth, blobs


def _scribbles(truth: Truth, label: int = 3) -> list[Stroke]:
    """A short line in each of the first objects, and lines on the ground."""
    strokes = []
    for number in (1, 2, 3):
        rows, columns = np.nonzero(truth == number)
        y, x = rows.mean(), columns.mean()
        strokes.append(Stroke(label, np.array([[x - 3, y], [x + 3, y]]), 1.5))
    near = cv2.dilate((truth > 0).astype(np.uint8), np.ones((9, 9), np.uint8))
    ground = np.argwhere(near == 0)
    for y, x in ground[:: len(ground) // 6]:
        strokes.append(Stroke(0, np.array([[x + 0.5, y + 0.5]]), 2.0))
    return strokes


def _dice(masks: list[object], truth: Truth) -> float:
    found = np.zeros(truth.shape, bool)
    for mask in masks:
        found[mask.box.slices] |= mask.crop()  # type: ignore[attr-defined]
    return float(2 * (found & (truth > 0)).sum() / (found.sum() + (truth > 0).sum()))


@pytest.fixture(scope="module")
def picture() -> tuple[Pixels, Truth]:
    return blobs(4, 200, 160, count=9)


def test_a_few_scribbles_find_the_other_objects(picture: tuple[Pixels, Truth]) -> None:
    pixels, truth = picture
    classifier = ScribbleClassifier(pixels)
    classifier.fit(_scribbles(truth))
    found = classifier.objects()
    assert {part.label for part in found} == {3}
    assert _dice([part.mask for part in found], truth) > 0.85
    assert abs(len(found) - truth.max()) <= 3
    assert all(0.5 <= part.score <= 1 for part in found)


def test_the_preview_shows_the_same_in_the_part_that_is_seen(
    picture: tuple[Pixels, Truth],
) -> None:
    pixels, truth = picture
    (part,) = preview(pixels, _scribbles(truth), PixelBox(0, 0, 200, 160))
    assert _dice([part.mask], truth) > 0.85


def test_a_large_picture_is_previewed_from_a_smaller_copy() -> None:
    pixels, truth = blobs(4, 900, 700, count=20, radius_px=40)
    (part,) = preview(pixels, _scribbles(truth), PixelBox(0, 0, 900, 700))
    assert _dice([part.mask], truth) > 0.85


def test_equal_scribbles_find_equal_objects(picture: tuple[Pixels, Truth]) -> None:
    pixels, truth = picture
    first, second = (preview(pixels, _scribbles(truth), PixelBox(20, 20, 90, 90)) for _ in range(2))
    assert [part.mask for part in first] == [part.mask for part in second]


def test_scribbles_of_one_kind_say_what_is_missing(picture: tuple[Pixels, Truth]) -> None:
    pixels, truth = picture
    only = [stroke for stroke in _scribbles(truth) if stroke.label]
    for strokes in (only, []):
        with pytest.raises(ModelError, match="of one kind"):
            ScribbleClassifier(pixels).fit(strokes)
    with pytest.raises(ModelError, match="Scribble on the picture"):
        ScribbleClassifier(pixels).objects()


def test_parts_far_from_each_other_are_looked_at_alike() -> None:
    """The tiles of a large picture leave no seams."""
    pixels, truth = blobs(1, 1100, 300, count=30)
    classifier = ScribbleClassifier(pixels)
    classifier.fit(_scribbles(truth))
    labels, _ = classifier.class_map()
    seam = labels[:, 512] != labels[:, 511]
    assert seam.mean() < 0.1


def test_features_are_finite_on_flat_and_tiny_pictures() -> None:
    for shape in ((1, 1), (3, 200), (40, 40)):
        values: FloatMap = pixel_features(np.full((*shape, 3), 120, np.uint8))
        assert values.shape[:2] == shape
        assert np.isfinite(values).all()
