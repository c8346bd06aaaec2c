"""A robot annotator: how many clicks in the hierarchy make a mask of an object."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from core.grouping.hierarchy import Hierarchy, LeafRanges

BoolArray = npt.NDArray[np.bool_]

LEAST_GROWTH = 1.35
"""One notch of the wheel enlarges a region at least by this, as in ``RegionBrowser.levels``."""
_FIRST_SHARE = 0.01


@dataclass(frozen=True, slots=True)
class RobotRun:
    """Intersection over union after each click, and how far the wheel was turned for it.

    A region opens at the level of the size that was taken last; ``notches`` are
    the steps of the wheel from there to the region that the robot takes.
    """

    overlaps: list[float]
    notches: list[int]


def overlaps_after_clicks(
    hierarchy: Hierarchy, truth: BoolArray, scored: BoolArray | None = None, clicks: int = 20
) -> list[float]:
    """Intersection over union after each click of ``run_robot``."""
    return run_robot(hierarchy, truth, scored, clicks).overlaps


def run_robot(
    hierarchy: Hierarchy, truth: BoolArray, scored: BoolArray | None = None, clicks: int = 20
) -> RobotRun:
    """Click until ``clicks`` are used up.

    The robot points at the middle of the largest error and takes the node there
    that helps most: adds it when the object lacks the point, else takes it away.
    ``scored`` (bool, same shape) leaves out pixels that no one is sure of.
    """
    labels = hierarchy.leaf_labels
    counts = np.ones(labels.shape) if scored is None else scored.astype(np.float64)
    leaves = hierarchy.leaf_count
    area = _sums(labels, counts, leaves)
    wanted = truth & (counts > 0)
    inside = _sums(labels, wanted, leaves)
    ranges = LeafRanges.of(hierarchy)
    taken = np.zeros(leaves, np.bool_)
    overlaps: list[float] = []
    notches: list[int] = []
    below = np.concatenate([[0.0], np.cumsum(_sums(labels, np.ones(labels.shape), leaves))])
    last_size = _FIRST_SHARE * labels.size
    for _ in range(clicks):
        error = (taken[labels] != truth) & (counts > 0)
        if error.any():
            row, column = middle_of_largest(error)
            nodes = _ancestors(hierarchy, int(labels[row, column]))
            best = _take_best(taken, nodes, ranges, area, inside, add=bool(truth[row, column]))
            sizes = below[ranges.last[nodes]] - below[ranges.first[nodes]]
            notches.append(_steps_between(sizes, last_size, best))
            last_size = float(sizes[best])
        else:
            notches.append(0)
        hits = inside[taken].sum()
        overlaps.append(float(hits / max(area[taken].sum() + wanted.sum() - hits, 1.0)))
    return RobotRun(overlaps, notches)


def _steps_between(sizes: npt.NDArray[np.float64], opened_px: float, taken: int) -> int:
    """Notches from the node whose size is nearest to ``opened_px`` to the one taken."""
    stops = np.append(sizes[1:] >= sizes[:-1] * LEAST_GROWTH, True)
    level = np.cumsum(stops) - stops
    opened = int(np.argmin(np.abs(np.log(sizes / max(opened_px, 1.0)))))
    return int(abs(level[opened] - level[taken]))


def clicks_to(overlaps: list[float], target: float) -> int:
    """Clicks until the target was reached; the number of clicks made when it was not."""
    return next((n for n, value in enumerate(overlaps, 1) if value >= target), len(overlaps))


def _sums(
    labels: npt.NDArray[np.int32], values: npt.NDArray[np.generic], leaves: int
) -> npt.NDArray[np.float64]:
    flat = labels.reshape(-1)
    return np.bincount(flat, weights=values.reshape(-1), minlength=leaves).astype(np.float64)


def _take_best(
    taken: BoolArray,
    nodes: list[int],
    ranges: LeafRanges,
    area: npt.NDArray[np.float64],
    inside: npt.NDArray[np.float64],
    *,
    add: bool,
) -> int:
    """Add or take away the one of ``nodes`` that leaves the highest overlap, in place.

    Returns its place among them.
    """
    changes = ~taken if add else taken
    sign = 1.0 if add else -1.0
    first, last = ranges.first[nodes], ranges.last[nodes]
    area_below = np.concatenate([[0.0], np.cumsum(area * changes)])
    inside_below = np.concatenate([[0.0], np.cumsum(inside * changes)])
    size = area[taken].sum() + sign * (area_below[last] - area_below[first])
    hits = inside[taken].sum() + sign * (inside_below[last] - inside_below[first])
    overlap = hits / np.maximum(size + inside.sum() - hits, 1.0)
    best = int(np.argmax(overlap))
    taken[first[best] : last[best]] = add
    return best


def middle_of_largest(error: BoolArray) -> tuple[int, int]:
    """Row and column farthest from the border of the largest 4-connected error."""
    _, pieces, statistics, _ = cv2.connectedComponentsWithStats(
        error.view(np.uint8), connectivity=4
    )
    largest = 1 + int(np.argmax(statistics[1:, cv2.CC_STAT_AREA]))
    piece = np.pad((pieces == largest).astype(np.uint8), 1)
    distance = cv2.distanceTransform(piece, cv2.DIST_L2, 3)[1:-1, 1:-1]
    row, column = np.unravel_index(int(distance.argmax()), distance.shape)
    return int(row), int(column)


def _ancestors(hierarchy: Hierarchy, leaf: int) -> list[int]:
    nodes = [leaf]
    while nodes[-1] != hierarchy.root:
        nodes.append(int(hierarchy.parents[nodes[-1]]))
    return nodes
