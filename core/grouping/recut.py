"""Splitting a node along a stroke where the hierarchy has missed an edge."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from core.document.geometry import FloatArray
from core.errors import MaskwrightError
from core.grouping.browser import RegionBrowser
from core.grouping.hierarchy import Hierarchy, IntArray, LeafRanges
from core.grouping.interruption import Check, abandonable, unchecked
from core.grouping.node_statistics import joining_nodes
from core.grouping.ordering import ordered_hierarchy
from core.grouping.region_graph import summed_pairs

BoolArray = npt.NDArray[np.bool_]

ROWS_AT_ONCE = 256
"""So many rows of labels are looked at between two checks whether the work is still wanted."""
_PAIRS_AT_ONCE = 1024


@dataclass(frozen=True, slots=True, eq=False)
class Recut:
    """The new hierarchy, and in it the nodes into which the old one was divided, largest first."""

    hierarchy: Hierarchy
    sides: tuple[int, ...]


def recut(browser: RegionBrowser, node: int, points: FloatArray, check: Check = unchecked) -> Recut:
    """Divide a node along a stroke, (n, 2) points of the image, n ≥ 2, right across it.

    The ends are drawn out in their direction until they leave the node. The
    labels stay a partition into connected leaves: leaves under the stroke are
    divided, all others stay, and so does every node that neither holds the given
    one nor lies in it. The new edge is as strong as the weakest one around the
    node, so every cut that shows the node shows its sides. Raises
    MaskwrightError when the stroke does not divide the node. ``check`` is called
    between steps and may raise to stop.
    """
    labels = browser.hierarchy.leaf_labels
    scale = np.array(labels.shape[::-1]) / np.array(browser.size.shape[::-1])
    first, last = int(browser.ranges.first[node]), int(browser.ranges.last[node])
    inside = (labels >= first) & (labels < last)
    check()
    sides = sides_of_stroke(inside, np.asarray(points, np.float64) * scale, check)
    return divide(browser.hierarchy, browser.ranges, node, sides, check)


def sides_of_stroke(inside: BoolArray, points: FloatArray, check: Check = unchecked) -> IntArray:
    """Number of the side of every pixel of a region, −1 outside it: int32 (height, width).

    Each side is 4-connected; pixels under the stroke go to the side that is
    nearest. Raises MaskwrightError when there are fewer than two.
    """
    box = _box_of(inside)
    window = np.ascontiguousarray(inside[box])
    shifted = points - (box[1].start, box[0].start)
    line = np.zeros(window.shape, np.uint8)
    long = _drawn_out(shifted, window)
    for path in (shifted, long):
        # Drawn with its four neighbours, so that nothing slips through diagonally.
        pixels = np.floor(path).astype(np.int32).reshape(-1, 1, 2)
        cv2.polylines(line, [pixels], False, 1, thickness=1, lineType=cv2.LINE_4)
        check()
        found = _sides(window, line.astype(np.bool_), check)
        if found.max() > 0:
            result = np.full(inside.shape, -1, np.int32)
            result[box] = found
            return result
    raise MaskwrightError(
        "The stroke does not divide the region.", "Draw it right across, from border to border."
    )


def divide(
    hierarchy: Hierarchy,
    ranges: LeafRanges,
    node: int,
    sides: IntArray,
    check: Check = unchecked,
) -> Recut:
    """The hierarchy with a node divided as ``sides`` says: −1 outside it, else the side's number.

    Each side must be 4-connected. Below each side the tree is as before, as far
    as its leaves are still whole.
    """
    old = hierarchy.leaf_labels
    labels = divided_leaves(old, sides, check)
    count = int(labels.max()) + 1
    origin, side = (value_in(labels, values, count, check) for values in (old, sides))
    pairs = touching(labels, count, check)
    check()
    ends = np.sort(origin[pairs], axis=1)
    same = ends[:, 0] == ends[:, 1]
    # Parts of one leaf join first; two sides of the node last of all within it.
    order = np.where(same, -1, 0)
    order[~same] = joining_nodes(ranges, ends[~same])
    altitudes = np.where(order < 0, 0.0, hierarchy.altitudes[order].astype(np.float64))
    crossing = (side[pairs] >= 0).all(axis=1) & (side[pairs[:, 0]] != side[pairs[:, 1]])
    order[crossing] = node
    altitudes[crossing] = 1.0 if node == hierarchy.root else _above(hierarchy, node)
    sequence = np.lexsort((crossing, order))
    parents, heights = joined(count, pairs[sequence], altitudes[sequence], check)
    divided = ordered_hierarchy(labels, parents, heights)
    check()
    return Recut(divided, _side_nodes(divided, sides, check))


def _above(hierarchy: Hierarchy, node: int) -> float:
    return float(hierarchy.altitudes[hierarchy.parents[node]])


def divided_leaves(old: IntArray, sides: IntArray, check: Check = unchecked) -> IntArray:
    """Leaves without gaps; a leaf is divided by side, and into its pieces on each side."""
    width = int(sides.max()) + 2
    box = _box_of(sides >= 0)
    check()
    keys = np.empty(old[box].shape, np.int64)
    for top in range(0, len(keys), ROWS_AT_ONCE):
        check()
        band = slice(top, top + ROWS_AT_ONCE)
        keys[band] = old[box][band].astype(np.int64) * width + sides[box][band] + 1
    check()
    pieces = abandonable(lambda: _pieces(keys), check)
    check()
    labels = old.copy()
    inside = sides[box] >= 0
    labels[box][inside] = int(old.max()) + 1 + pieces[inside]
    check()
    is_used = np.zeros(int(labels.max()) + 1, np.bool_)
    for top in range(0, len(labels), ROWS_AT_ONCE):
        check()
        is_used[labels[top : top + ROWS_AT_ONCE].reshape(-1)] = True
    check()
    numbers = np.cumsum(is_used, dtype=np.int32) - 1
    return numbers[labels]


def value_in(labels: IntArray, values: IntArray, count: int, check: Check = unchecked) -> IntArray:
    """What ``values`` is in each of ``count`` labels, all of whose pixels have the same."""
    found = np.zeros(count, np.int32)
    for top in range(0, len(labels), ROWS_AT_ONCE):
        check()
        band = slice(top, top + ROWS_AT_ONCE)
        found[labels[band].reshape(-1)] = values[band].reshape(-1)
    return found


def _box_of(inside: BoolArray) -> tuple[slice, slice]:
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def _pieces(codes: npt.NDArray[np.integer]) -> IntArray:
    from skimage.measure import label

    return np.asarray(label(codes, background=-1, connectivity=1), np.int32)


def touching(labels: IntArray, count: int, check: Check = unchecked) -> IntArray:
    """Every two leaves with a common border, (k, 2), each pair once."""
    found = [np.zeros((0, 2), np.int32)]
    for top in range(0, len(labels), ROWS_AT_ONCE):
        check()
        band = labels[top : top + ROWS_AT_ONCE + 1]
        for one, other in ((band[:, :-1], band[:, 1:]), (band[:-1], band[1:])):
            differs = one != other
            pairs = np.stack([one[differs], other[differs]], axis=1)
            found.append(summed_pairs(pairs, np.zeros((len(pairs), 1)), count)[0])
    check()
    together = np.concatenate(found)
    return summed_pairs(together, np.zeros((len(together), 1)), count)[0]


def joined(
    count: int,
    pairs: IntArray,
    altitudes: npt.NDArray[np.float64],
    check: Check = unchecked,
) -> tuple[IntArray, npt.NDArray[np.float64]]:
    """Kruskal's algorithm: the tree of merges over borders in the order given."""
    parents = list(range(2 * count - 1))
    heights = [0.0] * (2 * count - 1)
    top = list(range(2 * count - 1))
    used = count
    for start in range(0, len(pairs), _PAIRS_AT_ONCE):
        check()
        part = slice(start, start + _PAIRS_AT_ONCE)
        borders = zip(pairs[part].tolist(), altitudes[part].tolist(), strict=True)
        for (one, other), altitude in borders:
            first, second = _top(top, one), _top(top, other)
            if first == second:
                continue
            parents[first] = parents[second] = top[first] = top[second] = used
            heights[used] = max(altitude, heights[first], heights[second])
            used += 1
    check()
    return np.array(parents, np.int32), np.array(heights)


