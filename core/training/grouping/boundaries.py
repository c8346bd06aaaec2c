"""Boundary and superpixel scores against human segmentations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from core.grouping.browser import region_boundaries
from core.grouping.hierarchy import Hierarchy, LeafRanges

TOLERANCE_PX = 2
ALTITUDES = np.linspace(0.02, 0.98, 25)

LabelArray = npt.NDArray[np.integer]


@dataclass(frozen=True, slots=True)
class SuperpixelScore:
    """Scores of one image, means over its annotators.

    ``recall`` is the share of human boundaries with one of ours within 2 px;
    ``undersegmentation`` what leaks over borders, as a share of the image
    (Neubert and Protzel); ``asa`` the achievable segmentation accuracy.
    """

    recall: float
    undersegmentation: float
    asa: float


def score_superpixels(labels: LabelArray, truths: Sequence[LabelArray]) -> SuperpixelScore:
    """Superpixels against several human segmentations of the same shape."""
    near = _dilated(region_boundaries(labels.astype(np.int32)))
    rows = []
    for truth in truths:
        boundary = region_boundaries(truth.astype(np.int32))
        _, segments = np.unique(truth, return_inverse=True)
        count = int(segments.max()) + 1
        keys = labels.reshape(-1).astype(np.int64) * count + segments.reshape(-1)
        shared = np.bincount(keys, minlength=(int(labels.max()) + 1) * count).reshape(-1, count)
        leak = np.minimum(shared, shared.sum(axis=1, keepdims=True) - shared).sum()
        recall = near[boundary].mean() if boundary.any() else 1.0
        rows.append((recall, leak / labels.size, shared.max(axis=1).sum() / labels.size))
    recall, leak, asa = np.mean(rows, axis=0)
    return SuperpixelScore(float(recall), float(leak), float(asa))


def boundary_counts(hierarchy: Hierarchy, truths: Sequence[LabelArray]) -> npt.NDArray[np.float64]:
    """At each of ``ALTITUDES``: ours right, ours, humans' found, humans' pixels, (25, 4)."""
    ranges = LeafRanges.of(hierarchy)
    humans = [region_boundaries(truth.astype(np.int32)) for truth in truths]
    near_humans = np.any([_dilated(human) for human in humans], axis=0)
    rows = []
    for altitude in ALTITUDES:
        regions = ranges.regions_at(hierarchy, float(altitude))
        boundary = region_boundaries(regions[hierarchy.leaf_labels])
        near = _dilated(boundary)
        found = sum(int(near[human].sum()) for human in humans)
        wanted = sum(int(human.sum()) for human in humans)
        rows.append(((boundary & near_humans).sum(), boundary.sum(), found, wanted))
    return np.array(rows, np.float64)


def best_boundary_f(counts: Sequence[npt.NDArray[np.float64]]) -> float:
    """The highest F of boundaries at one altitude for all images, within 2 px."""
    right, ours, found, wanted = np.sum(counts, axis=0).T
    precision, recall = right / np.maximum(ours, 1), found / np.maximum(wanted, 1)
    return float((2 * precision * recall / np.maximum(precision + recall, 1e-9)).max())


def _dilated(boundary: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    side = 2 * TOLERANCE_PX + 1
    disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    return np.asarray(cv2.dilate(boundary.view(np.uint8), disk)).astype(np.bool_)
