"""Share of pixels that have the right class, background being one of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.document.document import ImageDocument
from core.document.semantic import ClassArray
from core.scoring.cache import ScoreCache
from core.scoring.sides import objects_of, union_of, void_region

BACKGROUND = 0
"""Class of a pixel that no object and no map labels; label ids start at 1."""


@dataclass(frozen=True, slots=True)
class PixelAccuracy:
    """Right pixels among those judged; ``value`` is None when none is judged."""

    right: int
    judged: int

    @property
    def value(self) -> float | None:
        """Right over judged."""
        return self.right / self.judged if self.judged else None

    def __add__(self, other: PixelAccuracy) -> PixelAccuracy:
        return PixelAccuracy(self.right + other.right, self.judged + other.judged)


def pixel_accuracy(
    document: ImageDocument,
    truth_layer_id: int,
    prediction_layer_id: int,
    *,
    cache: ScoreCache | None = None,
) -> PixelAccuracy:
    """Compare the class of every pixel; void and crowds of the truth are not judged.

    Where objects overlap, the front one gives the class; objects lie over a
    semantic map. Raises ValueError when a shape cannot be drawn.
    """
    masks = cache or ScoreCache(document.size)
    truth = class_map(document, truth_layer_id, masks)
    prediction = class_map(document, prediction_layer_id, masks)
    judged = np.ones(document.size.shape, np.bool_)
    objects = objects_of(document, truth_layer_id)
    crowd = union_of([masks.mask(item) for item in objects if item.is_crowd])
    semantic = document.semantic.get(truth_layer_id)
    if semantic is not None:
        crowd = crowd.united(void_region(semantic, objects, masks))
    if not crowd.is_empty:
        judged[crowd.box.slices] &= ~crowd.crop()
    return PixelAccuracy(
        int(np.count_nonzero((truth == prediction) & judged)), int(np.count_nonzero(judged))
    )


def class_map(document: ImageDocument, layer_id: int, masks: ScoreCache) -> ClassArray:
    """Label id of every pixel of a layer, uint16 (height, width), 0 for background."""
    semantic = document.semantic.get(layer_id)
    if semantic is None:
        classes = np.full(document.size.shape, BACKGROUND, np.uint16)
    else:
        nothing = (semantic.classes == semantic.void) | (semantic.classes == semantic.unlabelled)
        classes = np.where(nothing, BACKGROUND, semantic.classes).astype(np.uint16)
    for item in objects_of(document, layer_id):
        mask = masks.mask(item)
        if not mask.is_empty and not item.is_crowd:
            classes[mask.box.slices][mask.crop()] = item.label_id
    return classes
