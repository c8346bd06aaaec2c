from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.document.geometry import Box, Keypoints, Polygon, RotatedBox, Visibility
from core.document.mask import Mask
from core.editing.areas import area_of
from core.editing.knife import cut
from core.errors import MaskwrightError
from tests.core.editing.examples import SIZE, SQUARE, annotation, applied, disc_mask, document

ACROSS = ((-2.0, 8.0), (42.0, 8.0))
points = st.tuples(st.floats(-5, 45), st.floats(-5, 35))


def test_an_outline_becomes_two_outlines_and_the_larger_keeps_its_id() -> None:
    start = document(annotation(1, SQUARE))
    after = applied(start, cut(start, (1,), ((0.0, 6.0), (20.0, 6.0))))
    assert len(after.annotations) == 2
    kept = after.annotations[1].geometry
    (other,) = (item.geometry for number, item in after.annotations.items() if number != 1)
    assert isinstance(kept, Polygon)
    assert isinstance(other, Polygon)
    assert (kept.bounds.height, other.bounds.height) == (7.0, 3.0)


@given(points, points)
def test_a_mask_loses_no_pixel(start: tuple[float, float], end: tuple[float, float]) -> None:
    pixels = np.ones((20, 20), np.bool_)
    pixels[5:15, 8:12] = False
    pixels[:, 17] = False
    mask = Mask.from_array(pixels, 4, 4)
    before = document(annotation(1, mask))
    change = cut(before, (1,), (start, end))
    if change is None:
        return
    first, second = (item.geometry for item in applied(before, change).annotations.values())
    assert isinstance(first, Mask)
    assert isinstance(second, Mask)
    assert first.intersected(second).is_empty
    assert first.united(second) == mask
    assert first.area >= second.area


@pytest.mark.parametrize("shape", [Box(5, 2, 10, 12), RotatedBox(12, 8, 10, 6, 20)])
def test_boxes_become_outlines(shape: Box | RotatedBox) -> None:
    start = document(annotation(1, shape))
    after = applied(start, cut(start, (1,), ACROSS))
    assert all(isinstance(item.geometry, Polygon) for item in after.annotations.values())
    area = sum(area_of(item, SIZE).area for item in after.annotations.values())
    assert area == pytest.approx(area_of(start.annotations[1], SIZE).area, rel=0.1)


def test_an_outline_that_crosses_itself_is_cut_by_its_pixels() -> None:
    bow = Polygon.from_points([(2, 2), (30, 20), (30, 2), (2, 20)])
    start = document(annotation(1, bow))
    change = cut(start, (1,), ((8.0, -1.0), (8.0, 29.0)))
    if change is not None:
        after = applied(start, change)
        pixels = Mask.empty()
        for item in after.annotations.values():
            pixels = pixels.united(area_of(item, SIZE))
        assert abs(pixels.area - area_of(start.annotations[1], SIZE).area) < 40


def test_several_objects_are_cut_in_one_step_and_others_left() -> None:
    points = Keypoints(((3.0, 3.0, Visibility.VISIBLE),))
    start = document(
        annotation(1, SQUARE), annotation(2, disc_mask(20, 2, 12)), annotation(3, points)
    )
    after = applied(start, cut(start, (1, 2, 3), ACROSS))
    assert len(after.annotations) == 5
    assert cut(start, (3,), ACROSS) is None
    assert cut(start, (1,), ((0.0, 25.0), (30.0, 25.0))) is None


def test_locked_objects_are_refused() -> None:
    start = document(annotation(1, SQUARE, locked=True))
    with pytest.raises(MaskwrightError, match="locked"):
        cut(start, (1,), ACROSS)


def test_the_points_beside_an_outline_stay_with_the_larger_piece() -> None:
    points = Keypoints(((2, 2, Visibility.VISIBLE),))
    start = document(replace(annotation(1, SQUARE), keypoints=points))
    after = applied(start, cut(start, [1], ((0, 5), (40, 5.5))))
    assert [item.keypoints for item in after.annotations.values()] == [points, None]
