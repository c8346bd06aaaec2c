"""Choosing candidates one after another, each unlike those before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.grouping.combinations import NO_NODE, Candidates
from core.grouping.hierarchy import LeafRanges
from core.grouping.interruption import Check, unchecked
from core.grouping.region_graph import SumArray


@dataclass(frozen=True, slots=True)
class Diversity:
    """What overlap with an earlier choice costs.

    The score is multiplied by exp(−(overlap / ``tolerance``)²), as in soft
    non-maximum suppression (Bodla et al., ICCV 2017), and a candidate whose
    intersection over union exceeds ``max_overlap`` is dropped. Without
    ``tolerance`` only the second holds.
    """

    max_overlap: float = 0.8
    tolerance: float | None = 1.0


def diverse(
    candidates: Candidates,
    ranges: LeafRanges,
    leaf_areas: SumArray,
    scores: SumArray,
    limit: int,
    diversity: Diversity,
    check: Check = unchecked,
) -> tuple[npt.NDArray[np.intp], SumArray]:
    """Rows of at most ``limit`` candidates in the order chosen, and their lowered scores.

    ``check`` is called before each choice and may raise to stop.
    """
    pool = _Pool.of(candidates, ranges, leaf_areas)
    chosen: list[int] = []
    lowered: list[float] = []
    left = scores.copy()
    while len(chosen) < min(limit, len(left)):
        check()
        best = int(left.argmax())
        if left[best] <= 0:
            break
        chosen.append(best)
        lowered.append(float(left[best]))
        overlap = pool.overlaps(best)
        if diversity.tolerance is not None:
            left *= np.exp(-((overlap / diversity.tolerance) ** 2))
        left[overlap > diversity.max_overlap] = 0
        left[best] = 0
    return np.array(chosen, np.intp), np.array(lowered)


@dataclass(frozen=True, slots=True, eq=False)
class _Pool:
    first: npt.NDArray[np.int32]
    last: npt.NDArray[np.int32]
    areas: SumArray
    leaf_areas: SumArray

    @classmethod
    def of(cls, candidates: Candidates, ranges: LeafRanges, leaf_areas: SumArray) -> _Pool:
        used = candidates.nodes != NO_NODE
        filled = np.where(used, candidates.nodes, 0)
        # A part that is not there is an empty range.
        first = np.where(used, ranges.first[filled], 0)
        last = np.where(used, ranges.last[filled], 0)
        below = np.concatenate([[0.0], np.cumsum(leaf_areas)])
        areas = (below[last] - below[first]).sum(axis=1)
        parts = used.any(axis=0).sum()
        return cls(first[:, :parts].T.copy(), last[:, :parts].T.copy(), areas, leaf_areas)

    def overlaps(self, row: int) -> SumArray:
        """Intersection over union of every candidate with one of them."""
        inside = np.zeros(len(self.leaf_areas) + 1)
        for first, last in zip(self.first[:, row], self.last[:, row], strict=True):
            inside[first + 1 : last + 1] = self.leaf_areas[first:last]
        below = np.cumsum(inside)
        shared = (below[self.last] - below[self.first]).sum(axis=0)
        return np.asarray(shared / (self.areas + self.areas[row] - shared))
