"""Which true objects each prediction overlaps enough to be considered, and by how much."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.document.mask import BoolArray as Pixels
from core.document.mask import Mask
from core.scoring.objects import (
    BoolArray,
    Collected,
    Compared,
    FloatArray,
    IntArray,
    ObjectTable,
)

COCO_SIGMAS = (
    np.array([26, 25, 25, 35, 35, 79, 79, 72, 72, 62, 62, 107, 107, 87, 87, 89, 89]) / 1000
)
"""How far annotators of COCO disagree about each of the 17 points of a person."""

_MOST_UNPACKED = 500
"""Pairs come image by image, so few masks are needed at a time."""

DEFAULT_SIGMA = 0.05
"""For points that nobody measured the disagreement of."""


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """Predictions grouped and ranked, with the pairs worth looking at.

    ``order`` lists predictions (indices into the table) by group, best first,
    cut to so many per group; ``group`` and ``rank`` run along it. ``pair_rank``
    is a place in ``order``, ``pair_truth`` an index of the truth table.
    """

    order: IntArray
    group: IntArray
    rank: IntArray
    truth_group: IntArray
    pair_rank: IntArray
    pair_truth: IntArray
    pair_iou: FloatArray


def rank_and_pair(
    collected: Collected, least_iou: float, most_per_group: int, *, by_label: bool = True
) -> Ranked:
    """Group by image (and label), rank by score, and find overlaps of at least ``least_iou``.

    Equal scores keep the order of the layer, as in the COCO API.
    """
    truth, prediction = collected.truth, collected.prediction
    truth_group, own_group = _groups(truth, prediction, by_label=by_label)
    order = np.lexsort((-prediction.scores, own_group)).astype(np.int64)
    group = own_group[order]
    rank = _places_in_group(group)
    kept = rank < most_per_group
    order, group, rank = order[kept], group[kept], rank[kept]
    pair_rank, pair_truth = _all_pairs(group, truth_group)
    overlap = _OVERLAPS[collected.compared]
    iou = overlap(collected, order[pair_rank], pair_truth, least_iou)
    enough = iou >= least_iou
    return Ranked(
        order, group, rank, truth_group, pair_rank[enough], pair_truth[enough], iou[enough]
    )


def _groups(
    truth: ObjectTable, prediction: ObjectTable, *, by_label: bool
) -> tuple[IntArray, IntArray]:
    images = np.concatenate([truth.images, prediction.images])
    labels = np.concatenate([truth.labels, prediction.labels])
    keys = np.stack([labels if by_label else np.zeros_like(labels), images], axis=1)
    _, numbers = np.unique(keys, axis=0, return_inverse=True)
    numbers = numbers.reshape(-1).astype(np.int64)
    return numbers[: len(truth)], numbers[len(truth) :]


def _places_in_group(group: IntArray) -> IntArray:
    """0, 1, 2 … within each run of equal numbers of a sorted array."""
    if not len(group):
        return group
    starts = np.flatnonzero(np.concatenate([[True], group[1:] != group[:-1]]))
    lengths = np.diff(np.append(starts, len(group)))
    return (np.arange(len(group)) - np.repeat(starts, lengths)).astype(np.int64)


def _all_pairs(group: IntArray, truth_group: IntArray) -> tuple[IntArray, IntArray]:
    """Every prediction with every truth of its group, as two arrays of places."""
    by_group = np.argsort(truth_group, kind="stable")
    sorted_groups = truth_group[by_group]
    first = np.searchsorted(sorted_groups, group, "left")
    counts = np.searchsorted(sorted_groups, group, "right") - first
    places = np.repeat(np.arange(len(group)), counts).astype(np.int64)
    offsets = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return places, by_group[np.repeat(first, counts) + offsets].astype(np.int64)


def _box_overlap(
    collected: Collected, predicted: IntArray, true: IntArray, _least: float
) -> FloatArray:
    """IoU of boxes; over the prediction's own area against a crowd."""
    first, second = collected.prediction.boxes[predicted], collected.truth.boxes[true]
    shared = _shared_area(first, second)
    own = first[:, 2] * first[:, 3]
    other = second[:, 2] * second[:, 3]
    union = np.where(collected.truth.crowd[true], own, own + other - shared)
    return np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)


