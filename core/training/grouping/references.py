"""What others do, for measuring beside ours: higra's trees, scikit-image, selective search."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.grouping.color import RgbImage, color_gradient, to_lab
from core.grouping.hierarchy import Hierarchy, IntArray
from core.grouping.leaves import similarity_graph
from core.grouping.merging import merge_rounds
from core.grouping.ordering import ordered_hierarchy
from core.grouping.similarity_cost import SimilarityCost
from core.grouping.superpixel_methods import connected

FELZENSZWALB_SCALES = tuple(float(2**power) for power in range(4, 16))


def higra_watershed(image: RgbImage, attribute: str) -> Hierarchy:
    """Higra's watershed hierarchy of the colour gradient by "area", "dynamics" or "volume"."""
    import higra

    height, width = image.shape[:2]
    gradient = color_gradient(to_lab(image), 1.0).astype(np.float64)
    graph = higra.get_4_adjacency_graph((height, width))
    weights = higra.weight_graph(graph, gradient, higra.WeightFunction.mean)
    build = getattr(higra, f"watershed_hierarchy_by_{attribute}")
    # Higra's trees join many regions at once; the same as a binary one by its saliency map.
    tree, altitudes = higra.bpt_canonical(graph, higra.saliency(*build(graph, weights)))
    # Squashed alike in all images, so that one threshold can be compared between them.
    middle = {"area": 500.0, "dynamics": 5.0, "volume": 2000.0}[attribute]
    heights = altitudes / (altitudes + middle)
    labels = np.arange(height * width, dtype=np.int32).reshape(height, width)
    return ordered_hierarchy(labels, tree.parents().astype(np.int32), heights)


def felzenszwalb_scales(image: RgbImage) -> list[IntArray]:
    """Scikit-image's Felzenszwalb from fine to coarse; the scales are not nested."""
    from skimage.segmentation import felzenszwalb

    return [
        np.asarray(felzenszwalb(image, scale=scale, sigma=0.8, min_size=20), np.int32)
        for scale in FELZENSZWALB_SCALES
    ]


def selective_search_trees(image: RgbImage) -> list[Hierarchy]:
    """Trees by the four similarities from Felzenszwalb's regions at four scales."""
    from skimage.segmentation import felzenszwalb

    lab = to_lab(image)
    edge = color_gradient(lab, 1.0)
    trees = []
    for scale in (50, 100, 150, 300):
        found = felzenszwalb(image, scale=scale, sigma=0.8, min_size=max(10, scale // 2))
        leaves = connected(np.asarray(found, np.int32))
        graph = similarity_graph(leaves, lab, edge)
        cost = SimilarityCost(float(leaves.size))
        trees.append(ordered_hierarchy(leaves, *merge_rounds(graph, cost, lambda done: None)))
    return trees


def selective_search_order(
    rng: np.random.Generator, trees: list[Hierarchy]
) -> npt.NDArray[np.int64]:
    """Rows (tree, node) as selective search ranks them: place from the top times chance."""
    rows, keys = [], []
    for number, tree in enumerate(trees):
        nodes = np.arange(tree.node_count)
        rows.append(np.stack([np.full(len(nodes), number), nodes], axis=1))
        keys.append((tree.node_count - nodes) * rng.random(len(nodes)))
    return np.concatenate(rows)[np.argsort(np.concatenate(keys), kind="stable")]
