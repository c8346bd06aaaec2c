"""Shape and border of every node of a hierarchy, in sums that add up over unions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.grouping.hierarchy import Hierarchy, IntArray, LeafRanges
from core.grouping.interruption import Check, unchecked
from core.grouping.region_graph import SumArray, summed_pairs

AREA, X, Y, XX, YY, XY, FRAME = range(7)
"""Pixels; sums of x, y and their products; pixel sides on the image's frame."""
SHAPE_COLUMNS = 7
LENGTH, STRENGTH, FIRST_BIN = 0, 1, 2
STRENGTH_BINS = 5
BORDER_COLUMNS = FIRST_BIN + STRENGTH_BINS
"""A border is its pixel sides, the sum of their strength, and how many fall in each bin."""

_MOST_PIXELS = 300_000
_BIN_EDGES = np.array([0.05, 0.15, 0.35, 0.65])


@dataclass(frozen=True, slots=True, eq=False)
class NodeStatistics:
    """One row for every node, at the scale of ``shape`` (height, width).

    ``shapes`` (n, 7) are the sums above, ``outer`` (n, 7) the border around the
    node without the image's frame, ``inner`` (n, 7) the borders between leaves
    inside it. ``edges`` (n, 4) is −left, −top, right, bottom of its box.
    ``pairs`` and ``borders`` are the leaves that touch and the border between
    them; its strength is the altitude at which the two leaves become one.
    """

    shape: tuple[int, int]
    shapes: SumArray
    outer: SumArray
    inner: SumArray
    edges: SumArray
    pairs: IntArray
    borders: SumArray

    @classmethod
    def of(
        cls, hierarchy: Hierarchy, ranges: LeafRanges, check: Check = unchecked
    ) -> NodeStatistics:
        """Statistics of all nodes; of a large image from every second, third … pixel."""
        step = max(1, int(np.ceil(np.sqrt(hierarchy.leaf_labels.size / _MOST_PIXELS))))
        labels = hierarchy.leaf_labels[::step, ::step]
        leaves = hierarchy.leaf_count
        pairs, lengths = _touching(labels, leaves)
        check()
        joined = joining_nodes(ranges, pairs)
        borders = _border_rows(lengths, hierarchy.altitudes[joined].astype(np.float64))
        around = np.zeros((leaves, BORDER_COLUMNS))
        np.add.at(around, pairs[:, 0], borders)
        np.add.at(around, pairs[:, 1], borders)
        inner = _inner(hierarchy, joined, borders)
        check()
        shapes, edges = _leaf_shapes(labels, leaves)
        check()
        return cls(
            (labels.shape[0], labels.shape[1]),
            range_sums(shapes, ranges),
            range_sums(around, ranges) - 2 * inner,
            inner,
            _range_maxima(edges, ranges),
            pairs,
            borders,
        )


def joining_nodes(ranges: LeafRanges, pairs: IntArray) -> IntArray:
    """The lowest node that holds both leaves of each pair (m, 2), the smaller leaf first."""
    if not len(pairs):
        return np.zeros(0, np.int32)
    # Nodes are numbered by altitude: of the gaps between two leaves the last joins them.
    padded = np.append(ranges.gap_nodes, np.int32(0))
    return np.asarray(np.maximum.reduceat(padded, pairs.reshape(-1))[::2], np.int32)


def range_sums(rows: SumArray, ranges: LeafRanges) -> SumArray:
    """Sums over the leaves of every node of one row (leaves, k) per leaf."""
    below = np.zeros((len(rows) + 1, rows.shape[1]))
    np.cumsum(rows, axis=0, out=below[1:])
    return np.asarray(below[ranges.last] - below[ranges.first])


def _range_maxima(rows: SumArray, ranges: LeafRanges) -> SumArray:
    padded = np.concatenate([rows, rows[:1]])
    ends = np.stack([ranges.first, ranges.last], axis=1).reshape(-1)
    return np.asarray(np.maximum.reduceat(padded, ends, axis=0)[::2])


def _touching(labels: IntArray, leaves: int) -> tuple[IntArray, SumArray]:
    """Pairs of leaves with a common border, the smaller first, and its pixel sides."""
    sides = [
        np.stack([one[one != other], other[one != other]], axis=1)
        for one, other in ((labels[:, :-1], labels[:, 1:]), (labels[:-1], labels[1:]))
    ]
    found = np.concatenate(sides)
    pairs, lengths = summed_pairs(found, np.ones((len(found), 1)), leaves)
    return pairs, lengths[:, 0]


def _border_rows(lengths: SumArray, strengths: SumArray) -> SumArray:
    rows = np.zeros((len(lengths), BORDER_COLUMNS))
    rows[:, LENGTH] = lengths
    rows[:, STRENGTH] = lengths * strengths
    bins = FIRST_BIN + np.searchsorted(_BIN_EDGES, strengths, side="right")
    rows[np.arange(len(rows)), bins] = lengths
    return rows


def _inner(hierarchy: Hierarchy, joined: IntArray, borders: SumArray) -> SumArray:
    """Borders between the leaves inside each node: those joined in it or below it."""
    inner = np.zeros((hierarchy.node_count, BORDER_COLUMNS))
    np.add.at(inner, joined, borders)
    # Parents come after their children, so one pass upwards adds everything up.
    for node, parent in enumerate(hierarchy.parents[:-1].tolist()):
        if node >= hierarchy.leaf_count:
            inner[parent] += inner[node]
    return inner


def _leaf_shapes(labels: IntArray, leaves: int) -> tuple[SumArray, SumArray]:
    width = labels.shape[1]
    flat = labels.reshape(-1)
    y, x = (part.astype(np.float64) + 0.5 for part in np.divmod(np.arange(labels.size), width))
    shapes = np.zeros((leaves, SHAPE_COLUMNS))
    planes: dict[int, npt.NDArray[np.float64] | None] = {
        AREA: None,
        X: x,
        Y: y,
        XX: x * x,
        YY: y * y,
        XY: x * y,
    }
    for column, weights in planes.items():
        shapes[:, column] = np.bincount(flat, weights, minlength=leaves)
    for side in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
        shapes[:, FRAME] += np.bincount(side, minlength=leaves)
    edges = np.full((leaves, 4), -np.inf)
    runs = _run_ends(labels)
    rows, columns = np.divmod(np.arange(labels.size)[runs], width)
    for column, values in enumerate((-columns, -rows, columns + 1, rows + 1)):
        np.maximum.at(edges[:, column], flat[runs], values.astype(np.float64))
    return shapes, edges


def _run_ends(labels: IntArray) -> npt.NDArray[np.intp]:
    """Flat indices of the first and last pixel of every run in a row."""
    changes = labels[:, 1:] != labels[:, :-1]
    ends = np.zeros(labels.shape, np.bool_)
    ends[:, 0] = ends[:, -1] = True
    ends[:, 1:] |= changes
    ends[:, :-1] |= changes
    return np.flatnonzero(ends)
