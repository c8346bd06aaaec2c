"""Settling where two layers disagree: take theirs, keep mine, or merge a region.

*Mine* is the layer that people work in, *theirs* the one it is compared with
(a reference, a model, another annotator). Only mine is edited; what is said
about theirs is a review state.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from core.document.annotation import Annotation, Provenance, ReviewState, new_annotation_id
from core.document.change import Change, Difference, ImageChange
from core.document.document import ImageDocument
from core.document.geometry import Keypoints, Scribble
from core.document.mask import Mask
from core.editing.annotations import known, unlocked, with_shape
from core.editing.provenance import edited_from
from core.errors import MaskwrightError
from core.imaging.rasterise import rasterise

TAKEN_SOURCE = "review"


@dataclass(frozen=True, slots=True)
class ReviewPair:
    """An object of mine and the one of theirs that it stands against; None where one is missing."""

    mine_id: int | None
    theirs_id: int | None


def take_theirs(
    document: ImageDocument, pairs: Sequence[ReviewPair], layer_id: int, author: str
) -> Change | None:
    """Make mine what theirs is, for these objects: shape and label, one step for all.

    What only theirs has is added to layer ``layer_id``, what only mine has is
    deleted. None when nothing would be different. Raises MaskwrightError when
    an object of mine is locked, ConflictError when one is gone.
    """
    unlocked(document, (pair.mine_id for pair in pairs if pair.mine_id is not None))
    order = document.next_order()
    steps: list[tuple[Annotation | None, Annotation | None]] = []
    for place, pair in enumerate(pairs):
        mine = _one(document, pair.mine_id)
        theirs = _one(document, pair.theirs_id)
        if theirs is None:
            steps.append((mine, None))
        elif mine is None:
            steps.append((None, _copy(theirs, layer_id, order + place, author)))
        else:
            steps.append((mine, _adopted(document, mine, theirs)))
    difference = Difference.of_pairs(steps)
    return _change(document, _name("Take theirs", len(pairs)), difference) if difference else None


def keep_mine(document: ImageDocument, pairs: Sequence[ReviewPair]) -> Change | None:
    """Say that mine is right, for these objects: nothing is redrawn.

    Mine is marked as approved; of what only theirs has, theirs is marked as
    rejected. None when all of that was said before. Raises ConflictError when
    an object is gone.
    """
    steps: list[tuple[Annotation | None, Annotation | None]] = []
    for pair in pairs:
        mine, theirs = _one(document, pair.mine_id), _one(document, pair.theirs_id)
        if mine is not None:
            steps.append((mine, replace(mine, review=ReviewState.APPROVED)))
        elif theirs is not None:
            steps.append((theirs, replace(theirs, review=ReviewState.REJECTED)))
    difference = Difference.of_pairs(steps)
    return _change(document, _name("Keep mine", len(pairs)), difference) if difference else None


def merge_region(
    document: ImageDocument, pair: ReviewPair, region: Mask, layer_id: int, author: str
) -> Change | None:
    """Make mine what theirs is inside a region, and leave the rest of it.

    Mine becomes a mask; without mine a new object is made of what theirs has
    there, without theirs the region is cut out. An object that loses its last
    pixel is deleted. None when no pixel changes. Raises MaskwrightError when
    mine is locked or one of the two has no area.
    """
    if pair.mine_id is not None:
        unlocked(document, (pair.mine_id,))
    mine, theirs = _one(document, pair.mine_id), _one(document, pair.theirs_id)
    before, wanted = _pixels(document, mine), _pixels(document, theirs)
    inside = region.clipped(document.size)
    after = before.without(inside).united(wanted.intersected(inside))
    if after == before:
        return None
    if mine is not None:
        kept = None if after.is_empty else with_shape(document, mine, after)
        difference = Difference.of_pairs([(mine, kept)])
    elif theirs is not None:
        added = _copy(theirs, layer_id, document.next_order(), author)
        difference = Difference(added=(replace(added, geometry=after),))
    else:
        return None
    return _change(document, "Merge region", difference)


def together(changes: Iterable[Change | None], name: str) -> Change | None:
    """One step for changes of different images, undone at once; None when there is none."""
    images: dict[int, ImageChange] = {}
    for change in changes:
        if change is not None:
            images.update(change.images)
    return Change(name, MappingProxyType(images)) if images else None


def _one(document: ImageDocument, number: int | None) -> Annotation | None:
    return None if number is None else known(document, (number,))[0]


def _adopted(document: ImageDocument, mine: Annotation, theirs: Annotation) -> Annotation:
    """Mine with the shape and label of theirs; the same object when both agree already."""
    keypoints = theirs.keypoints or mine.keypoints
    if (mine.geometry, mine.label_id, mine.keypoints) == (
        theirs.geometry,
        theirs.label_id,
        keypoints,
    ):
        return mine
    provenance = edited_from(mine.provenance, mine.geometry, theirs.geometry, size=document.size)
    return replace(
        mine,
        geometry=theirs.geometry,
        label_id=theirs.label_id,
        provenance=provenance,
        edited=True,
        keypoints=keypoints,
    )


def _copy(theirs: Annotation, layer_id: int, order: int, author: str) -> Annotation:
    return replace(
        theirs,
        id=new_annotation_id(),
        layer_id=layer_id,
        order=order,
        review=ReviewState.UNREVIEWED,
        provenance=Provenance(TAKEN_SOURCE, author),
        locked=False,
        raw=None,
        edited=False,
    )


def _pixels(document: ImageDocument, annotation: Annotation | None) -> Mask:
    if annotation is None:
        return Mask.empty()
    if isinstance(annotation.geometry, Keypoints | Scribble):
        raise MaskwrightError(
            "This object has no area to merge.", "Take theirs as a whole, or keep mine."
        )
    try:
        return rasterise(annotation.geometry, document.size)
    except ValueError as error:
        raise MaskwrightError(
            f"This outline cannot be drawn: {error}.", "Take theirs as a whole, or keep mine."
        ) from error


def _change(document: ImageDocument, name: str, difference: Difference[Annotation]) -> Change:
    return Change.of_image(name, document.image_id, ImageChange(annotations=difference))


def _name(verb: str, count: int) -> str:
    return verb if count == 1 else f"{verb} for {count} objects"
