"""From merges in any order to the stored form: sorted nodes, depth-first leaves."""

from __future__ import annotations

import numpy as np

from core.grouping.hierarchy import Hierarchy, IntArray
from core.grouping.region_graph import SumArray


def ordered_hierarchy(labels: IntArray, parents: IntArray, altitudes: SumArray) -> Hierarchy:
    """Hierarchy of merges: nodes sorted by altitude, leaves renumbered depth first.

    ``parents`` and ``altitudes`` have 2n − 1 entries, the n leaves first, every
    parent after its children, altitudes not falling towards the root.
    """
    leaves = (len(parents) + 1) // 2
    order = np.argsort(altitudes[leaves:], kind="stable") + leaves
    number = np.arange(len(parents), dtype=np.int32)
    number[order] = np.arange(leaves, len(parents), dtype=np.int32)
    sorted_parents = np.empty_like(number)
    sorted_parents[number] = number[parents]
    ranks = _depth_first_ranks(sorted_parents.tolist(), leaves)
    final_parents = sorted_parents.copy()
    final_parents[ranks] = sorted_parents[:leaves]
    heights = np.concatenate([np.zeros(leaves), altitudes[order]]).clip(0.0, 1.0)
    return Hierarchy(ranks[labels], final_parents, heights.astype(np.float32))


def _depth_first_ranks(parents: list[int], leaves: int) -> IntArray:
    """Place of every leaf when the tree is walked depth first, the later child first."""
    sizes = [1] * leaves + [0] * (leaves - 1)
    for node in range(len(parents) - 1):
        sizes[parents[node]] += sizes[node]
    first = [0] * len(parents)
    taken = [0] * len(parents)
    for node in range(len(parents) - 2, -1, -1):
        parent = parents[node]
        first[node] = first[parent] + taken[parent]
        taken[parent] += sizes[node]
    return np.array(first[:leaves], np.int32)