def _top(top: list[int], node: int) -> int:
    """The highest node above this one so far; shortens the way there."""
    while top[node] != node:
        top[node] = top[top[node]]
        node = top[node]
    return node


def _side_nodes(hierarchy: Hierarchy, sides: IntArray, check: Check) -> tuple[int, ...]:
    """The node of every side, largest first."""
    ranges = LeafRanges.of(hierarchy)
    side = value_in(hierarchy.leaf_labels, sides, hierarchy.leaf_count, check)
    areas = np.bincount(hierarchy.leaf_labels.reshape(-1), minlength=hierarchy.leaf_count)
    check()
    found = []
    for number in range(int(sides.max()) + 1):
        leaves = np.flatnonzero(side == number)
        wanted = (int(leaves[0]), int(leaves[-1]) + 1)
        node = int(np.flatnonzero((ranges.first == wanted[0]) & (ranges.last == wanted[1]))[0])
        found.append((-int(areas[leaves].sum()), node))
    return tuple(node for _, node in sorted(found))


def _drawn_out(points: FloatArray, window: BoolArray) -> FloatArray:
    """The stroke with both ends drawn out straight until they leave the region."""
    ends = []
    for end, inner in ((points[0], points[1:6]), (points[-1], points[-6:-1])):
        direction = end - inner.mean(axis=0) if len(inner) else np.zeros(2)
        length = float(np.hypot(*direction))
        if length == 0:
            ends.append(end)
            continue
        steps = np.arange(0.0, float(sum(window.shape)), 0.5)[:, None]
        way = end + direction / length * steps
        column, row = np.floor(way).astype(np.int64).T
        within = (column >= 0) & (row >= 0) & (column < window.shape[1]) & (row < window.shape[0])
        within[within] = window[row[within], column[within]]
        left = np.flatnonzero(~within)
        ends.append(way[left[0]] if len(left) else way[-1])
    return np.asarray(np.concatenate([ends[:1], points, ends[1:]]))


