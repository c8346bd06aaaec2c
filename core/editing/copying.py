"""Copies of objects for another place or image."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from core.document.annotation import (
    Annotation,
    Provenance,
    ReviewState,
    bounds_of_geometry,
    new_annotation_id,
)
from core.document.document import ImageDocument
from core.document.mask import Mask
from core.imaging.rasterise import rasterise


def pasted_annotations(
    document: ImageDocument, copied: Iterable[Annotation], layer_id: int
) -> tuple[Annotation, ...]:
    """The objects as new ones of an image, in front of what is there.

    An object that reaches beyond the image becomes the mask of the part that
    lies inside; one that lies outside altogether is left out.
    """
    order = document.next_order()
    found: list[Annotation] = []
    for item in copied:
        fitted = _fitted(item, document)
        if fitted is not None:
            found.append(
                replace(
                    fitted,
                    id=new_annotation_id(),
                    layer_id=layer_id,
                    order=order + len(found),
                    review=ReviewState.UNREVIEWED,
                    provenance=Provenance("paste", item.provenance.author),
                    locked=False,
                    raw=None,
                    edited=False,
                )
            )
    return tuple(found)


def _fitted(item: Annotation, document: ImageDocument) -> Annotation | None:
    bounds, image = bounds_of_geometry(item.geometry), document.size.box
    inside = (
        bounds.x >= 0
        and bounds.y >= 0
        and bounds.right <= image.right
        and bounds.bottom <= image.bottom
    )
    if inside:
        return item
    mask: Mask = rasterise(item.geometry, document.size)
    return None if mask.is_empty else replace(item, geometry=mask)
