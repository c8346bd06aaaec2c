import pytest

from core.document.annotation import ReviewState
from core.document.geometry import Box, Polygon
from core.document.mask import Mask
from core.editing.annotations import (
    add_annotation,
    move_annotations,
    relabel,
    remove_annotations,
    set_geometry,
    set_locked,
    set_review,
)
from core.editing.copying import duplicate_annotations
from core.errors import ConflictError, MaskwrightError
from tests.core.editing.examples import annotation, applied, default_document, disc_mask, document


def test_an_added_object_is_there_and_undo_takes_it_away() -> None:
    start = default_document()
    after = applied(start, add_annotation(start, annotation(9, Box(1, 1, 3, 3)), "Draw"))
    assert after.annotations[9].geometry == Box(1, 1, 3, 3)


def test_removing_nothing_is_no_change() -> None:
    assert remove_annotations(default_document(), ()) is None


def test_objects_that_are_gone_are_a_conflict() -> None:
    with pytest.raises(ConflictError):
        remove_annotations(default_document(), (99,))


@pytest.mark.parametrize("ids", [(4,), (1, 4)])
def test_locked_objects_are_refused_and_nothing_changes(ids: tuple[int, ...]) -> None:
    start = default_document()
    with pytest.raises(MaskwrightError, match="locked"):
        remove_annotations(start, ids)
    with pytest.raises(MaskwrightError, match="locked"):
        move_annotations(start, ids, 1, 1)
    with pytest.raises(MaskwrightError, match="locked"):
        relabel(start, ids, 2)


def test_a_move_keeps_objects_together_and_inside_the_image() -> None:
    start = default_document()
    after = applied(start, move_annotations(start, (1, 3), -100, 2.4))
    box, mask = after.annotations[1].geometry, after.annotations[3].geometry
    assert box == Box(0, 7, 10, 8)
    assert isinstance(mask, Mask)
    assert (mask.box.left, mask.box.top) == (15, 12)
    assert mask.area == 36


def test_a_move_without_masks_keeps_fractions() -> None:
    start = default_document()
    after = applied(start, move_annotations(start, (1,), 0.25, 0))
    assert after.annotations[1].geometry == Box(5.25, 5, 10, 8)


def test_a_move_against_the_border_is_no_change() -> None:
    start = document(annotation(1, Box(0, 0, 40, 30)))
    assert move_annotations(start, (1,), 5, -3) is None


def test_what_lies_outside_can_come_back_but_not_go_further() -> None:
    start = document(annotation(1, Box(-5, 0, 10, 10)))
    assert move_annotations(start, (1,), -3, 0) is None
    after = applied(start, move_annotations(start, (1,), 5, 0))
    assert after.annotations[1].geometry == Box(0, 0, 10, 10)


def test_a_copy_is_new_unlocked_and_in_front() -> None:
    start = default_document()
    change = duplicate_annotations(start, (4, 2), 3, 3)
    assert change is not None
    copies = change.images[7].annotations.added
    assert [item.order for item in copies] == [4, 5]
    assert copies[0].geometry == Box(3, 3, 4, 4)
    assert not copies[0].locked
    assert {item.id for item in copies}.isdisjoint(start.annotations)
    assert len(applied(start, change).annotations) == 6


def test_relabelling_marks_as_edited_and_twice_is_no_change() -> None:
    start = default_document()
    after = applied(start, relabel(start, (1, 2), 2))
    assert {after.annotations[number].label_id for number in (1, 2)} == {2}
    assert after.annotations[1].edited
    assert relabel(after, (1, 2), 2) is None


def test_the_same_shape_is_no_change() -> None:
    start = default_document()
    assert set_geometry(start, 1, Box(5, 5, 10, 8)) is None
    triangle = Polygon.from_points([(0, 0), (5, 0), (0, 5)])
    assert applied(start, set_geometry(start, 2, triangle)).annotations[2].geometry == triangle


def test_review_and_lock_work_on_locked_objects() -> None:
    start = default_document()
    after = applied(start, set_review(start, (4,), ReviewState.APPROVED))
    assert after.annotations[4].review is ReviewState.APPROVED
    assert not applied(start, set_locked(start, (4,), False)).annotations[4].locked
    assert set_locked(start, (4,), True) is None


def test_moving_a_mask_changes_no_pixel_count() -> None:
    start = document(annotation(1, disc_mask(0, 0, 5)))
    after = applied(start, move_annotations(start, (1,), 34.6, 0))
    assert after.annotations[1].geometry == disc_mask(35, 0, 5)
