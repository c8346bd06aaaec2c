"""The matching of the COCO API for all images at once.

The reference takes the predictions of an image and class one after the other,
best first, at each threshold and size by itself. Here the first prediction of
every group is matched in one go, then every second one, and so on; nothing
that is done within one group touches another.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.scoring.objects import BoolArray, FloatArray, IntArray
from core.scoring.pairing import Ranked

_MOST_CELLS = 4_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Matches:
    """What became of each ranked prediction, bool of shape (predictions, thresholds, sizes).

    ``ignored`` says that it is matched to something that does not count.
    ``truth`` is the partner's index in the truth table, -1 without one.
    """

    matched: BoolArray
    ignored: BoolArray
    truth: IntArray


def greedy_matches(
    ranked: Ranked, thresholds: FloatArray, truth_ignored: BoolArray, crowd: BoolArray
) -> Matches:
    """Match as the COCO API does (Lin et al., "Microsoft COCO", 2014).

    ``truth_ignored`` is bool of shape (truths, sizes): crowds and what is
    outside a range of sizes. A prediction takes the free truth of highest IoU
    among those that count, else among those that do not; crowds can be taken
    again and again. Of equal IoUs the later one wins.
    """
    shape = len(ranked.order), len(thresholds), truth_ignored.shape[1]
    truth = np.full(shape, -1, np.int64)
    taken = np.zeros((len(truth_ignored), *shape[1:]), np.bool_)
    for rows, candidates, ious in _rounds(ranked):
        usable = (candidates >= 0)[:, :, None, None] & (
            ious[:, :, None, None] >= thresholds[None, None, :, None]
        )
        free = ~taken[candidates] | crowd[candidates][:, :, None, None]
        usable = usable & free
        counting = usable & ~truth_ignored[candidates][:, :, None, :]
        first = np.where(counting.any(axis=1), counting.argmax(axis=1), usable.argmax(axis=1))
        found = usable.any(axis=1)
        chosen = candidates[np.arange(len(rows))[:, None, None], first]
        truth[rows] = np.where(found, chosen, -1)
        places, at, size = np.nonzero(found)
        taken[chosen[places, at, size], at, size] = True
    matched = truth >= 0
    sizes = np.arange(shape[2])[None, None, :]
    ignored = matched & truth_ignored[truth, sizes] if len(truth_ignored) else matched
    return Matches(matched, ignored, truth)


def _rounds(ranked: Ranked) -> list[tuple[IntArray, IntArray, FloatArray]]:
    """Predictions that can be matched at the same time, with their candidates, best first.

    Each round is (places, candidates, IoUs), the latter two padded with -1.
    """
    if not len(ranked.pair_rank):
        return []
    best_first = np.lexsort((-ranked.pair_truth, -ranked.pair_iou, ranked.pair_rank))
    owner = ranked.pair_rank[best_first]
    candidate, iou = ranked.pair_truth[best_first], ranked.pair_iou[best_first]
    rows, starts, counts = np.unique(owner, return_index=True, return_counts=True)
    turn = _turns(ranked.group[rows])
    rounds: list[tuple[IntArray, IntArray, FloatArray]] = []
    for number in range(int(turn.max()) + 1):
        chosen = np.flatnonzero(turn == number)
        widest = int(counts[chosen].max())
        step = max(1, _MOST_CELLS // (40 * widest))
        for begin in range(0, len(chosen), step):
            part = chosen[begin : begin + step]
            columns = np.arange(int(counts[part].max()))
            inside = columns[None, :] < counts[part][:, None]
            places = np.where(inside, starts[part][:, None] + columns[None, :], 0)
            rounds.append(
                (
                    rows[part].astype(np.int64),
                    np.where(inside, candidate[places], -1),
                    np.where(inside, iou[places], -1.0),
                )
            )
    return rounds


def _turns(group: IntArray) -> IntArray:
    """How many entries of the same group come before, in a sorted array."""
    starts = np.flatnonzero(np.concatenate([[True], group[1:] != group[:-1]]))
    lengths = np.diff(np.append(starts, len(group)))
    return (np.arange(len(group)) - np.repeat(starts, lengths)).astype(np.int64)
