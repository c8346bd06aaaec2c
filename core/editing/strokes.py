"""A stroke of the brush, the eraser or the region tool on one object."""

from __future__ import annotations

from dataclasses import replace

from core.document.annotation import Annotation
from core.document.change import Change, Difference, ImageChange, MaskEdit
from core.document.document import ImageDocument
from core.document.mask import Mask
from core.document.mask_patch import MaskPatch
from core.editing.annotations import unlocked
from core.editing.areas import area_of
from core.editing.provenance import stroke_distance, with_edit


def stroke(
    document: ImageDocument,
    annotation_id: int,
    stroke: Mask,
    subtract: bool,
    author: str,
    *,
    name: str = "",
) -> Change | None:
    """Add pixels to an object or take them away; None when no pixel changes.

    A mask gets an XOR patch. Any other shape becomes a mask in the same step,
    with the pixels that the COCO rasteriser gives it. Taking the last pixel
    removes the object. ``author`` is who painted. Raises MaskwrightError when
    the object is locked or has no area.
    """
    (annotation,) = unlocked(document, (annotation_id,))
    shape = annotation.geometry
    before = shape if isinstance(shape, Mask) else area_of(annotation, document.size)
    inside = stroke.clipped(document.size)
    changed = before.intersected(inside) if subtract else inside.without(before)
    if changed.is_empty:
        return None
    after = before.without(changed) if subtract else before.united(changed)
    change = (
        ImageChange(annotations=Difference(removed=(annotation,)))
        if after.is_empty
        else _painted(annotation, before, changed, after, author)
    )
    return Change.of_image(name or ("Erase" if subtract else "Paint"), document.image_id, change)


def _painted(
    annotation: Annotation, before: Mask, changed: Mask, after: Mask, author: str
) -> ImageChange:
    provenance = replace(
        with_edit(annotation.provenance, stroke_distance(before, changed.area, after)),
        author=author or annotation.provenance.author,
    )
    if not isinstance(annotation.geometry, Mask):
        updated = replace(annotation.with_geometry(after), provenance=provenance)
        return ImageChange(annotations=Difference(updated=((annotation, updated),)))
    patch = MaskPatch(changed, before.digest, after.digest)
    edit = MaskEdit(
        annotation.id, patch, annotation.provenance, provenance, edited_before=annotation.edited
    )
    return ImageChange(mask_edits=(edit,))
