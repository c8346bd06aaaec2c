"""Average precision and recall as COCO defines them, for boxes, masks and keypoints.

Equal to pycocotools (``COCOeval.stats``) to the last bits: IoU .50:.05:.95, 101
recall points, at most 100 predictions per image and label (20 for keypoints).
What COCO gives as -1 is None here, with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from core.scoring.greedy import Matches, greedy_matches
from core.scoring.objects import BoolArray, Collected, Compared, FloatArray, IntArray
from core.scoring.pairing import Ranked, rank_and_pair

THRESHOLDS: FloatArray = np.linspace(0.5, 0.95, 10)
RECALL_POINTS: FloatArray = np.linspace(0.0, 1.0, 101)
LIMITS = (1, 10, 100)
KEYPOINT_LIMITS = (20,)
SIZES: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "all": (0.0, 1e10),
        "small": (0.0, 32.0**2),
        "medium": (32.0**2, 96.0**2),
        "large": (96.0**2, 1e10),
    }
)
"""Areas in square pixels, both ends included, as in the COCO API."""

_KEYPOINT_SIZES = ("all", "medium", "large")


@dataclass(frozen=True, slots=True)
class LabelPrecision:
    """Average precision and recall of one label; None when the truth has no such object."""

    ap: float | None
    ap50: float | None
    ap75: float | None
    ar: float | None
    truths: int
    predictions: int


@dataclass(frozen=True, slots=True)
class AveragePrecision:
    """The twelve numbers of COCO (ten for keypoints), and those of each label.

    ``values`` is by name: ``AP``, ``AP50``, ``AP75``, ``AP_small``,
    ``AP_medium``, ``AP_large``, ``AR_1``, ``AR_10``, ``AR_100``, ``AR_small``,
    ``AR_medium``, ``AR_large``. ``reasons`` explains each that is None.
    """

    compared: Compared
    values: Mapping[str, float | None]
    reasons: Mapping[str, str]
    per_label: Mapping[int, LabelPrecision]
    notes: tuple[str, ...] = ()

    @property
    def ap(self) -> float | None:
        """AP @[.50:.95]."""
        return self.values["AP"]


@dataclass(frozen=True, slots=True, eq=False)
class Evaluated:
    """Predictions matched to truths at all thresholds and sizes, label by label.

    ``truth_ignored`` is bool (truths, sizes), ``outside`` bool (ranked
    predictions, sizes).
    """

    collected: Collected
    ranked: Ranked
    matches: Matches
    sizes: tuple[str, ...]
    truth_ignored: BoolArray
    outside: BoolArray


def evaluate(collected: Collected, *, by_label: bool = True, most: int | None = None) -> Evaluated:
    """Match all predictions; with ``by_label`` false labels do not matter."""
    points = collected.compared is Compared.KEYPOINTS
    sizes = _KEYPOINT_SIZES if points else tuple(SIZES)
    limit = most or (KEYPOINT_LIMITS if points else LIMITS)[-1]
    ranked = rank_and_pair(collected, float(THRESHOLDS[0]), limit, by_label=by_label)
    truth = collected.truth
    never = truth.crowd | (_without_points(collected) if points else False)
    truth_ignored = never[:, None] | _outside(truth.areas, sizes)
    matches = greedy_matches(ranked, THRESHOLDS, truth_ignored, truth.crowd)
    outside = _outside(collected.prediction.areas[ranked.order], sizes)
    return Evaluated(collected, ranked, matches, sizes, truth_ignored, outside)


def average_precision(collected: Collected) -> AveragePrecision:
    """All numbers of COCO for the objects of two layers."""
    return summarise_precision(evaluate(collected))


def summarise_precision(evaluated: Evaluated) -> AveragePrecision:
    """The numbers of COCO from matched predictions."""
    collected = evaluated.collected
    points = collected.compared is Compared.KEYPOINTS
    limits = KEYPOINT_LIMITS if points else LIMITS
    labels = np.unique(np.concatenate([collected.truth.labels, collected.prediction.labels]))
    precisions: dict[str, list[FloatArray]] = {size: [] for size in evaluated.sizes}
    recalls: dict[tuple[str, int], list[FloatArray]] = {}
    per_label: dict[int, LabelPrecision] = {}
    for label in labels.tolist():
        of_label = _LabelView.of(evaluated, int(label))
        for place, size in enumerate(evaluated.sizes):
            curve = of_label.precision(place)
            if curve is not None:
                precisions[size].append(curve)
            for limit in limits if size == "all" else limits[-1:]:
                recall = of_label.recall(place, limit)
                if recall is not None:
                    recalls.setdefault((size, limit), []).append(recall)
        per_label[int(label)] = of_label.summary(limits[-1])
    values = _values(evaluated.sizes, limits, precisions, recalls)
    return AveragePrecision(
        compared=collected.compared,
        values=MappingProxyType(values),
        reasons=MappingProxyType(_reasons(values)),
        per_label=MappingProxyType(per_label),
        notes=collected.notes,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _LabelView:
    """One label: its ranked predictions in order of their score, and its truths by size."""

    evaluated: Evaluated
    places: IntArray
    truths: IntArray

    @classmethod
    def of(cls, evaluated: Evaluated, label: int) -> _LabelView:
        prediction = evaluated.collected.prediction
        order = evaluated.ranked.order
        places = np.flatnonzero(prediction.labels[order] == label)
        best_first = np.argsort(-prediction.scores[order[places]], kind="stable")
        own = evaluated.collected.truth.labels == label
        return cls(evaluated, places[best_first], (own[:, None] & ~evaluated.truth_ignored).sum(0))

    def precision(self, size: int) -> FloatArray | None:
        """Precision at the recall points, float64 (thresholds, 101); None without a truth."""
        total = int(self.truths[size])
        if not total:
            return None
        hits, misses = self._hits(size, self.places)
        recall = hits / total
        precision = hits / (hits + misses + np.spacing(1))
        envelope = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
        found = np.zeros((len(THRESHOLDS), len(RECALL_POINTS)))
        for row in range(len(THRESHOLDS)):
            places = np.searchsorted(recall[row], RECALL_POINTS, side="left")
            reached = places < recall.shape[1]
            found[row, reached] = envelope[row, places[reached]]
        return found

    def recall(self, size: int, limit: int) -> FloatArray | None:
        """Recall at each threshold with so many predictions per image; None without a truth."""
        total = int(self.truths[size])
        if not total:
            return None
        places = self.places[self.evaluated.ranked.rank[self.places] < limit]
        matches = self.evaluated.matches
        hits = matches.matched[places, :, size] & ~matches.ignored[places, :, size]
        return np.asarray(hits.sum(axis=0) / total, np.float64)

    def summary(self, limit: int) -> LabelPrecision:
        """The numbers of this label over all sizes."""
        curve, recall = self.precision(0), self.recall(0, limit)
        return LabelPrecision(
            ap=None if curve is None else float(curve.mean()),
            ap50=None if curve is None else float(curve[0].mean()),
            ap75=None if curve is None else float(curve[5].mean()),
            ar=None if recall is None else float(recall.mean()),
            truths=int(self.truths[0]),
            predictions=len(self.places),
        )

    def _hits(self, size: int, places: IntArray) -> tuple[FloatArray, FloatArray]:
        """Running counts of right and wrong predictions, each (thresholds, predictions)."""
        matched = self.evaluated.matches.matched[places, :, size].T
        ignored = self.evaluated.matches.ignored[places, :, size].T
        ignored = ignored | (~matched & self.evaluated.outside[places, size][None, :])
        hits = np.cumsum(matched & ~ignored, axis=1).astype(np.float64)
        return hits, np.cumsum(~matched & ~ignored, axis=1).astype(np.float64)


def _outside(areas: FloatArray, sizes: tuple[str, ...]) -> BoolArray:
    """Whether each area is out of each range, bool (objects, sizes)."""
    ranges = [SIZES[size] for size in sizes]
    outside: BoolArray = np.stack(
        [(areas < low) | (areas > high) for low, high in ranges], axis=1
    ).reshape(len(areas), len(sizes))
    return outside


def _without_points(collected: Collected) -> BoolArray:
    """Truths without a labelled point, which COCO does not count."""
    counts = [
        sum(int(seen) > 0 for _, _, seen in item.keypoints.points) if item.keypoints else 0
        for item in collected.truth.records
    ]
    return np.array([count == 0 for count in counts], np.bool_)


def _values(
    sizes: tuple[str, ...],
    limits: tuple[int, ...],
    precisions: Mapping[str, list[FloatArray]],
    recalls: Mapping[tuple[str, int], list[FloatArray]],
) -> dict[str, float | None]:
    everything = precisions["all"]
    values = {
        "AP": _mean(everything),
        "AP50": _mean([curve[0] for curve in everything]),
        "AP75": _mean([curve[5] for curve in everything]),
    }
    values |= {f"AP_{size}": _mean(precisions[size]) for size in sizes[1:]}
    values |= {f"AR_{limit}": _mean(recalls.get(("all", limit), [])) for limit in limits}
    largest = limits[-1]
    return values | {f"AR_{size}": _mean(recalls.get((size, largest), [])) for size in sizes[1:]}


def _mean(arrays: list[FloatArray]) -> float | None:
    return float(np.mean(np.stack(arrays))) if arrays else None


def _reasons(values: Mapping[str, float | None]) -> dict[str, str]:
    reasons = {}
    for name, value in values.items():
        if value is None:
            size = name.partition("_")[2]
            of_size = f" {size}" if size in SIZES else ""
            reasons[name] = f"the truth has no{of_size} object to find"
    return reasons
