"""Precision, recall and F1 against the score, at one overlap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.scoring.average_precision import THRESHOLDS, Evaluated
from core.scoring.objects import BoolArray, FloatArray


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """What one gets by keeping predictions that score at least ``threshold``.

    ``precision`` is None when nothing is kept, ``recall`` when there is nothing
    to find, ``f1`` when there is neither.
    """

    threshold: float
    tp: int
    fp: int
    fn: int

    @property
    def precision(self) -> float | None:
        """Right ones among what is kept."""
        kept = self.tp + self.fp
        return self.tp / kept if kept else None

    @property
    def recall(self) -> float | None:
        """What was found of what is there."""
        total = self.tp + self.fn
        return self.tp / total if total else None

    @property
    def f1(self) -> float | None:
        """2 TP / (2 TP + FP + FN)."""
        total = 2 * self.tp + self.fp + self.fn
        return 2 * self.tp / total if total else None


@dataclass(frozen=True, slots=True, eq=False)
class ScoreCurve:
    """Counts at every distinct score, highest first; float64 and int arrays of one length.

    ``total`` is the number of true objects.
    """

    thresholds: FloatArray
    tp: FloatArray
    fp: FloatArray
    total: int

    def at(self, threshold: float) -> OperatingPoint:
        """Keeping what scores at least so much."""
        place = int(np.searchsorted(-self.thresholds, -threshold, side="right")) - 1
        tp, fp = (int(self.tp[place]), int(self.fp[place])) if place >= 0 else (0, 0)
        return OperatingPoint(threshold, tp, fp, self.total - tp)

    def best(self) -> OperatingPoint | None:
        """The highest threshold with the largest F1; None without predictions or truths."""
        if not len(self.thresholds) or not self.total:
            return None
        f1 = 2 * self.tp / (self.tp + self.fp + self.total)
        return self.at(float(self.thresholds[int(f1.argmax())]))

    @property
    def precision(self) -> FloatArray:
        """Precision at each threshold."""
        kept = self.tp + self.fp
        return np.divide(self.tp, kept, out=np.zeros_like(self.tp), where=kept > 0)

    @property
    def recall(self) -> FloatArray:
        """Recall at each threshold; zeros when there is nothing to find."""
        return self.tp / self.total if self.total else np.zeros_like(self.tp)

    @property
    def f1(self) -> FloatArray:
        """F1 at each threshold."""
        total = self.tp + self.fp + self.total
        return np.divide(2 * self.tp, total, out=np.zeros_like(self.tp), where=total > 0)


def score_curve(evaluated: Evaluated, iou: float = 0.5, label_id: int | None = None) -> ScoreCurve:
    """Counts against the score over all labels together, or for one.

    ``iou`` is one of COCO's thresholds. What matches a crowd counts nowhere.
    Raises ValueError for another threshold.
    """
    found = np.flatnonzero(np.isclose(THRESHOLDS, iou))
    if not len(found):
        raise ValueError("curves are computed at IoU .50, .55, … .95")
    at = int(found[0])
    order = evaluated.ranked.order
    collected = evaluated.collected
    matched, ignored = evaluated.matches.matched[:, at, 0], evaluated.matches.ignored[:, at, 0]
    counted = ~ignored & ~(~matched & evaluated.outside[:, 0])
    truths = ~evaluated.truth_ignored[:, 0]
    if label_id is not None:
        counted = counted & (collected.prediction.labels[order] == label_id)
        truths = truths & (collected.truth.labels == label_id)
    scores = collected.prediction.scores[order][counted]
    best_first = np.argsort(-scores, kind="stable")
    scores, hits = scores[best_first], matched[counted][best_first]
    # Predictions of one score stand or fall together: only the last of them is a point.
    last: BoolArray = np.ones(len(scores), np.bool_)
    last[:-1] = scores[1:] != scores[:-1]
    return ScoreCurve(
        thresholds=scores[last],
        tp=np.cumsum(hits)[last].astype(np.float64),
        fp=np.cumsum(~hits)[last].astype(np.float64),
        total=int(truths.sum()),
    )
