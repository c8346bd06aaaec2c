"""From pixels at the work scale to leaves and their graph, by each recipe."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from core.grouping.channels import edge_channels
from core.grouping.color import FloatImage, RgbImage, blurred, color_gradient, to_lab
from core.grouping.contrast_cost import ContrastCost
from core.grouping.hierarchy import IntArray
from core.grouping.interruption import Check, unchecked
from core.grouping.learned_cost import LearnedCost, region_histograms, region_planes
from core.grouping.merging import MergeCost
from core.grouping.perceptron import GroupingWeights, Perceptron
from core.grouping.region_graph import RegionGraph, build_graph
from core.grouping.similarity_cost import BOX_COLUMNS, SimilarityCost, similarity_sums
from core.grouping.ward_cost import WardCost
from core.grouping.watershed import descent_watershed

_STEPS = np.float32(4096)


@dataclass(frozen=True, slots=True, eq=False)
class ImagePart:
    """What of the learned recipe looks at pixels: the rest works on the graph of the leaves.

    ``edge`` is float32 and ``leaves`` int32, both (height, width) at the work scale.
    """

    edge: FloatImage
    leaves: IntArray


ComputeImagePart = Callable[[RgbImage, Check], ImagePart | None]
"""Computes the image part elsewhere, as on a GPU; None where that is not to be had."""


@dataclass(frozen=True, slots=True, eq=False)
class GroupedPixels:
    """Leaves of an image at the work scale, their graph, and the cost to merge them by."""

    leaves: IntArray
    graph: RegionGraph
    cost: MergeCost


def by_contrast(image: RgbImage, between_stages: Check = unchecked) -> GroupedPixels:
    """Without weights: the colour gradient is the edge, contrast the cost."""
    lab, edge, leaves = _gradient_leaves(image, between_stages)
    return GroupedPixels(leaves, build_graph(leaves, lab, edge), ContrastCost())


def by_ward(image: RgbImage, between_stages: Check = unchecked) -> GroupedPixels:
    """Without weights: leaves of the colour gradient, Ward linkage of mean Lab."""
    lab, edge, leaves = _gradient_leaves(image, between_stages)
    return GroupedPixels(leaves, build_graph(leaves, lab, edge), WardCost())


def by_similarity(image: RgbImage, between_stages: Check = unchecked) -> GroupedPixels:
    """Without weights: leaves of the colour gradient, the similarities of selective search."""
    lab, edge, leaves = _gradient_leaves(image, between_stages)
    return GroupedPixels(
        leaves,
        similarity_graph(leaves, lab, edge, between_stages),
        SimilarityCost(float(leaves.size)),
    )


def by_learning(
    image: RgbImage,
    weights: GroupingWeights,
    between_stages: Check = unchecked,
    elsewhere: ComputeImagePart | None = None,
) -> GroupedPixels:
    """With weights: a learned edge and a learned cost; ``between_stages`` may raise to stop.

    The image part is asked of ``elsewhere`` first.
    """
    lab = to_lab(image)
    between_stages()
    part = None if elsewhere is None else elsewhere(image, between_stages)
    if part is None:
        edge = learned_edge(lab, weights.pixel, between_stages)
        part = ImagePart(edge, learned_leaves(lab, edge))
    between_stages()
    graph = learned_graph(part.leaves, lab, part.edge, between_stages)
    return GroupedPixels(part.leaves, graph, LearnedCost(weights.pair, float(part.leaves.size)))


def similarity_graph(
    leaves: IntArray, lab: FloatImage, edge: FloatImage, check: Check = unchecked
) -> RegionGraph:
    """Graph with the sums that ``SimilarityCost`` needs."""
    graph = build_graph(leaves, lab[:, :, :0], edge)
    return replace(
        graph, region_sums=similarity_sums(leaves, lab, check), maximum_columns=BOX_COLUMNS
    )


def _gradient_leaves(
    image: RgbImage, between_stages: Check
) -> tuple[FloatImage, FloatImage, IntArray]:
    """Lab, the plain colour gradient, and its watershed."""
    lab = to_lab(image)
    edge = color_gradient(lab, 1.0)
    between_stages()
    leaves = descent_watershed(blurred(edge, 0.7))
    between_stages()
    return lab, edge, leaves


def edge_of(channels: FloatImage, pixel: Perceptron) -> FloatImage:
    """Probability of an edge at every pixel, float32 (height, width)."""
    return pixel(channels.reshape(len(channels), -1)).reshape(channels.shape[1:])


def learned_edge(lab: FloatImage, pixel: Perceptron, check: Check = unchecked) -> FloatImage:
    """Probability of an edge at every pixel of a Lab image, float32 (height, width)."""
    channels = edge_channels(lab, check)
    check()
    edge = edge_of(channels, pixel)
    check()
    return edge


def learned_leaves(lab: FloatImage, edge: FloatImage) -> IntArray:
    """Watershed of the edge, with a little of the plain gradient to lead it on flat ground."""
    plain = np.minimum(color_gradient(lab, 0.7) / np.float32(20), np.float32(1))
    height = blurred(edge + np.float32(0.1) * plain, 0.7)
    # Steps hide the rounding of the filters, which would split ground without any edge.
    return descent_watershed(np.asarray(np.round(height * _STEPS), np.float32))


def learned_graph(
    leaves: IntArray, lab: FloatImage, edge: FloatImage, check: Check = unchecked
) -> RegionGraph:
    """Graph with the sums that the learned cost needs."""
    planes = region_planes(lab, edge)
    check()
    graph = build_graph(leaves, planes, edge)
    check()
    histograms = region_histograms(leaves, lab)
    return replace(graph, region_sums=np.concatenate([graph.region_sums, histograms], axis=1))
