"""The two sides of a comparison: which objects count, and their pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.document.annotation import Annotation, Geometry
from core.document.document import ImageDocument
from core.document.geometry import Box, Keypoints, Scribble, Size
from core.document.mask import EMPTY_BOX, BoolArray, Mask, PixelBox
from core.document.semantic import SemanticMap
from core.imaging.rasterise import rasterise


class MaskCache:
    """Pixels of the annotations of one image, kept as long as their shapes stay the same.

    Pass the same one to every scoring of an image and only what was edited is
    rasterised again.
    """

    def __init__(self, size: Size) -> None:
        self._size = size
        self._masks: dict[int, tuple[Geometry, Mask]] = {}

    def mask(self, annotation: Annotation) -> Mask:
        """Pixels of an annotation by the COCO rasteriser; raises ValueError as that does."""
        kept = self._masks.get(annotation.id)
        if kept is not None and kept[0] is annotation.geometry:
            return kept[1]
        mask = rasterise(annotation.geometry, self._size)
        self._masks[annotation.id] = (annotation.geometry, mask)
        return mask


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """What one layer says of one label: its objects, and the map of classes if that holds it."""

    label_id: int
    annotations: tuple[Annotation, ...]
    semantic: SemanticMap | None

    @property
    def has_boxes_alone(self) -> bool:
        """Whether there are objects and all of them are upright boxes."""
        return (
            self.semantic is None
            and bool(self.annotations)
            and all(isinstance(item.geometry, Box) for item in self.annotations)
        )

    def region(self, cache: MaskCache) -> Mask:
        """Union of everything under the label."""
        masks = [cache.mask(item) for item in self.annotations]
        if self.semantic is not None:
            masks.append(Mask.from_array(self.semantic.classes == self.label_id))
        return union_of(masks)


def objects_of(document: ImageDocument, layer_id: int) -> tuple[Annotation, ...]:
    """Annotations of a layer that have an area; keypoints and scribbles have none to score."""
    return tuple(
        item
        for item in document.in_layer(layer_id)
        if not isinstance(item.geometry, Keypoints | Scribble)
    )


def labels_in(semantic: SemanticMap | None) -> frozenset[int]:
    """Ids of the labels that a map of classes holds."""
    if semantic is None:
        return frozenset()
    present = np.flatnonzero(np.bincount(semantic.classes.ravel()))
    return frozenset(present.tolist()) - {semantic.void, semantic.unlabelled}


def void_region(
    semantic: SemanticMap | None, annotations: Sequence[Annotation], cache: MaskCache
) -> Mask:
    """Pixels that the reference does not judge: void, and unlabelled outside of its objects."""
    if semantic is None:
        return Mask.empty()
    void = Mask.from_array(semantic.classes == semantic.void)
    unlabelled = Mask.from_array(semantic.classes == semantic.unlabelled)
    if not unlabelled.is_empty:
        unlabelled = unlabelled.without(union_of([cache.mask(item) for item in annotations]))
    return void.united(unlabelled)


def union_of(masks: Sequence[Mask]) -> Mask:
    """Union of masks, painted once into the box around all of them."""
    if len(masks) == 1:
        return masks[0]
    box = EMPTY_BOX
    for mask in masks:
        box = box.united(mask.box)
    pixels: BoolArray = np.zeros((box.height, box.width), np.bool_)
    for mask in masks:
        if not mask.is_empty:
            place = PixelBox(
                mask.box.left - box.left, mask.box.top - box.top, mask.box.width, mask.box.height
            )
            pixels[place.slices] |= mask.crop()
    return Mask.from_array(pixels, box.left, box.top)
