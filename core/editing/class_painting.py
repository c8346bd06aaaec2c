"""Painting a class per pixel: into the class map of a layer, out of it, and the rest of it."""

from __future__ import annotations

import numpy as np

from core.document.change import Change, Difference, ImageChange
from core.document.document import ImageDocument
from core.document.mask import Mask, PixelBox
from core.document.semantic import ClassArray, SemanticMap, SemanticPatch


def paint_class(
    document: ImageDocument,
    layer_id: int,
    label_id: int | None,
    pixels: Mask,
    *,
    only_unlabelled: bool = False,
    name: str = "Paint class",
) -> Change | None:
    """Give pixels a class; None when none of them changes.

    Without ``label_id`` they become void: nobody is asked what they are, and scores
    leave them out. With ``only_unlabelled`` those that have a class already, or are void, keep it.
    """
    present = document.semantic.get(layer_id) or _unlabelled(document, layer_id)
    value = present.void if label_id is None else label_id
    return _painted(document, layer_id, value, pixels, name, only_unlabelled=only_unlabelled)


def erase_classes(
    document: ImageDocument, layer_id: int, pixels: Mask, *, name: str = "Erase class"
) -> Change | None:
    """Make pixels unlabelled again; None when none of them has a class."""
    present = document.semantic.get(layer_id)
    if present is None:
        return None
    return _painted(document, layer_id, present.unlabelled, pixels, name)


def fill_rest(document: ImageDocument, layer_id: int, label_id: int | None) -> Change | None:
    """Give every pixel that has no class yet this one, or void; None when there is none."""
    whole = Mask.from_array(np.ones(document.size.shape, np.bool_))
    return paint_class(
        document, layer_id, label_id, whole, only_unlabelled=True, name="Fill the rest"
    )


def _painted(
    document: ImageDocument,
    layer_id: int,
    value: int,
    pixels: Mask,
    name: str,
    *,
    only_unlabelled: bool = False,
) -> Change | None:
    mask = pixels.clipped(document.size)
    if mask.is_empty:
        return None
    present = document.semantic.get(layer_id)
    before = _unlabelled(document, layer_id) if present is None else present
    window = before.classes[mask.box.slices]
    hit = mask.crop() & (window != value)
    if only_unlabelled:
        hit &= window == before.unlabelled
    if not hit.any():
        return None
    rows, columns = np.flatnonzero(hit.any(axis=1)), np.flatnonzero(hit.any(axis=0))
    box = PixelBox(
        mask.box.left + int(columns[0]),
        mask.box.top + int(rows[0]),
        int(columns[-1] - columns[0]) + 1,
        int(rows[-1] - rows[0]) + 1,
    )
    inside = hit[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    old: ClassArray = before.classes[box.slices].copy()
    new: ClassArray = old.copy()
    new[inside] = value
    patch = SemanticPatch(layer_id, box, old, new)
    if present is None:
        added = Difference(added=(patch.applied_to(before),))
        return Change.of_image(name, document.image_id, ImageChange(semantic=added))
    return Change.of_image(name, document.image_id, ImageChange(semantic_patches=(patch,)))


def _unlabelled(document: ImageDocument, layer_id: int) -> SemanticMap:
    empty = SemanticMap(layer_id, np.zeros(document.size.shape, np.uint16))
    classes = np.full(document.size.shape, empty.unlabelled, np.uint16)
    return SemanticMap(layer_id, classes, empty.void, empty.unlabelled)