def _mask_overlap(
    collected: Collected, predicted: IntArray, true: IntArray, least: float
) -> FloatArray:
    """IoU of pixels, 0 where the boxes already tell that it is below ``least``."""
    first, second = _Masks(collected.prediction), _Masks(collected.truth)
    crowd: BoolArray = collected.truth.crowd[true]
    bound = _shared_area(first.boxes[predicted], second.boxes[true])
    own, other = first.areas[predicted], second.areas[true]
    most = np.minimum(bound, np.minimum(own, other))
    union = np.where(crowd, own, own + other - most)
    promising = (most > 0) & (most >= least * union)
    shared = np.zeros(len(predicted), np.float64)
    for place in np.flatnonzero(promising).tolist():
        shared[place] = _shared_pixels(first, int(predicted[place]), second, int(true[place]))
    union = np.where(crowd, own, own + other - shared)
    return np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)


class _Masks:
    """The masks of a table; those used lately stay unpacked."""

    def __init__(self, table: ObjectTable) -> None:
        self.masks = [item.mask or Mask.empty() for item in table.records]
        boxes = [mask.box for mask in self.masks]
        self.boxes = np.array(
            [(box.left, box.top, box.width, box.height) for box in boxes], np.float64
        ).reshape(-1, 4)
        self.areas = np.array([mask.area for mask in self.masks], np.float64)
        self._unpacked: dict[int, Pixels] = {}

    def pixels(self, place: int) -> Pixels:
        found = self._unpacked.get(place)
        if found is None:
            if len(self._unpacked) >= _MOST_UNPACKED:
                self._unpacked.clear()
            found = self._unpacked[place] = self.masks[place].crop()
        return found


def _shared_pixels(first: _Masks, one: int, second: _Masks, other: int) -> int:
    a, b = first.masks[one].box, second.masks[other].box
    left, top = max(a.left, b.left), max(a.top, b.top)
    right, bottom = min(a.right, b.right), min(a.bottom, b.bottom)
    here = first.pixels(one)[top - a.top : bottom - a.top, left - a.left : right - a.left]
    there = second.pixels(other)[top - b.top : bottom - b.top, left - b.left : right - b.left]
    return int(np.count_nonzero(here & there))


def _shared_area(first: FloatArray, second: FloatArray) -> FloatArray:
    ends = np.minimum(first[:, :2] + first[:, 2:], second[:, :2] + second[:, 2:])
    extent = ends - np.maximum(first[:, :2], second[:, :2])
    shared: FloatArray = np.where((extent > 0).all(axis=1), extent[:, 0] * extent[:, 1], 0.0)
    return shared


def _point_overlap(
    collected: Collected, predicted: IntArray, true: IntArray, _least: float
) -> FloatArray:
    """Object keypoint similarity (COCO): a Gaussian of the distance of each labelled point."""
    found = np.zeros(len(predicted), np.float64)
    areas = collected.truth.areas
    for place, (one, other) in enumerate(zip(predicted.tolist(), true.tolist(), strict=True)):
        found[place] = keypoint_similarity(
            _points_of(collected.truth, other),
            collected.truth.boxes[other],
            float(areas[other]),
            _points_of(collected.prediction, one),
        )
    return found


def keypoint_similarity(
    truth: FloatArray, truth_box: FloatArray, truth_area: float, prediction: FloatArray
) -> float:
    """OKS of two sets of points, float64 (k, 3) of x, y, visibility; 0 when k differs.

    Where the truth has no labelled point, what lies within twice its box counts
    as right, as in the COCO API.
    """
    if len(truth) != len(prediction) or not len(truth):
        return 0.0
    sigmas = COCO_SIGMAS if len(truth) == len(COCO_SIGMAS) else np.full(len(truth), DEFAULT_SIGMA)
    labelled = truth[:, 2] > 0
    if labelled.any():
        offsets = prediction[:, :2] - truth[:, :2]
    else:
        low = truth_box[:2] - truth_box[2:]
        high = truth_box[:2] + truth_box[2:] * 2
        points = prediction[:, :2]
        offsets = np.maximum(0, low - points) + np.maximum(0, points - high)
        labelled = np.ones(len(truth), np.bool_)
    squared = (offsets**2).sum(axis=1)
    exponents = squared / (sigmas * 2) ** 2 / (truth_area + np.spacing(1)) / 2
    return float(np.exp(-exponents[labelled]).sum() / labelled.sum())


def _points_of(table: ObjectTable, place: int) -> FloatArray:
    keypoints = table.records[place].keypoints
    points = () if keypoints is None else keypoints.points
    return np.array([(x, y, int(seen)) for x, y, seen in points], np.float64).reshape(-1, 3)


_Overlap = Callable[[Collected, IntArray, IntArray, float], FloatArray]

_OVERLAPS: dict[Compared, _Overlap] = {
    Compared.BOXES: _box_overlap,
    Compared.MASKS: _mask_overlap,
    Compared.KEYPOINTS: _point_overlap,
}
