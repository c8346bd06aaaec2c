"""Candidates for objects: nodes of the hierarchy, and pairs and triples of neighbouring nodes.

In the manner of multiscale combinatorial grouping (Arbeláez et al., CVPR 2014):
an object that the tree splits is often the union of two or three of its nodes.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from core.grouping.hierarchy import Hierarchy, IntArray, LeafRanges
from core.grouping.interruption import Check, unchecked
from core.grouping.node_statistics import AREA, BORDER_COLUMNS, NodeStatistics
from core.grouping.region_graph import SumArray

PARTS = 3
NO_NODE = -1
_ROWS_AT_ONCE = 1024


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Unions of one to three nodes that are apart from each other.

    ``nodes`` is int32 (m, 3), filled up with −1. The other arrays have a row for
    each: ``shapes``, ``outer``, ``inner`` and ``edges`` as in ``NodeStatistics``;
    ``seam`` is the border between the parts; ``highest`` and ``lowest_parent``
    the highest altitude of a part and the lowest at which one joins its sibling.
    """

    nodes: IntArray
    shapes: SumArray
    outer: SumArray
    inner: SumArray
    edges: SumArray
    seam: SumArray
    highest: SumArray
    lowest_parent: SumArray

    def __len__(self) -> int:
        return len(self.nodes)

    def only(self, chosen: npt.NDArray[np.intp] | npt.NDArray[np.bool_]) -> Candidates:
        """Some of them."""
        return Candidates(
            *(getattr(self, name)[chosen] for name in Candidates.__dataclass_fields__)
        )


def combine(
    hierarchy: Hierarchy,
    ranges: LeafRanges,
    statistics: NodeStatistics,
    *,
    regions: int = 250,
    min_area_share: float = 0.0004,
    max_area_share: float = 0.9,
    check: Check = unchecked,
) -> Candidates:
    """All nodes, and the pairs and triples that touch in some cut into at most ``regions``.

    Those whose share of the image lies outside the two limits are left out. A
    pair or triple that is itself a node does not count again. ``check`` is called
    now and then and may raise to stop.
    """
    walk = _Walk.through(hierarchy, ranges, statistics, regions, check)
    nodes = np.full((hierarchy.node_count, PARTS), NO_NODE, np.int32)
    nodes[:, 0] = np.arange(hierarchy.node_count)
    groups = [nodes, *walk.groups()]
    seams = [
        np.zeros((len(nodes), BORDER_COLUMNS)),
        *(walk.seams(group, check) for group in groups[1:]),
    ]
    check()
    found = _with_statistics(hierarchy, statistics, np.concatenate(groups), np.concatenate(seams))
    shares = found.shapes[:, AREA] / (statistics.shape[0] * statistics.shape[1])
    fits = (shares >= min_area_share) & (shares <= max_area_share) & (shares > 0)
    return found.only(fits)


def _with_statistics(
    hierarchy: Hierarchy, statistics: NodeStatistics, nodes: IntArray, seam: SumArray
) -> Candidates:
    used = nodes != NO_NODE
    filled = np.where(used, nodes, 0)

    def total(rows: SumArray) -> SumArray:
        return np.asarray(np.einsum("mpk,mp->mk", rows[filled], used.astype(np.float64)))

    altitudes = hierarchy.altitudes.astype(np.float64)
    above = altitudes[hierarchy.parents]
    return Candidates(
        nodes,
        total(statistics.shapes),
        total(statistics.outer) - 2 * seam,
        total(statistics.inner) + seam,
        np.where(used[..., None], statistics.edges[filled], -np.inf).max(axis=1),
        seam,
        np.where(used, altitudes[filled], 0.0).max(axis=1),
        np.where(used, above[filled], 1.0).min(axis=1),
    )


@dataclass(slots=True, eq=False)
class _Walk:
    """Merges the coarse part of the tree step by step and notes who touches whom."""

    borders: dict[tuple[int, int], SumArray] = field(default_factory=dict)
    triples: set[tuple[int, int, int]] = field(default_factory=set)
    siblings: set[tuple[int, int]] = field(default_factory=set)
    _touching: dict[int, set[int]] = field(default_factory=dict)

    @classmethod
    def through(
        cls,
        hierarchy: Hierarchy,
        ranges: LeafRanges,
        statistics: NodeStatistics,
        regions: int,
        check: Check,
    ) -> _Walk:
        walk = cls()
        first_merge = hierarchy.node_count - (min(regions, hierarchy.leaf_count) - 1)
        walk._start(hierarchy, ranges, statistics, first_merge)
        children: dict[int, list[int]] = {}
        for node, parent in enumerate(hierarchy.parents[:-1].tolist()):
            if parent >= first_merge:
                children.setdefault(parent, []).append(node)
        walk.siblings = {(pair[0], pair[1]) for pair in children.values()}
        for pair in list(walk.borders):
            check()
            walk._note_triples(*pair)
        for merge in range(first_merge, hierarchy.node_count):
            check()
            walk._merge(merge, *children[merge])
        return walk

    def groups(self) -> list[IntArray]:
        """Pairs and triples as rows of three nodes."""
        pairs = [(*pair, NO_NODE) for pair in sorted(self.borders) if pair not in self.siblings]
        rows = [pairs, sorted(self.triples)]
        return [np.array(items, np.int32).reshape(-1, PARTS) for items in rows]

    def seams(self, groups: IntArray, check: Check) -> SumArray:
        """The border between the parts of every row of nodes."""
        nothing = np.zeros(BORDER_COLUMNS)
        seams = np.zeros((len(groups), BORDER_COLUMNS))
        for row, (one, other, third) in enumerate(groups.tolist()):
            if row % _ROWS_AT_ONCE == 0:
                check()
            seams[row] = self.borders.get((one, other), nothing)
            if third != NO_NODE:
                seams[row] += self.borders.get((one, third), nothing)
                seams[row] += self.borders.get((other, third), nothing)
        return seams

    def _start(
        self,
        hierarchy: Hierarchy,
        ranges: LeafRanges,
        statistics: NodeStatistics,
        first_merge: int,
    ) -> None:
        nodes = np.flatnonzero(hierarchy.parents[:first_merge] >= first_merge)
        region_of = np.empty(hierarchy.leaf_count, np.int32)
        for node in nodes.tolist():
            region_of[ranges.first[node] : ranges.last[node]] = node
            self._touching[node] = set()
        sides = np.sort(region_of[statistics.pairs], axis=1)
        apart = sides[:, 0] != sides[:, 1]
        for (one, other), border in zip(
            sides[apart].tolist(), statistics.borders[apart], strict=True
        ):
            self.borders[one, other] = self.borders.get((one, other), 0.0) + border
            self._touching[one].add(other)
            self._touching[other].add(one)

    def _merge(self, merged: int, one: int, other: int) -> None:
        around = (self._touching.pop(one) | self._touching.pop(other)) - {one, other}
        self._touching[merged] = around
        for neighbour in around:
            border = sum(
                self.borders.get((min(part, neighbour), max(part, neighbour)), 0.0)
                for part in (one, other)
            )
            self.borders[neighbour, merged] = np.asarray(border)
            self._touching[neighbour] -= {one, other}
            self._touching[neighbour].add(merged)
        for neighbour in around:
            self._note_triples(neighbour, merged)

    def _note_triples(self, one: int, other: int) -> None:
        for third in (self._touching[one] | self._touching[other]) - {one, other}:
            low, middle, high = sorted((one, other, third))
            trio = {(low, middle), (low, high), (middle, high)}
            # With two siblings in it, it is a pair of nodes already.
            if not trio & self.siblings:
                self.triples.add((low, middle, high))
