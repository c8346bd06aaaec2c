"""The pixels of objects, and objects that get other pixels."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from core.document.annotation import Annotation, Geometry
from core.document.change import Change, Difference, ImageChange
from core.document.document import ImageDocument
from core.document.geometry import Keypoints, Polygon, Size
from core.document.mask import Mask
from core.editing.annotations import with_shape
from core.errors import MaskwrightError
from core.imaging.rasterise import rasterise

Pair = tuple[Annotation | None, Annotation | None]
"""An object before and after; None where there is none."""


def area_of(annotation: Annotation, size: Size) -> Mask:
    """The pixels of an object by the COCO rasteriser.

    Raises MaskwrightError when it has none by its kind (keypoints) or cannot be
    rasterised.
    """
    if isinstance(annotation.geometry, Keypoints):
        raise MaskwrightError(
            "Keypoints have no area to paint on.", "Select an object with a mask or an outline."
        )
    try:
        return rasterise(annotation.geometry, size)
    except ValueError as error:
        raise MaskwrightError(
            f"This outline cannot become a mask: {error}.", "Draw the object anew."
        ) from error


def reshaped(document: ImageDocument, item: Annotation, geometry: Geometry) -> Pair:
    """The object with another shape; without any pixel it is removed."""
    if isinstance(geometry, Mask) and geometry.is_empty:
        return item, None
    return item, item if geometry == item.geometry else with_shape(document, item, geometry)


def change_of(document: ImageDocument, name: str, pairs: Sequence[Pair]) -> Change | None:
    """One change of several objects; None when nothing differs."""
    difference = Difference.of_pairs(pairs)
    if not difference:
        return None
    return Change.of_image(name, document.image_id, ImageChange(annotations=difference))


def labelled_pixels(
    document: ImageDocument, layer_ids: Collection[int], *, apart_from: Collection[int] = ()
) -> Mask:
    """Pixels of all objects of some layers but those named; boxes and keypoints have none.

    A box says where an object is, not which pixels are its own. An outline that
    cannot be rasterised has none either.
    """
    pixels = np.zeros(document.size.shape, np.bool_)
    for item in document.annotations.values():
        shape = item.geometry
        if item.layer_id not in layer_ids or item.id in apart_from:
            continue
        if isinstance(shape, Mask | Polygon):
            try:
                mask = rasterise(shape, document.size)
            except ValueError:
                continue
            pixels[mask.box.slices] |= mask.crop()
    return Mask.from_array(pixels)
