"""The region hierarchy of an image, stored so that every question is a range query."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Hierarchy:
    """A binary tree of regions over the pixels of an image.

    ``leaf_labels`` is int32 of shape (height, width): the leaf of each pixel at
    the hierarchy's scale. ``parents`` is int32 of length 2n − 1 for n leaves:
    every parent's index is above its children's, and the root, the last, is its
    own parent. ``altitudes`` is float32 of the same length, 0 at the leaves and
    not falling towards the root, within [0, 1].

    Leaves 0 … n − 1 stand in depth-first order, so the leaves of any node are
    consecutive; nodes above them are sorted by altitude. Every region, leaves
    included, is 4-connected. Arrays are made read-only.
    """

    leaf_labels: npt.NDArray[np.int32]
    parents: npt.NDArray[np.int32]
    altitudes: npt.NDArray[np.float32]

    def __post_init__(self) -> None:
        if self.leaf_labels.ndim != 2 or self.leaf_labels.size == 0:
            raise ValueError("a hierarchy needs a leaf for every pixel of an image")
        count = len(self.parents)
        if count % 2 == 0 or self.altitudes.shape != (count,):
            raise ValueError("a binary tree of n leaves has 2n - 1 parents and altitudes")
        if (self.parents[:-1] <= np.arange(count - 1)).any() or self.parents[-1] != count - 1:
            raise ValueError("every parent must stand after its children, and the root last")
        for array in (self.leaf_labels, self.parents, self.altitudes):
            array.flags.writeable = False

    @property
    def leaf_count(self) -> int:
        """Number of leaves; nodes below this index are leaves."""
        return (len(self.parents) + 1) // 2

    @property
    def node_count(self) -> int:
        """Number of nodes, leaves included."""
        return len(self.parents)

    @property
    def root(self) -> int:
        """The node that is the whole image."""
        return len(self.parents) - 1


@dataclass(frozen=True, slots=True, eq=False)
class LeafRanges:
    """Which leaves lie below each node: those from ``first`` to ``last``, exclusive.

    ``gap_nodes`` has one entry for every two consecutive leaves: the node in
    which the two are joined. A cut is then a running count of the gaps above it.
    """

    first: IntArray
    last: IntArray
    gap_nodes: IntArray

    @classmethod
    def of(cls, hierarchy: Hierarchy) -> LeafRanges:
        """Ranges of every node; one pass over the tree."""
        leaves = hierarchy.leaf_count
        first = [*range(leaves), *([leaves] * (leaves - 1))]
        last = [*range(1, leaves + 1), *([0] * (leaves - 1))]
        gaps = [0] * (leaves - 1)
        middle = [0] * hierarchy.node_count
        for node, parent in enumerate(hierarchy.parents[:-1].tolist()):
            if node >= leaves:
                gaps[middle[node] - 1] = node
            low, high = first[node], last[node]
            # The child that ends where its sibling starts is the left one.
            middle[parent] = low if low > first[parent] else high
            first[parent] = min(first[parent], low)
            last[parent] = max(last[parent], high)
        if leaves > 1:
            gaps[middle[-1] - 1] = hierarchy.root
        return cls(*(np.array(values, np.int32) for values in (first, last, gaps)))

    def regions_at(self, hierarchy: Hierarchy, altitude: float) -> IntArray:
        """Region of every leaf when all merges up to this altitude are done."""
        return _regions(hierarchy.altitudes[self.gap_nodes] > altitude)

    def regions_of_count(self, hierarchy: Hierarchy, count: int) -> IntArray:
        """Region of every leaf for exactly ``count`` regions, or as many as there are leaves."""
        kept = min(max(count, 1), hierarchy.leaf_count)
        return _regions(self.gap_nodes > hierarchy.root - (kept - 1))


def _regions(separated: npt.NDArray[np.bool_]) -> IntArray:
    regions = np.zeros(len(separated) + 1, np.int32)
    np.cumsum(separated, out=regions[1:])
    return regions
