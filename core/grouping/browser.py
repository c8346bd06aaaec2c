"""Walk the hierarchy under the cursor and turn its nodes into masks."""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from core.document.geometry import Size
from core.document.mask import Mask, PixelBox
from core.grouping.color import RgbImage
from core.grouping.fine_labels import FineLabels
from core.grouping.hierarchy import Hierarchy, IntArray, LeafRanges
from core.grouping.interruption import Check, unchecked

REGIONS_KEPT = 32
FIRST_REGION_SHARE = 0.01
"""Share of the image that a region has at first, before any was taken."""


class RegionBrowser:
    """Questions about the hierarchy of one image, in that image's coordinates.

    ``size`` is the image's full size; the hierarchy may be smaller (very large
    images). With ``image`` (uint8 RGB of that size) the borders of such regions
    are moved onto the edges of the full image, only where they are looked at;
    without it they follow the pixels of the smaller scale. What was worked out is
    kept; any thread may ask.
    """

    def __init__(self, hierarchy: Hierarchy, size: Size, image: RgbImage | None = None) -> None:
        if image is not None and image.shape[:2] != size.shape:
            raise ValueError("the image and the size given for it differ")
        labels = hierarchy.leaf_labels
        self.hierarchy = hierarchy
        self.size = size
        self.ranges = LeafRanges.of(hierarchy)
        self._labels = FineLabels(labels, size.shape, image)
        self._sharp: OrderedDict[int, Mask] = OrderedDict()
        self._sharp_lock = threading.Lock()
        self._above: tuple[int, IntArray] | None = None
        self._boxes = _leaf_boxes(labels, hierarchy.leaf_count)
        counts = np.bincount(labels.reshape(-1), minlength=hierarchy.leaf_count)
        scale = size.width * size.height / labels.size
        self._area_below = np.concatenate([[0.0], np.cumsum(counts * scale)])

    def leaf_at(self, x: float, y: float) -> int:
        """Leaf under a point of the image; points outside count as the nearest pixel."""
        column = min(max(math.floor(x), 0), self.size.width - 1)
        row = min(max(math.floor(y), 0), self.size.height - 1)
        return self._labels.label_at(row, column)

    def parent(self, node: int) -> int:
        """The region around this one; the root is its own."""
        return int(self.hierarchy.parents[node])

    def ancestors(self, leaf: int) -> IntArray:
        """The nodes around a leaf from itself to the root, both included."""
        above = self._above
        if above is None or above[0] != leaf:
            # The same leaf is asked about several times while the pointer is on it.
            nodes, root, parents = [leaf], self.hierarchy.root, self.hierarchy.parents
            while nodes[-1] != root:
                nodes.append(int(parents[nodes[-1]]))
            above = self._above = leaf, np.array(nodes, np.int32)
        return above[1]

    def levels(self, leaf: int, min_growth: float = 1.35) -> IntArray:
        """Those ancestors of a leaf that one step of the wheel should stop at.

        Each but the leaf and the root is the last before a merge that enlarges
        the region by ``min_growth``; small specks that join on the way are taken
        along.
        """
        nodes = self.ancestors(leaf)
        areas = self.areas(nodes)
        grows = areas[1:] >= areas[:-1] * min_growth
        return np.asarray(nodes[np.append(grows, True)])

    def node_at(self, x: float, y: float, level: int) -> int:
        """Region under a point, ``level`` merges above the leaf; the root beyond the top."""
        nodes = self.ancestors(self.leaf_at(x, y))
        return int(nodes[min(max(level, 0), len(nodes) - 1)])

    def children_towards(self, node: int, leaf: int) -> int:
        """The child of ``node`` that holds ``leaf``; a leaf is its own child.

        Raises ValueError when the leaf lies outside the node.
        """
        if not self.contains(node, leaf):
            raise ValueError(f"leaf {leaf} lies outside node {node}")
        child = leaf
        while child != node and (parent := self.parent(child)) != node:
            child = parent
        return child

    def contains(self, node: int, other: int) -> bool:
        """Whether ``other`` lies in ``node`` or is it."""
        first, last = self.ranges.first, self.ranges.last
        return bool(first[node] <= first[other] and last[other] <= last[node])

    def area(self, node: int) -> float:
        """Pixels of the region, at the scale of the image."""
        return float(self.areas(np.array([node]))[0])

    def areas(self, nodes: npt.NDArray[np.integer]) -> npt.NDArray[np.float64]:
        """Pixels of several regions."""
        below = self._area_below
        return np.asarray(below[self.ranges.last[nodes]] - below[self.ranges.first[nodes]])

    def opening_node(self, x: float, y: float, area_px: float | None = None) -> int:
        """Region under a point whose size, as a ratio, is nearest to ``area_px``.

        That is the size accepted last; None before the first one.
        """
        wanted = FIRST_REGION_SHARE * self.size.width * self.size.height
        wanted = max(wanted if area_px is None else area_px, 1.0)
        nodes = self.ancestors(self.leaf_at(x, y))
        return int(nodes[np.argmin(np.abs(np.log(self.areas(nodes) / wanted)))])

    def region(self, node: int, check: Check = unchecked) -> Mask:
        """Pixels of a node in full image coordinates; ``check`` may raise to stop."""
        with self._sharp_lock:
            known = self._sharp.get(node)
        if known is None:
            inside, window = self._labels.inside(*self._leaves_and_box(node), check)
            check()
            known = Mask.from_array(inside, window.left, window.top)
            with self._sharp_lock:
                self._sharp[node] = known
                while len(self._sharp) > REGIONS_KEPT:
                    self._sharp.popitem(last=False)
        return known

    def glance(self, node: int) -> Mask:
        """Pixels of a node, to be shown at once.

        In a very large image borders may lie a few pixels beside those of ``region``,
        unless that is known already: moving them takes longer than a pointer's step.
        """
        if self.is_sharp(node):
            return self.region(node)
        inside, window = self._labels.roughly_inside(*self._leaves_and_box(node))
        return Mask.from_array(inside, window.left, window.top)

    def is_sharp(self, node: int) -> bool:
        """Whether ``glance`` gives what ``region`` does."""
        return not self._labels.are_moved or node in self._sharp

    def _leaves_and_box(self, node: int) -> tuple[int, int, PixelBox]:
        """First leaf, last leaf (exclusive), and what holds them, in pixels of the labels."""
        first, last = int(self.ranges.first[node]), int(self.ranges.last[node])
        left, top, right, bottom = self._boxes[:, first:last]
        x, y = int(left.min()), int(top.min())
        return first, last, PixelBox(x, y, int(right.max()) - x, int(bottom.max()) - y)

    def union(self, nodes: Iterable[int], check: Check = unchecked) -> Mask:
        """Pixels of several nodes together, in full image coordinates.

        ``check`` is called between parts of them and may raise to stop.
        """
        united = Mask.empty()
        for node in nodes:
            check()
            part = self.region(node, check)
            check()
            united = united.united(part)
        return united

    def leaf_counts(self, mask: Mask, check: Check = unchecked) -> npt.NDArray[np.float64]:
        """Pixels of a mask in every leaf, (leaves,); borders not moved in very large images.

        ``check`` may raise to stop.
        """
        leaves = self.hierarchy.leaf_count
        box = mask.box.clipped(self.size)
        if box.is_empty:
            return np.zeros(leaves)
        return self._labels.counts(mask.window(box), box, leaves, check).astype(np.float64)

    def cut(self, altitude: float) -> IntArray:
        """Region of every pixel when all merges up to ``altitude`` are done: int32 (H, W)."""
        return self._labels.all(self.ranges.regions_at(self.hierarchy, altitude))

    def cut_to_count(self, count: int) -> IntArray:
        """Labels of the cut into ``count`` regions (at most the leaves there are)."""
        return self._labels.all(self.ranges.regions_of_count(self.hierarchy, count))

    def boundaries(self, altitude: float) -> npt.NDArray[np.bool_]:
        """Pixels whose right or lower neighbour lies in another region of the cut: bool (H, W)."""
        return region_boundaries(self.cut(altitude))


