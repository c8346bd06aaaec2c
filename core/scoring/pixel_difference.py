"""Which pixels agree, are too many or are missing, and the regions that they form."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import cv2
import numpy as np

from core.document.document import ImageDocument
from core.document.mask import Mask
from core.scoring.cache import ScoreCache
from core.scoring.sides import labels_in, objects_of, union_of, void_region


class PixelKind(Enum):
    """What a pixel is to the comparison of one label."""

    TP = "in both"
    FP = "in the prediction alone"
    FN = "in the reference alone"


@dataclass(frozen=True, slots=True)
class PixelDifference:
    """Pixels of the image by kind.

    A pixel that has the same label in both is ``tp``, one with a label too much
    ``fp``, one that lacks a label ``fn``; with a wrong label it is the last two.
    """

    tp: Mask
    fp: Mask
    fn: Mask


@dataclass(frozen=True, slots=True)
class DifferenceRegion:
    """Connected pixels of one kind."""

    kind: PixelKind
    mask: Mask


def pixel_difference(
    document: ImageDocument,
    truth_layer_id: int,
    prediction_layer_id: int,
    *,
    label_id: int | None = None,
    cache: ScoreCache | None = None,
) -> PixelDifference:
    """Compare two layers pixel by pixel, over all labels or for one.

    Void, what the reference leaves unlabelled and its crowds are in none of the
    three. Raises ValueError when a shape cannot be drawn.
    """
    masks = cache or ScoreCache(document.size)
    layers = truth_layer_id, prediction_layer_id
    labels = _labels(document, layers) if label_id is None else {label_id}
    semantic = document.semantic.get(truth_layer_id)
    truths = objects_of(document, truth_layer_id)
    void = Mask.empty() if semantic is None else void_region(semantic, truths, masks)
    tp, fp, fn = Mask.empty(), Mask.empty(), Mask.empty()
    for label in sorted(labels):
        crowd = union_of(
            [masks.mask(item) for item in truths if item.is_crowd and item.label_id == label]
        )
        ignored = void.united(crowd)
        truth, prediction = (
            _union(document, layer_id, label, masks).without(ignored) for layer_id in layers
        )
        tp = tp.united(truth.intersected(prediction))
        fp = fp.united(prediction.without(truth))
        fn = fn.united(truth.without(prediction))
    return PixelDifference(tp.without(fp.united(fn)), fp, fn)


def regions_of(difference: PixelDifference) -> tuple[DifferenceRegion, ...]:
    """Connected regions of what is wrong (8-neighbours), largest first."""
    found = [
        DifferenceRegion(kind, region)
        for kind, mask in ((PixelKind.FP, difference.fp), (PixelKind.FN, difference.fn))
        for region in connected_regions(mask)
    ]
    return tuple(sorted(found, key=lambda item: -item.mask.area))


def connected_regions(mask: Mask) -> tuple[Mask, ...]:
    """The connected parts of a mask, pixels touching at a corner included."""
    if mask.is_empty:
        return ()
    crop = mask.crop().astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(crop, connectivity=8)
    regions = []
    for number in range(1, count):
        left, top, width, height = (int(value) for value in stats[number, :4])
        part = labels[top : top + height, left : left + width] == number
        regions.append(Mask.from_array(part, mask.box.left + left, mask.box.top + top))
    return tuple(regions)


def _labels(document: ImageDocument, layers: tuple[int, int]) -> set[int]:
    found: set[int] = set()
    for layer_id in layers:
        found |= {item.label_id for item in objects_of(document, layer_id)}
        found |= labels_in(document.semantic.get(layer_id))
    return found


def _union(document: ImageDocument, layer_id: int, label_id: int, masks: ScoreCache) -> Mask:
    items = objects_of(document, layer_id)
    parts = [masks.mask(item) for item in items if item.label_id == label_id and not item.is_crowd]
    semantic = document.semantic.get(layer_id)
    if semantic is not None:
        parts.append(Mask.from_array(semantic.classes == label_id))
    return union_of(parts)