def _sides(window: BoolArray, line: BoolArray, check: Check) -> IntArray:
    """Connected pieces of a region without a line, each grown over the line; −1 outside."""
    rest = (window & ~line).view(np.uint8)
    check()
    _, pieces, statistics, _ = cv2.connectedComponentsWithStats(rest, connectivity=4)
    check()
    areas = statistics[1:, cv2.CC_STAT_AREA]
    if len(areas) < 2:
        return np.where(window, 0, -1).astype(np.int32)
    # Slivers between the stroke and the border are no sides, but two always stay.
    least = min(np.sort(areas)[-2], _SLIVER_SHARE * areas.sum())
    number = np.full(len(areas) + 1, -1, np.int32)
    number[1:][areas >= least] = np.arange((areas >= least).sum())
    sides = np.asarray(number[pieces], np.int32)
    while (missing := window & (sides < 0)).any():
        before = sides.copy()
        for here, there in _STEPS:
            check()
            take = missing[here] & (sides[here] < 0) & (before[there] >= 0)
            sides[here][take] = before[there][take]
    return sides


_SLIVER_SHARE = 0.005
_STEPS = (
    (np.s_[1:, :], np.s_[:-1, :]),
    (np.s_[:-1, :], np.s_[1:, :]),
    (np.s_[:, 1:], np.s_[:, :-1]),
    (np.s_[:, :-1], np.s_[:, 1:]),
)