def region_boundaries(labels: IntArray) -> npt.NDArray[np.bool_]:
    """Pixels whose right or lower neighbour has another label, bool of the same shape."""
    boundary = np.zeros(labels.shape, np.bool_)
    np.not_equal(labels[:, 1:], labels[:, :-1], out=boundary[:, :-1])
    boundary[:-1] |= labels[1:] != labels[:-1]
    return boundary


def _leaf_boxes(labels: IntArray, count: int) -> IntArray:
    """Left, top, right and bottom (exclusive) of every leaf, int32 (4, n), from its runs."""
    height, width = labels.shape
    starts = np.ones(labels.shape, np.bool_)
    np.not_equal(labels[:, 1:], labels[:, :-1], out=starts[:, 1:])
    places = np.flatnonzero(starts)
    run_labels = labels.reshape(-1)[places]
    rows, run_left = (part.astype(np.int32) for part in np.divmod(places, width))
    lengths = np.diff(places, append=height * width).astype(np.int32)
    left, top = np.full(count, width, np.int32), np.full(count, height, np.int32)
    right, bottom = np.zeros(count, np.int32), np.zeros(count, np.int32)
    np.minimum.at(left, run_labels, run_left)
    np.maximum.at(right, run_labels, run_left + lengths)
    np.minimum.at(top, run_labels, rows)
    np.maximum.at(bottom, run_labels, rows + 1)
    return np.stack([left, top, right, bottom])
