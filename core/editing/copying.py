"""Copies of objects for another place or image."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from types import MappingProxyType

from core.document.annotation import (
    Annotation,
    Provenance,
    ReviewState,
    bounds_of_geometry,
    new_annotation_id,
)
from core.document.change import Change, Difference, ImageChange
from core.document.document import ImageDocument
from core.document.mask import Mask
from core.editing.annotations import (
    add_annotations,
    allowed_shift,
    known,
    moved_geometry,
    moved_keypoints,
)
from core.editing.groups import regrouped
from core.imaging.rasterise import rasterise


def duplicate_annotations(
    document: ImageDocument, ids: Iterable[int], dx: float = 0.0, dy: float = 0.0
) -> Change | None:
    """Copy objects, shifted by (dx, dy) as ``move_annotations`` would, in front of all.

    A copy is unlocked and has no record of a file behind it. The ids of the
    copies are in the change, in the order of the originals.
    """
    found = known(document, ids)
    if not found:
        return None
    shift_x, shift_y = allowed_shift(document, found, dx, dy)
    order = document.next_order()
    copies = tuple(
        replace(
            item,
            id=new_annotation_id(),
            geometry=moved_geometry(item.geometry, shift_x, shift_y),
            keypoints=moved_keypoints(item.keypoints, shift_x, shift_y),
            order=order + place,
            review=ReviewState.UNREVIEWED,
            locked=False,
            hidden=False,
            raw=None,
            edited=True,
        )
        for place, item in enumerate(found)
    )
    copies = regrouped(document, copies)
    name = "Duplicate object" if len(copies) == 1 else f"Duplicate {len(copies)} objects"
    return add_annotations(document, copies, name)


def pasted_annotations(
    document: ImageDocument, copied: Iterable[Annotation], layer_id: int, source: str = "paste"
) -> tuple[Annotation, ...]:
    """The objects as new ones of an image, in front of what is there.

    ``source`` is what their provenance says.

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
                    provenance=Provenance(source, item.provenance.author),
                    locked=False,
                    hidden=False,
                    raw=None,
                    edited=False,
                )
            )
    return regrouped(document, found)


def propagated(
    documents: Iterable[ImageDocument], copied: Sequence[Annotation], layer_id: int
) -> Change | None:
    """Copies of objects on several images, as one step; None when none fits on any."""
    images: dict[int, ImageChange] = {}
    for document in documents:
        copies = pasted_annotations(document, copied, layer_id, "propagate")
        if copies:
            images[document.image_id] = ImageChange(annotations=Difference(added=copies))
    return Change(f"Copy to {len(images)} images", MappingProxyType(images)) if images else None


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
