"""One step for many objects over many images, with a count before it is done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from core.document.annotation import Annotation, ReviewState
from core.document.change import Change, Difference, ImageChange
from core.document.document import ImageDocument

Edit = Callable[[Annotation], Annotation | None]
"""What becomes of an object; None deletes it."""


@dataclass(frozen=True, slots=True)
class BulkPlan:
    """What would be done: the change, and how many objects it leaves as they are.

    ``same`` are as they should be already, ``locked`` may not be changed,
    ``gone`` are no longer there. ``change`` is None when nothing would happen.
    """

    change: Change | None
    objects: int
    images: int
    same: int = 0
    locked: int = 0
    gone: int = 0


def review_all(review: ReviewState) -> Edit:
    """Say this of every object; a lock does not forbid that."""
    return lambda item: replace(item, review=review)


def relabel_all(label_id: int) -> Edit:
    """Give every object this label."""
    return lambda item: item if item.label_id == label_id else item.with_label(label_id)


def delete_all() -> Edit:
    """Delete every object."""
    return lambda _item: None


def plan_bulk(
    documents: Iterable[ImageDocument],
    ids: Mapping[int, Iterable[int]],
    edit: Edit,
    name: str,
    *,
    respects_locks: bool,
) -> BulkPlan:
    """What an edit would do to objects, given by image id; nothing is changed yet.

    ``name`` is a verb, such as "Approve"; the Edit menu shows it with the number of objects.
    """
    images: dict[int, ImageChange] = {}
    objects = same = locked = gone = 0
    for document in documents:
        wanted = tuple(dict.fromkeys(ids.get(document.image_id, ())))
        found = [document.annotations[item] for item in wanted if item in document.annotations]
        gone += len(wanted) - len(found)
        free = [item for item in found if not (respects_locks and item.locked)]
        locked += len(found) - len(free)
        difference = Difference.of_pairs((item, edit(item)) for item in free)
        changed = len(difference.updated) + len(difference.removed)
        same += len(free) - changed
        objects += changed
        if changed:
            images[document.image_id] = ImageChange(annotations=difference)
    noun = "object" if objects == 1 else "objects"
    change = Change(f"{name} {objects} {noun}", MappingProxyType(images)) if images else None
    return BulkPlan(change, objects, len(images), same, locked, gone)
