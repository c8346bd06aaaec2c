"""Ward linkage: how much the squared colour error grows when two regions become one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.grouping.region_graph import SumArray


@dataclass(frozen=True, slots=True)
class WardCost:
    """Ward's criterion (JASA 1963) on mean Lab, brought into [0, 1).

    ``half_cost`` is the growth of the squared error (ΔE² × pixels) that becomes
    altitude one half. Between neighbours only, so a merge can make the next one
    cheaper; on a graph where all are neighbours it is the greedy tree.
    """

    half_cost: float = 20_000.0

    def __call__(self, first: SumArray, second: SumArray, border: SumArray) -> SumArray:
        """Cost in [0, 1] of every pair; region sums start with count, L, a, b."""
        areas, other_areas = first[:, 0], second[:, 0]
        difference = first[:, 1:4] / areas[:, None] - second[:, 1:4] / other_areas[:, None]
        growth = np.einsum("ic,ic->i", difference, difference)
        growth *= areas * other_areas / (areas + other_areas)
        return np.asarray(growth / (growth + self.half_cost))
