"""Superpixels: one call for the hierarchy's cut and for scikit-image's methods.

SLIC is Achanta et al. (PAMI 2012), Felzenszwalb is Felzenszwalb and
Huttenlocher (IJCV 2004), the watershed floods an edge map from a grid of seeds.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Literal, get_args

import numpy as np

from core.errors import Cancelled
from core.grouping.build import STORED_PIXELS, build_hierarchy, rgb_while, stored_shapes
from core.grouping.color import (
    WORK_PIXELS,
    RgbImage,
    color_gradient,
    octave_shapes,
    resized,
    resized_while,
    stretched,
    to_lab,
)
from core.grouping.enlarging import enlarge, repeated
from core.grouping.hierarchy import Hierarchy, IntArray, LeafRanges
from core.grouping.interruption import Check, abandonable, unchecked
from core.grouping.learned_cost import LearnedCost
from core.grouping.leaves import ComputeImagePart, learned_edge, learned_graph
from core.grouping.merging import merge_rounds
from core.grouping.ordering import ordered_hierarchy
from core.grouping.perceptron import bundled_weights
from core.grouping.pixels import AnyImage, as_rgb
from core.grouping.region_graph import LENGTH, build_graph

SuperpixelMethod = Literal["hierarchy", "slic", "watershed", "felzenszwalb"]

_SCALE_TRIALS = 7


def superpixels(image: AnyImage, count: int, *, method: SuperpixelMethod = "hierarchy") -> IntArray:
    """About ``count`` superpixels of an image of any kind, int32 (height, width).

    Labels run from 0 without gaps, every superpixel is 4-connected, and the same
    image gives the same result. Large images are grouped at a smaller scale and
    enlarged, so there is a largest number: some thousands. ``hierarchy`` gives
    exactly ``count`` (or all leaves, if these are fewer). Raises ValueError for
    an unknown method, a count below 1 or an array that is no image; which arrays
    are one, and how their values are scaled, says ``core.grouping.pixels.as_rgb``.
    """
    if method not in get_args(SuperpixelMethod):
        raise ValueError(f"there is no superpixel method {method!r}")
    if count < 1:
        raise ValueError(f"the number of superpixels is at least 1, got {count}")
    rgb = as_rgb(image)
    shape = (rgb.shape[0], rgb.shape[1])
    if method == "hierarchy":
        hierarchy = build_hierarchy(rgb)
        regions = LeafRanges.of(hierarchy).regions_of_count(hierarchy, count)
        return repeated(regions[hierarchy.leaf_labels], shape)
    shapes = octave_shapes(shape, WORK_PIXELS)
    small = resized(rgb, shapes[0])
    count = min(count, small.shape[0] * small.shape[1])
    labels = connected(_METHODS[method](small, count, unchecked))
    return enlarge(labels, rgb, shapes, lambda done: None)


def build_superpixel_hierarchy(
    image: AnyImage,
    count: int,
    *,
    method: SuperpixelMethod,
    image_part: ComputeImagePart | None = None,
    stored_pixels: int = STORED_PIXELS,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Hierarchy:
    """The region hierarchy whose leaves are about ``count`` superpixels of a method.

    They are merged by the learned cost, so whatever works with a hierarchy works
    with them too. For ``hierarchy`` it is the usual one with all its leaves, whose
    image part is asked of ``image_part`` first.
    Raises as ``superpixels`` and ``build_hierarchy`` do.
    """
    if method == "hierarchy":
        return build_hierarchy(
            image,
            image_part=image_part,
            stored_pixels=stored_pixels,
            progress=progress,
            cancelled=cancelled,
        )
    if method not in _METHODS or count < 1:
        raise ValueError(f"there is no superpixel method {method!r} of {count} regions")

    def reached(fraction: float) -> None:
        if cancelled is not None and cancelled():
            raise Cancelled
        if progress is not None:
            progress(fraction)

    def check() -> None:
        reached(0.0)

    rgb = rgb_while(image, check)
    shapes = octave_shapes((rgb.shape[0], rgb.shape[1]), WORK_PIXELS)
    stored = stored_shapes(shapes, stored_pixels)
    largest = resized_while(rgb, stored[-1], check)
    small = resized_while(largest, stored[0], check)
    count = min(count, small.shape[0] * small.shape[1])
    leaves = connected(_METHODS[method](small, count, check), check)
    reached(0.2)
    weights = bundled_weights()
    lab = to_lab(stretched(small))
    edge = learned_edge(lab, weights.pixel, lambda: reached(0.2))
    graph = learned_graph(leaves, lab, edge, lambda: reached(0.3))
    reached(0.4)
    cost = LearnedCost(weights.pair, float(leaves.size))
    parents, altitudes = merge_rounds(graph, cost, lambda done: reached(0.4 + 0.3 * done))
    tree = ordered_hierarchy(leaves, parents, altitudes)
    labels = enlarge(tree.leaf_labels, largest, stored, lambda done: reached(0.7 + 0.3 * done))
    reached(1.0)
    return Hierarchy(labels, tree.parents, tree.altitudes)


def connected(labels: IntArray, check: Check = unchecked) -> IntArray:
    """Labels 0 … n − 1 of which each is one 4-connected piece.

    The largest piece of a label stays, the others join the neighbour with which
    they share the longest border.
    """
    from skimage.measure import label as label_pieces

    pieces = label_pieces(labels, background=-1, connectivity=1).astype(np.int32) - 1
    check()
    flat, owner = pieces.reshape(-1), labels.reshape(-1)
    piece_count = int(flat.max()) + 1
    areas = np.bincount(flat, minlength=piece_count)
    owners = np.zeros(piece_count, np.int64)
    owners[flat] = owner
    order = np.lexsort((np.arange(piece_count), -areas, owners))
    is_main = np.zeros(piece_count, np.bool_)
    is_main[order[np.flatnonzero(np.diff(owners[order], prepend=owners.min() - 1))]] = True
    check()
    target = _joined(pieces, is_main)
    check()
    numbers = np.cumsum(is_main, dtype=np.int32) - 1
    return np.asarray(numbers[target][pieces], np.int32)


def _joined(pieces: IntArray, is_main: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> IntArray:
    """For every piece the main piece that it joins, over the longest border first."""
    no_planes = np.zeros((*pieces.shape, 0), np.float32)
    graph = build_graph(pieces, no_planes, np.zeros(pieces.shape, np.float32))
    sides = np.concatenate([graph.pairs, graph.pairs[:, ::-1]])
    lengths = np.tile(graph.border_sums[:, LENGTH], 2)
    target = np.where(is_main, np.arange(len(is_main)), -1).astype(np.int32)
    while (target < 0).any():
        usable = (target[sides[:, 0]] < 0) & (target[sides[:, 1]] >= 0)
        chosen, weight = sides[usable], lengths[usable]
        # The last of several assignments stays: the longest border, then the smaller label.
        order = np.lexsort((-target[chosen[:, 1]], weight))
        target[chosen[order, 0]] = target[chosen[order, 1]]
    return target


def _slic(image: RgbImage, count: int, check: Check) -> IntArray:
    def call() -> IntArray:
        from skimage.segmentation import slic

        labels = slic(image, n_segments=count, compactness=10.0, start_label=0, channel_axis=-1)
        return np.asarray(labels, np.int32)

    return abandonable(call, check)


def _watershed(image: RgbImage, count: int, check: Check) -> IntArray:
    height = color_gradient(to_lab(image), 1.0)
    check()

    def call() -> IntArray:
        from skimage.segmentation import watershed

        return np.asarray(watershed(height, markers=count), np.int32)

    return abandonable(call, check)


def _felzenszwalb(image: RgbImage, count: int, check: Check) -> IntArray:
    """The method has a scale, not a number: bisection over its logarithm."""

    def at_scale(scale: float) -> IntArray:
        from skimage.segmentation import felzenszwalb

        return np.asarray(felzenszwalb(image, scale=scale, sigma=0.8, min_size=10), np.int32)

    low, high = 0.0, 16.0
    best: IntArray | None = None
    for _ in range(_SCALE_TRIALS):
        middle = (low + high) / 2
        labels = abandonable(partial(at_scale, 2.0**middle), check)
        if best is None or abs(int(labels.max()) + 1 - count) < abs(int(best.max()) + 1 - count):
            best = labels
        if labels.max() + 1 > count:
            low = middle
        else:
            high = middle
    assert best is not None  # noqa: S101 - there is at least one trial
    return best


_METHODS: dict[str, Callable[[RgbImage, int, Check], IntArray]] = {
    "slic": _slic,
    "watershed": _watershed,
    "felzenszwalb": _felzenszwalb,
}
