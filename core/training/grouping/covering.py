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


def cover_scales(
    scales: Sequence[npt.NDArray[np.integer]], segmentations: Sequence[npt.NDArray[np.integer]]
) -> Covering:
    """Covering by flat segmentations from fine to coarse, each in place of a threshold."""
    at, best, pixels = np.zeros((len(scales), 0)), np.zeros(0), 0.0
    for segmentation in segmentations:
        overlaps = [_flat_overlaps(labels, segmentation) for labels in scales]
        area = overlaps[0][1]
        highest = np.stack([overlap.max(axis=0) for overlap, _ in overlaps])
        at = np.concatenate([at, highest * area], axis=1)
        best = np.append(best, (highest.max(axis=0) * area).sum())
        pixels += float(area.sum())
    return Covering(at.sum(axis=1), float(best.sum()), pixels)


def summarise(coverings: Sequence[Covering]) -> CoveringScore:
    """The three scores over a set of images."""
    at = np.stack([item.at for item in coverings])
    pixels = sum(item.pixels for item in coverings)
    common = at.sum(axis=0)
    return CoveringScore(
        ods=float(common.max() / pixels),
        ois=float(at.max(axis=1).sum() / pixels),
        best=sum(item.best for item in coverings) / pixels,
        ods_threshold=float(common.argmax() / len(common)),
    )


def _overlaps(
    hierarchy: Hierarchy, ranges: LeafRanges, segmentation: npt.NDArray[np.integer]
) -> tuple[FloatArray, FloatArray]:
    """Intersection over union of every node with every segment, and the segments' areas."""
    shared = _shared(hierarchy.leaf_labels, segmentation)
    below = np.concatenate([np.zeros((1, shared.shape[1])), np.cumsum(shared, axis=0)])
    return _ratio(below[ranges.last] - below[ranges.first], shared.sum(axis=0))


def _flat_overlaps(
    labels: npt.NDArray[np.integer], segmentation: npt.NDArray[np.integer]
) -> tuple[FloatArray, FloatArray]:
    shared = _shared(labels, segmentation)
    return _ratio(shared, shared.sum(axis=0))


def _shared(labels: npt.NDArray[np.integer], segmentation: npt.NDArray[np.integer]) -> FloatArray:
    """Pixels that every region has in common with every segment."""
    _, segments = np.unique(segmentation, return_inverse=True)
    count = int(segments.max()) + 1
    keys = labels.reshape(-1).astype(np.int64) * count + segments.reshape(-1)
    rows = int(labels.max()) + 1
    return np.bincount(keys, minlength=rows * count).reshape(rows, count).astype(np.float64)


def _ratio(inside: FloatArray, area: FloatArray) -> tuple[FloatArray, FloatArray]:
    union = inside.sum(axis=1, keepdims=True) + area - inside
    return inside / union, area
