"""Which predicted object stands for which true one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.document.annotation import Annotation
from core.document.geometry import Box
from core.document.mask import BoolArray, Mask
from core.scoring.boxes import box_iou
from core.scoring.cache import ScoreCache
from core.scoring.scores import MatchedPair
from core.scoring.sides import Side

MATCH_IOU = 0.5
"""Objects match above this overlap; more than a half can be shared with one object only."""

_IGNORED_SHARE = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class _Item:
    """An object with its scored pixels."""

    annotation: Annotation
    mask: Mask
    bounds: Box

    @property
    def is_box(self) -> bool:
        return isinstance(self.annotation.geometry, Box)


def match_objects(
    truth: Side, prediction: Side, void: Mask, crowd: Mask, cache: ScoreCache, min_iou: float
) -> tuple[MatchedPair, ...]:
    """Pairs of one label, largest overlap first, then the objects left over.

    An object has at most one partner (Kirillov et al., "Panoptic Segmentation",
    2019: same class, IoU above a half, void not counted). A predicted object
    without partner that lies for more than half in void or crowd is no mistake
    and is left out; crowds themselves are no objects.
    """
    true_items = [_item(item, void, cache) for item in truth.annotations if not item.is_crowd]
    items = [_item(item, void, cache) for item in prediction.annotations]
    pairs: list[MatchedPair] = []
    free_truth, free = set(range(len(true_items))), set(range(len(items)))
    for iou, row, column in _overlaps(true_items, items, min_iou, cache):
        if row in free_truth and column in free:
            free_truth.remove(row)
            free.remove(column)
            pairs.append(_pair(truth.label_id, true_items[row], items[column], iou))
    missed = [true_items[row].annotation.id for row in sorted(free_truth)]
    ignored = void.united(crowd)
    extra = [
        items[column].annotation.id
        for column in sorted(free)
        if not _lies_in(cache.mask(items[column].annotation), ignored)
    ]
    pairs += [MatchedPair(truth.label_id, number, None, 0.0) for number in missed]
    pairs += [MatchedPair(truth.label_id, None, number, 0.0) for number in extra]
    return tuple(pairs)


def mask_iou(first: Mask, second: Mask) -> float:
    """Intersection over union of two masks, 0 when both are empty."""
    shared = first.intersected(second).area
    union = first.area + second.area - shared
    return shared / union if union else 0.0


def _pair(label_id: int, truth: _Item, prediction: _Item, iou: float) -> MatchedPair:
    boxes = truth.is_box or prediction.is_box
    return MatchedPair(label_id, truth.annotation.id, prediction.annotation.id, iou, boxes)


def _item(annotation: Annotation, void: Mask, cache: ScoreCache) -> _Item:
    mask = cache.mask(annotation)
    if not mask.box.intersected(void.box).is_empty:
        mask = mask.without(void)
    return _Item(annotation, mask, annotation.bounds)


def _overlaps(
    truth: Sequence[_Item], prediction: Sequence[_Item], min_iou: float, cache: ScoreCache
) -> list[tuple[float, int, int]]:
    """Overlaps above the threshold as (IoU, truth index, prediction index), largest first."""
    if not truth or not prediction:
        return []
    first, second = _boxes(truth), _boxes(prediction)
    near = (first[:, None, :2] < second[None, :, 2:]) & (second[None, :, :2] < first[:, None, 2:])
    pixels = _Unpacked()
    found = [
        (_kept_iou(truth[row], prediction[column], pixels, cache), row, column)
        for row, column in np.argwhere(near.all(axis=2)).tolist()
    ]
    return sorted(
        (entry for entry in found if entry[0] > min_iou),
        key=lambda entry: (-entry[0], entry[1], entry[2]),
    )


def _boxes(items: Sequence[_Item]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Bounding boxes as (x0, y0, x1, y1), float64 of shape (n, 4)."""
    boxes = [item.bounds for item in items]
    return np.array([(box.x, box.y, box.right, box.bottom) for box in boxes], np.float64)


class _Unpacked:
    """Pixels of masks, each unpacked once and only if it is asked for."""

    def __init__(self) -> None:
        self._crops: dict[int, tuple[Mask, BoolArray]] = {}

    def of(self, mask: Mask) -> BoolArray:
        """Bool of the shape of the mask's box."""
        held = self._crops.get(id(mask))
        if held is None:
            held = self._crops[id(mask)] = (mask, mask.crop())
        return held[1]


def _kept_iou(truth: _Item, prediction: _Item, pixels: _Unpacked, cache: ScoreCache) -> float:
    key = truth.annotation.id, prediction.annotation.id
    return cache.overlaps.get(
        key, (truth.mask, prediction.mask), lambda: _iou(truth, prediction, pixels)
    )


def _iou(truth: _Item, prediction: _Item, pixels: _Unpacked) -> float:
    if truth.is_box or prediction.is_box:
        return box_iou(truth.bounds, prediction.bounds)
    shared_box = truth.mask.box.intersected(prediction.mask.box)
    if shared_box.is_empty:
        return 0.0
    windows = [
        pixels.of(item.mask)[
            shared_box.top - item.mask.box.top : shared_box.bottom - item.mask.box.top,
            shared_box.left - item.mask.box.left : shared_box.right - item.mask.box.left,
        ]
        for item in (truth, prediction)
    ]
    shared = int(np.count_nonzero(windows[0] & windows[1]))
    return shared / (truth.mask.area + prediction.mask.area - shared)


def _lies_in(mask: Mask, ignored: Mask) -> bool:
    if mask.is_empty or ignored.is_empty:
        return False
    return mask.intersected(ignored).area > _IGNORED_SHARE * mask.area
