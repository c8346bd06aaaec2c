"""Region covering of a hierarchy (Arbeláez et al., PAMI 2011, section 3.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.grouping.hierarchy import Hierarchy, LeafRanges

FloatArray = npt.NDArray[np.float64]
THRESHOLDS = np.linspace(0.0, 1.0, 101)[:-1]


@dataclass(frozen=True, slots=True, eq=False)
class Covering:
    """Sums over all human segments of one image, each counted by its area.

    ``at`` has the covered pixels at each of ``THRESHOLDS``, ``best`` those when
    every segment may take any node of the tree, ``pixels`` what could be covered.
    """

    at: FloatArray
    best: float
    pixels: float


@dataclass(frozen=True, slots=True)
class CoveringScore:
    """Covering with one threshold for all images, one for each, and any node."""

    ods: float
    ois: float
    best: float
    ods_threshold: float


def cover(hierarchy: Hierarchy, segmentations: Sequence[npt.NDArray[np.integer]]) -> Covering:
    """Covering of human segmentations (integers, height × width) by the tree."""
    ranges = LeafRanges.of(hierarchy)
    altitudes = hierarchy.altitudes.astype(np.float64)
    above = altitudes[hierarchy.parents].copy()
    above[-1] = np.inf
    overlaps, areas = [], []
    for segmentation in segmentations:
        overlap, area = _overlaps(hierarchy, ranges, segmentation)
        overlaps.append(overlap)
        areas.append(area)
    overlap, area = np.concatenate(overlaps, axis=1), np.concatenate(areas)
    covered = [
        float((overlap[(altitudes <= t) & (above > t)].max(axis=0) * area).sum())
        for t in THRESHOLDS
    ]
    best = float((overlap.max(axis=0) * area).sum())
    return Covering(np.array(covered), best, float(area.sum()))


def summarise(coverings: Sequence[Covering]) -> CoveringScore:
    """The three scores over a set of images."""
    at = np.stack([item.at for item in coverings])
    pixels = sum(item.pixels for item in coverings)
    common = at.sum(axis=0)
    return CoveringScore(
        ods=float(common.max() / pixels),
        ois=float(at.max(axis=1).sum() / pixels),
        best=sum(item.best for item in coverings) / pixels,
        ods_threshold=float(THRESHOLDS[common.argmax()]),
    )


def _overlaps(
    hierarchy: Hierarchy, ranges: LeafRanges, segmentation: npt.NDArray[np.integer]
) -> tuple[FloatArray, FloatArray]:
    """Intersection over union of every node with every segment, and the segments' areas."""
    _, segments = np.unique(segmentation, return_inverse=True)
    count = int(segments.max()) + 1
    keys = hierarchy.leaf_labels.reshape(-1).astype(np.int64) * count + segments.reshape(-1)
    shared = np.bincount(keys, minlength=hierarchy.leaf_count * count).reshape(-1, count)
    below = np.concatenate([np.zeros((1, count)), np.cumsum(shared, axis=0)])
    inside = below[ranges.last] - below[ranges.first]
    area = shared.sum(axis=0).astype(np.float64)
    union = inside.sum(axis=1, keepdims=True) + area - inside
    return inside / union, area
