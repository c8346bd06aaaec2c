"""The two sides of a comparison: which objects count, and their pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.document.annotation import Annotation
from core.document.document import ImageDocument
from core.document.geometry import Box, Keypoints, Scribble
from core.document.mask import EMPTY_BOX, BoolArray, Mask, PixelBox
from core.document.semantic import SemanticMap
from core.scoring.cache import ScoreCache


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

    def masks(self, cache: ScoreCache) -> list[Mask]:
        """Pixels of everything under the label, piece by piece."""
        masks = [cache.mask(item) for item in self.annotations]
        if self.semantic is not None:
            masks.append(Mask.from_array(self.semantic.classes == self.label_id))
        return masks


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
    semantic: SemanticMap, annotations: Sequence[Annotation], cache: ScoreCache
) -> Mask:
    """Pixels that the reference does not judge: void, and unlabelled outside of its objects."""
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
    return Mask.from_array(painted(masks, box), box.left, box.top)


def painted(masks: Sequence[Mask], box: PixelBox) -> BoolArray:
    """Union of masks that lie inside a box, bool of the box's shape."""
    pixels: BoolArray = np.zeros((box.height, box.width), np.bool_)
    for mask in masks:
        if not mask.is_empty:
            left, top = mask.box.left - box.left, mask.box.top - box.top
            pixels[PixelBox(left, top, mask.box.width, mask.box.height).slices] |= mask.crop()
    return pixels
