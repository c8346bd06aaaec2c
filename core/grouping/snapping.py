"""Any mask in terms of the regions: what they can reach of it, and the mask on their edges."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.document.mask import Mask
from core.grouping.browser import RegionBrowser
from core.grouping.hierarchy import Hierarchy
from core.grouping.interruption import Check, unchecked
from core.grouping.region_graph import SumArray


@dataclass(frozen=True, slots=True)
class Reach:
    """How well regions can say what a mask says.

    ``best_overlap`` is the highest intersection over union of any set of leaves
    with the mask, and ``nodes`` the fewest nodes that are this set.
    ``best_node_overlap`` is that of ``best_node`` alone. 0 and −1 for an empty mask.
    """

    best_overlap: float
    nodes: tuple[int, ...]
    best_node: int
    best_node_overlap: float


def reach(mask: Mask, browser: RegionBrowser, check: Check = unchecked) -> Reach:
    """What the regions of an image can reach of a mask in the same image.

    A high value says that clicks on regions will do; a low one that an edge is
    missed inside, where the node wants a re-cut or the mask a brush. ``check`` may
    raise to stop.
    """
    inside, areas = _leaf_sums(mask, browser, check)
    total = float(mask.clipped(browser.size).area)
    if total == 0:
        return Reach(0.0, (), -1, 0.0)
    taken, overlap = _best_leaves(inside, areas, total)
    ranges = browser.ranges
    below = np.concatenate([[0.0], np.cumsum(inside)])
    node_inside = below[ranges.last] - below[ranges.first]
    below = np.concatenate([[0.0], np.cumsum(areas)])
    node_areas = below[ranges.last] - below[ranges.first]
    overlaps = node_inside / (node_areas + total - node_inside)
    best = int(overlaps.argmax())
    nodes = fewest_nodes(browser.hierarchy, taken)
    return Reach(overlap, nodes, best, float(overlaps[best]))


def snap(mask: Mask, browser: RegionBrowser, check: Check = unchecked) -> Mask:
    """The union of leaves that overlaps a mask best: the mask moved onto the regions' edges.

    Empty when the mask is, or lies outside the image. ``check`` may raise to stop.
    """
    return browser.union(reach(mask, browser, check).nodes, check)


def fewest_nodes(hierarchy: Hierarchy, taken: npt.NDArray[np.bool_]) -> tuple[int, ...]:
    """The fewest nodes that hold exactly the leaves marked in ``taken`` (leaves,)."""
    whole = np.zeros(hierarchy.node_count, np.bool_)
    whole[: hierarchy.leaf_count] = taken
    missing = np.zeros(hierarchy.node_count, np.int64)
    parents = hierarchy.parents.tolist()
    for node in range(hierarchy.node_count):
        if node >= hierarchy.leaf_count:
            whole[node] = missing[node] == 0
        if not whole[node]:
            missing[parents[node]] += 1
    top = whole & ~whole[hierarchy.parents]
    top[-1] = whole[-1]
    return tuple(int(node) for node in np.flatnonzero(top))


def _best_leaves(
    inside: SumArray, areas: SumArray, total: float
) -> tuple[npt.NDArray[np.bool_], float]:
    """The set of leaves with the highest overlap, and that overlap.

    It is always the leaves that lie inside for more than some share, so the
    best of these sets, in the order of the share, is the best of all.
    """
    share = inside / np.maximum(areas, 1e-9)
    order = np.argsort(-share, kind="stable")
    hits = np.cumsum(inside[order])
    overlaps = hits / (total + np.cumsum(areas[order]) - hits)
    best = int(overlaps.argmax())
    taken = np.zeros(len(inside), np.bool_)
    taken[order[: best + 1]] = inside[order[: best + 1]] > 0
    return taken, float(overlaps[best])


def _leaf_sums(mask: Mask, browser: RegionBrowser, check: Check) -> tuple[SumArray, SumArray]:
    """Pixels of every leaf inside the mask, and all of them."""
    leaves = np.arange(browser.hierarchy.leaf_count)
    return browser.leaf_counts(mask, check), browser.areas(leaves)
