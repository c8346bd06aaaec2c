"""Average precision as the Pascal VOC devkit computes it, for boxes and masks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from core.scoring.objects import BoolArray, Collected, FloatArray, IntArray
from core.scoring.pairing import Ranked, rank_and_pair

VOC_IOU = 0.5
"""A detection must overlap by more than this."""

_NO_LIMIT = 2**31 - 1


@dataclass(frozen=True, slots=True)
class VocPrecision:
    """AP of each label and their means, by the area under the curve and by 11 points.

    None where the truth has no object that is not difficult.
    """

    all_point: float | None
    eleven_point: float | None
    per_label: Mapping[int, tuple[float | None, float | None]]


def voc_precision(collected: Collected) -> VocPrecision:
    """AP at IoU above .5 (Everingham et al., "The Pascal VOC Challenge", 2010).

    Each detection goes to the true object that it overlaps most; of several the
    best scored is right and the others are wrong. Difficult objects and crowds
    neither count nor hurt.
    """
    above = float(np.nextafter(VOC_IOU, 1.0))
    ranked = rank_and_pair(collected, above, _NO_LIMIT)
    hits, ignored = _claims(collected, ranked)
    per_label: dict[int, tuple[float | None, float | None]] = {}
    truth = collected.truth
    counted = ~_not_counted(collected)
    for label in np.unique(np.concatenate([truth.labels, collected.prediction.labels])).tolist():
        places = np.flatnonzero(collected.prediction.labels[ranked.order] == label)
        places = places[~ignored[places]]
        scores = collected.prediction.scores[ranked.order[places]]
        places = places[np.argsort(-scores, kind="stable")]
        total = int((counted & (truth.labels == label)).sum())
        per_label[int(label)] = _label_precision(hits[places], total)
    return VocPrecision(
        _mean([whole for whole, _ in per_label.values()]),
        _mean([eleven for _, eleven in per_label.values()]),
        MappingProxyType(per_label),
    )


def _claims(collected: Collected, ranked: Ranked) -> tuple[BoolArray, BoolArray]:
    """Which ranked detections are right, and which are not judged."""
    best = _best_truth(ranked)
    hits = np.zeros(len(best), np.bool_)
    found = np.flatnonzero(best >= 0)
    # Within a group the order is by score, so the first claim on a truth is the best one.
    _, first = np.unique(best[found], return_index=True)
    hits[found[first]] = True
    ignored = np.zeros(len(best), np.bool_)
    ignored[found] = _not_counted(collected)[best[found]]
    return hits, ignored


def _best_truth(ranked: Ranked) -> IntArray:
    """The true object of largest overlap, the first of equals; -1 where none is above .5."""
    best = np.full(len(ranked.order), -1, np.int64)
    order = np.lexsort((ranked.pair_truth, -ranked.pair_iou, ranked.pair_rank))
    owners, first = np.unique(ranked.pair_rank[order], return_index=True)
    best[owners] = ranked.pair_truth[order][first]
    return best


def _not_counted(collected: Collected) -> BoolArray:
    return np.array(
        [item.is_difficult or item.is_crowd for item in collected.truth.records], np.bool_
    )


def _label_precision(hits: BoolArray, total: int) -> tuple[float | None, float | None]:
    if not total:
        return None, None
    right = np.cumsum(hits)
    recall = right / total
    precision = right / np.arange(1, len(hits) + 1)
    return area_under_curve(recall, precision), eleven_points(recall, precision)


def area_under_curve(recall: FloatArray, precision: FloatArray) -> float:
    """Area under the curve, precision made to fall from left to right (VOC from 2010 on)."""
    steps = np.concatenate([[0.0], recall, [1.0]])
    heights = np.concatenate([[0.0], precision, [0.0]])
    heights = np.maximum.accumulate(heights[::-1])[::-1]
    return float((np.diff(steps) * heights[1:]).sum())


def eleven_points(recall: FloatArray, precision: FloatArray) -> float:
    """Mean of the best precision at recall 0, .1, …, 1 (VOC 2007)."""
    points = np.arange(11) / 10
    best = [float(precision[recall >= point - 1e-12].max(initial=0.0)) for point in points]
    return float(np.mean(best))


def _mean(values: list[float | None]) -> float | None:
    defined = [value for value in values if value is not None]
    return float(np.mean(defined)) if defined else None
