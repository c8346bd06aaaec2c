import pytest

from core.document.annotation import ReviewState
from core.document.change import Change
from core.document.document import ImageDocument
from core.document.geometry import Box
from core.editing.comments import (
    Remark,
    add_comment,
    change_comment,
    comment_of,
    delete_comment,
    review_objects,
    settle_comment,
)
from core.errors import ConflictError, MaskwrightError
from tests.core.document.strategies import SIZE
from tests.core.editing.examples import annotation, document

BOX = Box(5, 5, 10, 8)


def _applied(found: ImageDocument, change: object) -> ImageDocument:
    assert isinstance(change, Change)
    return change.images[found.image_id].applied_to(found)


def test_a_comment_is_pinned_inside_the_image() -> None:
    before = ImageDocument(1, SIZE)
    change = add_comment(before, (-5, 4.5), Remark(" look here "), "ann", now=lambda: 7.0)
    (comment,) = _applied(before, change).comments.values()
    assert (comment.x, comment.y, comment.text, comment.author) == (0.0, 4.5, "look here", "ann")
    assert comment.made_at == 7.0
    assert not comment.resolved


def test_an_empty_comment_and_one_on_an_object_that_is_gone_are_refused() -> None:
    before = ImageDocument(1, SIZE)
    with pytest.raises(MaskwrightError, match="says nothing"):
        add_comment(before, (1, 1), Remark("  "), "ann")
    with pytest.raises(ConflictError):
        add_comment(before, (1, 1), Remark("why"), "ann", annotation_id=5)


def test_objects_are_rejected_with_a_reason_in_one_step() -> None:
    before = document(annotation(1, BOX), annotation(2, BOX))
    change = review_objects(
        before, (1, 2), ReviewState.REJECTED, Remark(reason="bad outline"), "ann"
    )
    after = _applied(before, change)
    assert {item.review for item in after.annotations.values()} == {ReviewState.REJECTED}
    assert {item.annotation_id for item in after.comments.values()} == {1, 2}
    assert {item.summary for item in after.comments.values()} == {"bad outline"}
    middle = before.annotations[1].bounds
    pinned = next(item for item in after.comments.values() if item.annotation_id == 1)
    assert (pinned.x, pinned.y) == (middle.x + middle.width / 2, middle.y + middle.height / 2)
    assert change is not None
    assert change.images[before.image_id].inverted().applied_to(after).comments == {}


def test_a_review_without_a_word_makes_no_comment_and_saying_it_twice_does_nothing() -> None:
    before = document(annotation(1, BOX))
    after = _applied(before, review_objects(before, (1,), ReviewState.APPROVED, Remark(), "ann"))
    assert after.comments == {}
    assert review_objects(after, (1,), ReviewState.APPROVED, Remark(), "ann") is None


def test_comments_are_changed_settled_and_deleted() -> None:
    first = ImageDocument(1, SIZE)
    first = _applied(first, add_comment(first, (1, 1), Remark("a"), "ann"))
    (number,) = first.comments
    second = _applied(first, change_comment(first, number, Remark("b", "wrong label")))
    assert comment_of(second, number).summary == "wrong label: b"
    third = _applied(second, settle_comment(second, number, resolved=True))
    assert third.comments[number].resolved
    assert settle_comment(third, number, resolved=True) is None
    assert _applied(third, delete_comment(third, number)).comments == {}
    with pytest.raises(ConflictError):
        delete_comment(ImageDocument(1, SIZE), number)
