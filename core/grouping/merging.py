"""Merging: rounds of mutually cheapest pairs until one region is left."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

import numpy as np
import numpy.typing as npt

from core.grouping.hierarchy import IntArray
from core.grouping.interruption import Check
from core.grouping.region_graph import RegionGraph, SumArray, summed_pairs

_SCATTER = np.uint64(2654435761)
_LOW_HALF = np.uint64(0xFFFFFFFF)
_UNSET = np.uint64(0xFFFFFFFFFFFFFFFF)
_VALUES_AT_ONCE = 1_000_000
"""So many sums of regions are looked at between two checks whether the work is still wanted."""


class MergeCost(Protocol):
    """How little two neighbouring regions belong together."""

    def __call__(self, first: SumArray, second: SumArray, border: SumArray) -> SumArray:
        """Cost in [0, 1] of every pair: rows of two regions' sums and of their border's."""


def merge_rounds(
    graph: RegionGraph, cost: MergeCost, between_rounds: Callable[[float], None]
) -> tuple[IntArray, SumArray]:
    """Merge all regions of a connected graph; returns (parents, altitudes) of 2n − 1 nodes.

    In each round all pairs that are each other's cheapest neighbour are merged,
    and only costs around them are computed anew. For reducible linkages this is
    exactly the greedy tree. Altitudes are the running maximum of the cost.
    ``between_rounds`` is called with the fraction done and may raise to stop.
    """
    leaves = len(graph.region_sums)
    sums = np.zeros((2 * leaves - 1, graph.region_sums.shape[1]))
    sums[:leaves] = graph.region_sums
    between_rounds(0.0)
    adding = sums.shape[1] - graph.maximum_columns
    parents = np.arange(2 * leaves - 1, dtype=np.int32)
    altitudes = np.zeros(2 * leaves - 1)
    pairs, border = graph.pairs, graph.border_sums
    costs = _costs_in_parts(pairs, border, sums, cost, partial(between_rounds, 0.0))
    used = leaves
    while len(pairs):
        between_rounds((used - leaves) / max(leaves - 1, 1))
        chosen = _mutually_cheapest(pairs, costs, used)
        new = np.arange(used, used + len(chosen), dtype=np.int32)
        first, second = pairs[chosen, 0], pairs[chosen, 1]
        parents[first] = parents[second] = new
        sums[new, :adding] = sums[first, :adding] + sums[second, :adding]
        sums[new, adding:] = np.maximum(sums[first, adding:], sums[second, adding:])
        below = np.maximum(altitudes[first], altitudes[second])
        altitudes[new] = np.maximum(below, costs[chosen])
        check = partial(between_rounds, (used - leaves) / max(leaves - 1, 1))
        pairs, border, costs = _after_merges(parents[pairs], border, costs, used, sums, cost, check)
        used += len(chosen)
    return parents, altitudes


def _costs_in_parts(
    pairs: IntArray, border: SumArray, sums: SumArray, cost: MergeCost, check: Check
) -> SumArray:
    """The cost of every pair; before the first merge there are many of them."""
    step = max(1, _VALUES_AT_ONCE // sums.shape[1])
    parts = []
    for start in range(0, len(pairs), step):
        check()
        part = pairs[start : start + step]
        parts.append(cost(sums[part[:, 0]], sums[part[:, 1]], border[start : start + step]))
    return np.concatenate(parts) if parts else np.zeros(0)


def _mutually_cheapest(pairs: IntArray, costs: SumArray, nodes: int) -> npt.NDArray[np.int64]:
    """Indices of the pairs that are the cheapest for both of their regions, cheapest first.

    Equal costs are told apart by a scattered pair number: neighbouring numbers
    would make long chains, one merge a round, on images with many equal costs.
    """
    ranks = costs.astype(np.float32).view(np.uint32).astype(np.uint64) << np.uint64(32)
    keys = ranks | (np.arange(len(pairs), dtype=np.uint64) * _SCATTER & _LOW_HALF)
    best = np.full(nodes, _UNSET)
    np.minimum.at(best, pairs[:, 0], keys)
    np.minimum.at(best, pairs[:, 1], keys)
    mutual = np.flatnonzero((best[pairs[:, 0]] == keys) & (best[pairs[:, 1]] == keys))
    return mutual[np.argsort(keys[mutual])]


def _after_merges(
    pairs: IntArray,
    border: SumArray,
    costs: SumArray,
    used: int,
    sums: SumArray,
    cost: MergeCost,
    check: Check,
) -> tuple[IntArray, SumArray, SumArray]:
    """Pairs without those merged, borders to a merged region united, their costs renewed."""
    apart = pairs[:, 0] != pairs[:, 1]
    touched = apart & (pairs >= used).any(axis=1)
    kept = apart & ~touched
    renewed, renewed_border = summed_pairs(pairs[touched], border[touched], len(sums))
    check()
    renewed_costs = _costs_in_parts(renewed, renewed_border, sums, cost, check)
    return (
        np.concatenate([pairs[kept], renewed]),
        np.concatenate([border[kept], renewed_border]),
        np.concatenate([costs[kept], renewed_costs]),
    )
