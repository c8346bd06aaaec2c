"""Comments on places of an image: add, answer, settle, delete; and saying why with a review."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from core.document.annotation import ReviewState, new_annotation_id
from core.document.change import Change, Difference, ImageChange
from core.document.comment import Comment
from core.document.document import ImageDocument
from core.document.geometry import Box
from core.editing.annotations import known
from core.errors import ConflictError, MaskwrightError

REASONS = (
    "wrong label",
    "bad outline",
    "not an object",
    "counted twice",
    "should be split",
    "should be merged",
    "missing part",
)
"""What is most often wrong with an object; any other words will do too."""


@dataclass(frozen=True, slots=True)
class Remark:
    """What somebody says: a few words why, and more if need be."""

    text: str = ""
    reason: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was said."""
        return not self.text.strip() and not self.reason.strip()


def add_comment(
    document: ImageDocument,
    place: tuple[float, float],
    remark: Remark,
    author: str,
    annotation_id: int | None = None,
    *,
    now: Callable[[], float] = time.time,
) -> Change:
    """Pin a comment to a place, in image coordinates; it is held inside of the image.

    Raises MaskwrightError when nothing is said, ConflictError when the object
    that it is about is gone.
    """
    if annotation_id is not None:
        known(document, (annotation_id,))
    comment = _made(document, place, remark, author, annotation_id, now)
    return _change(document, "Comment", Difference(added=(comment,)))


def review_objects(
    document: ImageDocument,
    ids: Iterable[int],
    review: ReviewState,
    remark: Remark,
    author: str,
    *,
    now: Callable[[], float] = time.time,
) -> Change | None:
    """Say what is found of objects, and why: the reason is a comment on each of them.

    One step. None when all of it was said before. Raises ConflictError when an
    object is gone.
    """
    found = known(document, ids)
    pairs = [(item, replace(item, review=review)) for item in found]
    difference = Difference.of_pairs(pairs)
    comments = () if remark.is_empty else found
    added = tuple(
        _made(document, _middle_of(item.bounds), remark, author, item.id, now) for item in comments
    )
    if not difference and not added:
        return None
    part = ImageChange(annotations=difference, comments=Difference(added=added))
    name = {ReviewState.APPROVED: "Approve", ReviewState.REJECTED: "Reject"}.get(
        review, "Take the review back from"
    )
    objects = "object" if len(found) == 1 else f"{len(found)} objects"
    return Change.of_image(f"{name} {objects}", document.image_id, part)


def change_comment(document: ImageDocument, comment_id: int, remark: Remark) -> Change | None:
    """Give a comment other words; raises MaskwrightError when nothing is left of it."""
    before = comment_of(document, comment_id)
    _check(remark)
    after = replace(before, text=remark.text.strip(), reason=remark.reason.strip())
    return _updated(document, "Change comment", before, after)


def settle_comment(document: ImageDocument, comment_id: int, *, resolved: bool) -> Change | None:
    """Say that a comment is dealt with, or that it is open again."""
    before = comment_of(document, comment_id)
    name = "Settle comment" if resolved else "Open comment again"
    return _updated(document, name, before, replace(before, resolved=resolved))


def delete_comment(document: ImageDocument, comment_id: int) -> Change:
    """Take a comment away."""
    gone = comment_of(document, comment_id)
    return _change(document, "Delete comment", Difference(removed=(gone,)))


def comment_of(document: ImageDocument, comment_id: int) -> Comment:
    """A comment by its id; raises ConflictError when it is gone."""
    if comment_id not in document.comments:
        raise ConflictError("The comment is no longer on this image.", "Look at the list again.")
    return document.comments[comment_id]


def _made(
    document: ImageDocument,
    place: tuple[float, float],
    remark: Remark,
    author: str,
    annotation_id: int | None,
    now: Callable[[], float],
) -> Comment:
    _check(remark)
    x = min(max(place[0], 0.0), float(document.size.width))
    y = min(max(place[1], 0.0), float(document.size.height))
    text, reason = remark.text.strip(), remark.reason.strip()
    number = new_annotation_id()
    return Comment(number, x, y, text, author, annotation_id, reason, made_at=now())


def _check(remark: Remark) -> None:
    if remark.is_empty:
        raise MaskwrightError("An empty comment says nothing.", "Type at least one word.")


def _middle_of(box: Box) -> tuple[float, float]:
    return box.x + box.width / 2, box.y + box.height / 2


def _updated(document: ImageDocument, name: str, before: Comment, after: Comment) -> Change | None:
    if before == after:
        return None
    return _change(document, name, Difference(updated=((before, after),)))


def _change(document: ImageDocument, name: str, difference: Difference[Comment]) -> Change:
    return Change.of_image(name, document.image_id, ImageChange(comments=difference))
