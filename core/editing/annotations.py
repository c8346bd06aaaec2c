"""Changes of the objects of one image: add, remove, move, copy, relabel, reshape.

Every function takes a document and returns the change, or None when nothing
would be different. None of them touches an object that is locked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from core.document.annotation import Annotation, Geometry, ReviewState
from core.document.change import Change, Difference, ImageChange
from core.document.document import ImageDocument
from core.document.geometry import Keypoints
from core.document.mask import Mask
from core.editing.provenance import edited_from
from core.errors import ConflictError, MaskwrightError


def add_annotation(
    document: ImageDocument, annotation: Annotation, name: str = "Add object"
) -> Change:
    """Put one object on the image; ``name`` is what the Edit menu shows."""
    return add_annotations(document, (annotation,), name)


def add_annotations(
    document: ImageDocument, annotations: Sequence[Annotation], name: str = "Add objects"
) -> Change:
    """Put several objects on the image in one step."""
    return _change(document, name, Difference(added=tuple(annotations)))


def remove_annotations(document: ImageDocument, ids: Iterable[int]) -> Change | None:
    """Delete objects; raises MaskwrightError when one is locked."""
    found = unlocked(document, ids)
    if not found:
        return None
    name = "Delete object" if len(found) == 1 else f"Delete {len(found)} objects"
    return _change(document, name, Difference(removed=found))


def move_annotations(
    document: ImageDocument, ids: Iterable[int], dx: float, dy: float
) -> Change | None:
    """Shift objects together by (dx, dy) image pixels.

    The shift is shortened so that they stay inside the image (nothing is cut
    off), and is whole pixels as soon as one of them is a mask. Raises
    MaskwrightError when one is locked.
    """
    found = unlocked(document, ids)
    shift_x, shift_y = allowed_shift(document, found, dx, dy)
    if not found or (shift_x == 0 and shift_y == 0):
        return None
    name = "Move object" if len(found) == 1 else f"Move {len(found)} objects"
    return _updated(document, name, found, lambda item: _moved(document, item, shift_x, shift_y))


def allowed_shift(
    document: ImageDocument, annotations: Sequence[Annotation], dx: float, dy: float
) -> tuple[float, float]:
    """The part of a shift that keeps objects inside the image, whole pixels for masks.

    What lies outside already may stay there, but is not moved further out.
    """
    if not annotations:
        return 0.0, 0.0
    box = annotations[0].bounds
    for item in annotations[1:]:
        box = box.united(item.bounds)
    whole = any(isinstance(item.geometry, Mask) for item in annotations)
    if whole:
        dx, dy = round(dx), round(dy)
    shift_x = _clamped(dx, -box.x, document.size.width - box.right)
    shift_y = _clamped(dy, -box.y, document.size.height - box.bottom)
    return (float(int(shift_x)), float(int(shift_y))) if whole else (shift_x, shift_y)


def moved_geometry(geometry: Geometry, dx: float, dy: float) -> Geometry:
    """The same shape elsewhere; masks move by whole pixels."""
    if isinstance(geometry, Mask):
        return geometry.moved(round(dx), round(dy))
    return geometry.moved(dx, dy)


def moved_keypoints(keypoints: Keypoints | None, dx: float, dy: float) -> Keypoints | None:
    """The points beside a shape, moved with it."""
    return None if keypoints is None else keypoints.moved(dx, dy)


def relabel(document: ImageDocument, ids: Iterable[int], label_id: int) -> Change | None:
    """Give objects another label; raises MaskwrightError when one is locked."""
    found = unlocked(document, ids)
    return _updated(
        document,
        "Change label",
        tuple(item for item in found if item.label_id != label_id),
        lambda item: item.with_label(label_id),
    )


def set_geometry(
    document: ImageDocument, annotation_id: int, geometry: Geometry, name: str = "Edit shape"
) -> Change | None:
    """Give an object another shape; raises MaskwrightError when it is locked."""
    found = unlocked(document, (annotation_id,))
    return _updated(
        document,
        name,
        tuple(item for item in found if item.geometry != geometry),
        lambda item: with_shape(document, item, geometry),
    )


def set_keypoints(
    document: ImageDocument, annotation_id: int, keypoints: Keypoints | None, name: str
) -> Change | None:
    """Give an object other keypoints beside its shape, or none; refused when it is locked."""
    found = unlocked(document, (annotation_id,))
    return _updated(
        document,
        name,
        tuple(item for item in found if item.keypoints != keypoints),
        lambda item: replace(item, keypoints=keypoints, edited=True),
    )


def set_review(document: ImageDocument, ids: Iterable[int], review: ReviewState) -> Change | None:
    """Say what people think of objects; a lock does not forbid that."""
    found = tuple(item for item in known(document, ids) if item.review is not review)
    return _updated(document, "Review", found, lambda item: replace(item, review=review))


def set_locked(document: ImageDocument, ids: Iterable[int], locked: bool) -> Change | None:
    """Lock objects against edits, or unlock them."""
    found = tuple(item for item in known(document, ids) if item.locked is not locked)
    return _updated(
        document, "Lock" if locked else "Unlock", found, lambda item: replace(item, locked=locked)
    )


def set_hidden(document: ImageDocument, ids: Iterable[int], hidden: bool) -> Change | None:
    """Take objects off the screen, or bring them back; a lock does not forbid that."""
    found = tuple(item for item in known(document, ids) if item.hidden is not hidden)
    return _updated(
        document, "Hide" if hidden else "Show", found, lambda item: replace(item, hidden=hidden)
    )


def show_only(document: ImageDocument, layer_id: int, ids: Iterable[int]) -> Change | None:
    """Hide every other object of the layer, and bring these back."""
    shown = frozenset(item.id for item in known(document, ids))
    found = tuple(item for item in document.in_layer(layer_id) if item.hidden is (item.id in shown))
    return _updated(
        document, "Hide others", found, lambda item: replace(item, hidden=not item.hidden)
    )


def with_shape(document: ImageDocument, annotation: Annotation, geometry: Geometry) -> Annotation:
    """The object with another shape; its provenance says how much people changed."""
    provenance = edited_from(
        annotation.provenance, annotation.geometry, geometry, size=document.size
    )
    return replace(annotation.with_geometry(geometry), provenance=provenance)


def known(document: ImageDocument, ids: Iterable[int]) -> tuple[Annotation, ...]:
    """The objects of these ids; raises ConflictError when one is not on the image."""
    wanted = dict.fromkeys(ids)
    missing = [number for number in wanted if number not in document.annotations]
    if missing:
        raise ConflictError("The object is no longer on this image.", "Select it again.")
    return tuple(document.annotations[number] for number in wanted)


def unlocked(document: ImageDocument, ids: Iterable[int]) -> tuple[Annotation, ...]:
    """The objects of these ids; raises MaskwrightError when one of them is locked."""
    found = known(document, ids)
    locked = sum(item.locked for item in found)
    if locked:
        raise MaskwrightError(
            "This object is locked, so it was not changed."
            if len(found) == 1
            else f"{locked} of the {len(found)} objects are locked, so none was changed.",
            "Unlock with L first.",
        )
    return found


def _moved(document: ImageDocument, item: Annotation, dx: float, dy: float) -> Annotation:
    moved = with_shape(document, item, moved_geometry(item.geometry, dx, dy))
    return replace(moved, keypoints=moved_keypoints(item.keypoints, dx, dy))


def _updated(
    document: ImageDocument,
    name: str,
    found: Sequence[Annotation],
    edit: Callable[[Annotation], Annotation],
) -> Change | None:
    difference = Difference.of_pairs((item, edit(item)) for item in found)
    return _change(document, name, difference) if difference else None


def _change(document: ImageDocument, name: str, difference: Difference[Annotation]) -> Change:
    return Change.of_image(name, document.image_id, ImageChange(annotations=difference))


def _clamped(shift: float, lowest: float, highest: float) -> float:
    return min(max(shift, min(lowest, 0.0)), max(highest, 0.0))
