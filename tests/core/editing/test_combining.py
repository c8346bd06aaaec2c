from dataclasses import replace

import numpy as np
import pytest

from core.document.geometry import Box, Keypoints, Polygon, PolygonPart, Visibility
from core.document.mask import Mask
from core.editing.combining import fill_gaps, intersect, merge, split_into_parts, subtract
from core.errors import MaskwrightError
from tests.core.editing.examples import SQUARE, annotation, applied, disc_mask, document

AWAY = SQUARE.moved(20, 0)


def test_outlines_apart_merge_into_one_of_two_parts_exactly() -> None:
    start = document(annotation(1, SQUARE), annotation(2, AWAY, label_id=2, order=1))
    after = applied(start, merge(start, (1, 2)))
    assert set(after.annotations) == {1}
    assert after.annotations[1].geometry == Polygon((*SQUARE.parts, *AWAY.parts))


def test_overlapping_objects_merge_into_the_mask_of_the_largest() -> None:
    start = document(annotation(1, Box(0, 0, 4, 4)), annotation(2, disc_mask(2, 2, 8), label_id=2))
    after = applied(start, merge(start, (1, 2)))
    (item,) = after.annotations.values()
    assert (item.id, item.label_id) == (2, 2)
    assert item.geometry == disc_mask(0, 0, 4).united(disc_mask(2, 2, 8))


def test_subtracting_makes_a_hole_and_leaves_the_other() -> None:
    start = document(annotation(1, disc_mask(2, 2, 12)), annotation(2, disc_mask(5, 5, 4)))
    after = applied(start, subtract(start, (1, 2)))
    assert after.annotations[1].geometry == disc_mask(2, 2, 12).without(disc_mask(5, 5, 4))
    assert after.annotations[2] == start.annotations[2]
    apart = document(annotation(1, disc_mask(2, 2, 5)), annotation(2, disc_mask(20, 5, 4)))
    assert subtract(apart, (1, 2)) is None


def test_subtracting_everything_removes_the_object() -> None:
    start = document(annotation(1, disc_mask(2, 2, 4)), annotation(2, disc_mask(2, 2, 4)))
    after = applied(start, subtract(start, (1, 2)))
    assert len(after.annotations) == 1


def test_intersecting_keeps_what_all_share() -> None:
    start = document(annotation(1, disc_mask(0, 0, 10)), annotation(2, disc_mask(6, 6, 8)))
    after = applied(start, intersect(start, (1, 2)))
    (item,) = after.annotations.values()
    assert item.geometry == disc_mask(6, 6, 4)
    apart = document(annotation(1, disc_mask(0, 0, 4)), annotation(2, disc_mask(20, 6, 8)))
    with pytest.raises(MaskwrightError, match="share no pixel"):
        intersect(apart, (1, 2))


@pytest.mark.parametrize("edit", [merge, subtract, intersect])
def test_one_object_locked_objects_and_keypoints_are_refused(edit: object) -> None:
    assert callable(edit)
    points = Keypoints(((3.0, 3.0, Visibility.VISIBLE),))
    start = document(annotation(1, SQUARE), annotation(2, AWAY, locked=True), annotation(3, points))
    for ids, word in (((1,), "two or more"), ((1, 2), "locked"), ((1, 3), "no area")):
        with pytest.raises(MaskwrightError) as caught:
            edit(start, ids)
        assert word in f"{caught.value} {caught.value.hint}"


def test_parts_become_objects_and_the_largest_stays() -> None:
    mask = disc_mask(0, 0, 6).united(disc_mask(10, 0, 4)).united(disc_mask(20, 0, 3))
    hole = PolygonPart(np.array([(0.0, 20.0), (6.0, 20.0), (6.0, 26.0)]))
    start = document(annotation(1, mask), annotation(2, Polygon((hole, *SQUARE.parts))))
    after = applied(start, split_into_parts(start, (1, 2)))
    assert len(after.annotations) == 5
    assert after.annotations[1].geometry == disc_mask(0, 0, 6)
    assert after.annotations[2].geometry == SQUARE
    assert split_into_parts(after, after.annotations) is None


def test_gaps_between_neighbours_go_to_the_nearest() -> None:
    left, right = disc_mask(2, 2, 10), disc_mask(15, 2, 10)
    start = document(annotation(1, left), annotation(2, right))
    after = applied(start, fill_gaps(start, (1, 2), 6.0))
    first, second = (after.annotations[number].geometry for number in (1, 2))
    assert isinstance(first, Mask)
    assert isinstance(second, Mask)
    assert first.intersected(second).is_empty
    assert all(first.united(second).contains(x + 0.5, 7.5) for x in range(2, 25))
    assert abs(first.area - second.area) <= 10
    assert fill_gaps(start, (1, 2), 2.0) is None


def test_a_gap_never_takes_the_pixels_of_a_third_object() -> None:
    third = disc_mask(12, 2, 3)
    start = document(
        annotation(1, disc_mask(2, 2, 10)),
        annotation(2, disc_mask(15, 2, 10)),
        annotation(3, third),
    )
    change = fill_gaps(start, (1, 2), 6.0)
    after = start if change is None else applied(start, change)
    for number in (1, 2):
        mask = after.annotations[number].geometry
        assert isinstance(mask, Mask)
        assert mask.intersected(third).is_empty


def test_merging_keeps_the_points_of_any_of_them_and_splitting_makes_no_copies() -> None:
    points = Keypoints(((2, 2, Visibility.VISIBLE),))
    small = replace(annotation(2, disc_mask(2, 2, 4)), keypoints=points)
    start = document(annotation(1, disc_mask(20, 2, 9)), small)
    merged = applied(start, merge(start, [1, 2]))
    assert {key: item.keypoints for key, item in merged.annotations.items()} == {1: points}
    apart = applied(merged, split_into_parts(merged, [1]))
    assert [item.keypoints for item in apart.annotations.values()] == [points, None]
