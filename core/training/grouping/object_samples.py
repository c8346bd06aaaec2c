"""Training samples for objectness: candidates with their overlap with labelled objects."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.grouping.build import Recipe, build_hierarchy
from core.grouping.combinations import NO_NODE, Candidates, combine
from core.grouping.hierarchy import Hierarchy, LeafRanges
from core.grouping.node_statistics import NodeStatistics, range_sums
from core.grouping.objectness import FEATURE_COUNT, object_features
from core.grouping.region_graph import SumArray
from core.training.grouping.pictures import LabelledPicture
from core.training.grouping.samples import Samples

_LEVELS = (0.05, 0.2, 0.4, 0.55, 0.7)


def overlaps_with(
    candidates: Candidates,
    hierarchy: Hierarchy,
    ranges: LeafRanges,
    masks: list[npt.NDArray[np.bool_]],
) -> SumArray:
    """Intersection over union of every candidate with every mask, (m, objects)."""
    used = candidates.nodes != NO_NODE
    filled = np.where(used, candidates.nodes, 0)
    sums = (_range_counts(hierarchy, ranges, masks)[filled] * used[..., None]).sum(axis=1)
    return _ratios(sums, masks)


def node_overlaps(
    hierarchy: Hierarchy, ranges: LeafRanges, masks: list[npt.NDArray[np.bool_]]
) -> SumArray:
    """Intersection over union of every node with every mask, (nodes, objects)."""
    return _ratios(_range_counts(hierarchy, ranges, masks), masks)


def _range_counts(
    hierarchy: Hierarchy, ranges: LeafRanges, masks: list[npt.NDArray[np.bool_]]
) -> SumArray:
    """Pixels of every node, then those that lie in each mask, (nodes, 1 + objects)."""
    labels, leaves = hierarchy.leaf_labels, hierarchy.leaf_count
    columns = [np.bincount(labels.reshape(-1), minlength=leaves)]
    columns += [np.bincount(labels[mask], minlength=leaves) for mask in masks]
    return range_sums(np.stack(columns, axis=1).astype(np.float64), ranges)


def _ratios(sums: SumArray, masks: list[npt.NDArray[np.bool_]]) -> SumArray:
    shared, own = sums[:, 1:], sums[:, :1]
    wanted = np.array([mask.sum() for mask in masks], np.float64)
    return np.asarray(shared / np.maximum(own + wanted - shared, 1))


def object_samples(
    rng: np.random.Generator, picture: LabelledPicture, count: int, recipe: Recipe = "learned"
) -> Samples:
    """At most ``count`` candidates of a picture, of every degree of overlap with an object."""
    hierarchy = build_hierarchy(picture.image, recipe=recipe)
    ranges = LeafRanges.of(hierarchy)
    statistics = NodeStatistics.of(hierarchy, ranges)
    candidates = combine(hierarchy, ranges, statistics)
    masks = [picture.segments == n for n in range(1, int(picture.segments.max()) + 1)]
    masks = [mask for mask in masks if mask.sum() >= 60]
    if not masks or not len(candidates):
        return Samples(
            np.zeros((0, FEATURE_COUNT), np.float32),
            np.zeros(0, np.float32),
            np.zeros(0, np.float32),
        )
    overlap = overlaps_with(candidates, hierarchy, ranges, masks).max(axis=1)
    chosen, weights = _spread(rng, overlap, count)
    features = object_features(candidates.only(chosen), statistics.shape)
    return Samples(np.ascontiguousarray(features.T), recall_share(overlap[chosen]), weights)


def recall_share(overlaps: SumArray) -> npt.NDArray[np.float32]:
    """Of the thresholds .5 … .95 of average recall about the share that an overlap passes."""
    return np.clip((overlaps - 0.475) / 0.5, 0.0, 1.0).astype(np.float32)


def _spread(
    rng: np.random.Generator, overlap: SumArray, count: int
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float32]]:
    """Candidates of every overlap alike, and weights that make up for the rarity of good ones."""
    level = np.digitize(overlap, _LEVELS)
    chosen, weights = [], []
    for number in range(len(_LEVELS) + 1):
        members = rng.permutation(np.flatnonzero(level == number))
        taken = members[: count // (len(_LEVELS) + 1)]
        chosen.append(taken)
        weights.append(np.full(len(taken), np.sqrt(len(members) / max(len(taken), 1))))
    return np.concatenate(chosen), np.concatenate(weights).astype(np.float32)
