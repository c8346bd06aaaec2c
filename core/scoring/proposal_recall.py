"""How much of the truth proposals cover, against their number and the overlap asked for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.scoring.average_precision import THRESHOLDS, evaluate
from core.scoring.objects import Collected, FloatArray

COUNTS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
"""Numbers of proposals per image that recall is given for."""


@dataclass(frozen=True, slots=True, eq=False)
class ProposalRecall:
    """Recall of objects of any label by the best N proposals of each image.

    ``recall`` is float64 of shape (counts, thresholds), None without a true
    object. (Hosang et al., "What makes for effective detection proposals?", 2015.)
    """

    counts: tuple[int, ...]
    recall: FloatArray | None

    def average(self, count: int) -> float | None:
        """Mean over IoU .50:.05:.95 with so many proposals."""
        if self.recall is None:
            return None
        return float(self.recall[self.counts.index(count)].mean())

    def at(self, count: int, iou: float) -> float | None:
        """Recall with so many proposals at one of COCO's overlaps."""
        if self.recall is None:
            return None
        place = int(np.argmin(np.abs(THRESHOLDS - iou)))
        return float(self.recall[self.counts.index(count), place])


def proposal_recall(collected: Collected, counts: tuple[int, ...] = COUNTS) -> ProposalRecall:
    """Recall against number and IoU; each proposal finds at most one object.

    Numbers beyond the largest list of proposals are left out, except the first of them.
    """
    most = max(counts)
    evaluated = evaluate(collected, by_label=False, most=most)
    total = int((~evaluated.truth_ignored[:, 0]).sum())
    rank = evaluated.ranked.rank
    longest = int(rank.max()) + 1 if len(rank) else 0
    useful = tuple(
        count for place, count in enumerate(counts) if not place or counts[place - 1] < longest
    )
    if not total:
        return ProposalRecall(useful, None)
    hits = evaluated.matches.matched[:, :, 0] & ~evaluated.matches.ignored[:, :, 0]
    rows = [hits[rank < count].sum(axis=0) / total for count in useful]
    return ProposalRecall(useful, np.array(rows, np.float64))
