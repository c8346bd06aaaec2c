"""A merge cost without learned weights: colour difference, border contrast and size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.grouping.region_graph import EDGE, LENGTH, SumArray


@dataclass(frozen=True, slots=True)
class ContrastCost:
    """Cost from the difference of mean Lab, the edge along the border and the smaller area."""

    color_power: float = 0.4
    area_power: float = 0.3
    half_cost: float = 125.0

    def __call__(self, first: SumArray, second: SumArray, border: SumArray) -> SumArray:
        """Cost in [0, 1] of every pair; region sums start with count, L, a, b."""
        areas, other_areas = first[:, 0], second[:, 0]
        difference = first[:, 1:4] / areas[:, None] - second[:, 1:4] / other_areas[:, None]
        color = np.sqrt(np.einsum("ic,ic->i", difference, difference))
        contrast = border[:, EDGE] / border[:, LENGTH]
        harmonic = areas * other_areas / (areas + other_areas)
        raw = (
            color**self.color_power * contrast ** (1 - self.color_power) * harmonic**self.area_power
        )
        return np.asarray(raw / (raw + self.half_cost))
