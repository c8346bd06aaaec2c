"""Finer regions in one part of an image, below the leaves that are there."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt

from core.document.mask import PixelBox
from core.errors import Cancelled
from core.grouping.browser import RegionBrowser
from core.grouping.build import group_at_work_scale
from core.grouping.color import WORK_PIXELS, RgbImage
from core.grouping.enlarging import source_indices
from core.grouping.hierarchy import Hierarchy, IntArray, LeafRanges
from core.grouping.interruption import Check
from core.grouping.leaves import ComputeImagePart, by_learning
from core.grouping.node_statistics import joining_nodes
from core.grouping.ordering import ordered_hierarchy
from core.grouping.perceptron import bundled_weights
from core.grouping.recut import ROWS_AT_ONCE, divided_leaves, joined, touching, value_in

MOST_ENLARGED = 3.0
"""Small pictures are enlarged by this at most; beyond it only their noise is found."""


def refine(
    browser: RegionBrowser,
    image: RgbImage,
    box: PixelBox,
    *,
    image_part: ComputeImagePart | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Hierarchy:
    """Group a part of an image (uint8 RGB, full size) anew, closer by, and divide the leaves there.

    Every node there was is kept; leaves that the finer grouping finds an edge in
    become small trees of their own. ``box`` is cut to the image; where nothing is
    left of it the hierarchy comes back as it was. ``image_part`` is asked for the part
    that looks at pixels first. Raises ``core.errors.Cancelled``.
    """

    def reached(_fraction: float) -> None:
        if cancelled():
            raise Cancelled

    box = box.clipped(browser.size)
    if box.is_empty:
        return browser.hierarchy
    weights = bundled_weights()
    finer = group_at_work_scale(
        _closer(image[box.slices]),
        lambda part, check: by_learning(part, weights, check, image_part),
        reached,
    )
    reached(0.8)
    sides = _sides(browser, box, finer, lambda: reached(0.8))
    if sides is None:
        return browser.hierarchy
    return _grafted(browser.hierarchy, sides, finer, lambda: reached(0.9))


def _closer(part: RgbImage) -> RgbImage:
    """The part enlarged towards the size at which grouping works."""
    height, width = part.shape[:2]
    factor = min((WORK_PIXELS / (height * width)) ** 0.5, MOST_ENLARGED)
    if factor <= 1.0:
        return part
    size = (max(round(width * factor), 1), max(round(height * factor), 1))
    return np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_CUBIC), np.uint8)


def _sides(
    browser: RegionBrowser, box: PixelBox, finer: Hierarchy, check: Check
) -> IntArray | None:
    """The finer leaf of every stored pixel in the box; None without any pixel inside.

    The rest of the leaves that reach into it has one number more, the others −1.
    """
    labels = browser.hierarchy.leaf_labels
    sides = np.full(labels.shape, -1, np.int32)
    spans = []
    for extent, full, start, end, fine in (
        (labels.shape[0], browser.size.height, box.top, box.bottom, finer.leaf_labels.shape[0]),
        (labels.shape[1], browser.size.width, box.left, box.right, finer.leaf_labels.shape[1]),
    ):
        first, last = -(-start * extent // full), end * extent // full
        if last <= first:
            return None
        spans.append((slice(first, last), source_indices(last - first, fine)))
    (rows, fine_rows), (columns, fine_columns) = spans
    touched = np.zeros(browser.hierarchy.leaf_count, np.bool_)
    touched[labels[rows, columns]] = True
    check()
    # What is left of a leaf outside of the box may fall apart, so it is numbered as well.
    for top in range(0, len(labels), ROWS_AT_ONCE):
        check()
        band = slice(top, top + ROWS_AT_ONCE)
        sides[band][touched[labels[band]]] = finer.leaf_count
    check()
    sides[rows, columns] = finer.leaf_labels[fine_rows[:, None], fine_columns]
    return sides


def _grafted(hierarchy: Hierarchy, sides: IntArray, finer: Hierarchy, check: Check) -> Hierarchy:
    old = hierarchy.leaf_labels
    labels = divided_leaves(old, sides, check)
    count = int(labels.max()) + 1
    origin, side = (value_in(labels, values, count, check) for values in (old, sides))
    pairs = touching(labels, count, check)
    check()
    ends = np.sort(origin[pairs], axis=1)
    same = ends[:, 0] == ends[:, 1]
    # Parts of one leaf join first, by the finer tree; then everything as before.
    order = np.full(len(pairs), -1, np.int64)
    order[~same] = joining_nodes(LeafRanges.of(hierarchy), ends[~same])
    altitudes = np.zeros(len(pairs))
    altitudes[~same] = hierarchy.altitudes[order[~same]]
    inner = _finer_altitudes(finer, side[pairs[same]])
    altitudes[same] = np.minimum(inner, hierarchy.altitudes[hierarchy.parents[ends[same, 0]]])
    sequence = np.lexsort((altitudes, order))
    check()
    parents, heights = joined(count, pairs[sequence], altitudes[sequence], check)
    check()
    return ordered_hierarchy(labels, parents, heights)


def _finer_altitudes(finer: Hierarchy, sides: IntArray) -> npt.NDArray[np.float64]:
    """Altitude at which the finer tree joins every two of its leaves; 0 for what is not in it."""
    result = np.zeros(len(sides))
    ends = np.sort(sides, axis=1)
    apart = (ends[:, 1] < finer.leaf_count) & (ends[:, 0] != ends[:, 1])
    if apart.any():
        nodes = joining_nodes(LeafRanges.of(finer), ends[apart])
        result[apart] = finer.altitudes[nodes]
    return result
