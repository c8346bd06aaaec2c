"""Training samples: pixels for the edge, and the pairs of regions met while merging."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from core.grouping.channels import edge_channels
from core.grouping.color import to_lab
from core.grouping.hierarchy import IntArray
from core.grouping.learned_cost import PAIR_FEATURE_COUNT, pair_features
from core.grouping.leaves import learned_edge, learned_graph, learned_leaves
from core.grouping.merging import merge_rounds
from core.grouping.perceptron import Perceptron
from core.grouping.region_graph import EDGE, LENGTH, SumArray
from core.training.grouping.pictures import LabelledPicture

GROUND_WEIGHT = 0.3
"""Ground without a border is only probably one thing, yet leaving it out hurts."""

_IGNORED_BAND_PX = 4
_FIXED_SUMS = 1 + 9 + 24


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """Inputs (n, features), targets in [0, 1] (n,) and weights (n,), all float32."""

    inputs: npt.NDArray[np.float32]
    targets: npt.NDArray[np.float32]
    weights: npt.NDArray[np.float32]

    @classmethod
    def joined(cls, parts: list[Samples]) -> Samples:
        """All samples of several pictures."""
        return cls(
            np.concatenate([part.inputs for part in parts]),
            np.concatenate([part.targets for part in parts]),
            np.concatenate([part.weights for part in parts]),
        )


def pixel_samples(rng: np.random.Generator, picture: LabelledPicture, count: int) -> Samples:
    """As many pixels on borders as off them, ``count`` of each where there are so many."""
    border = _borders(picture.segments)
    thick = cv2.dilate(border, np.ones((3, 3), np.uint8)).astype(np.bool_)
    band = cv2.dilate(border, np.ones((2 * _IGNORED_BAND_PX + 1,) * 2, np.uint8)).astype(np.bool_)
    on = rng.permutation(np.flatnonzero(thick))[:count]
    off = rng.permutation(np.flatnonzero(~band))[:count]
    places = np.concatenate([on, off])
    channels = edge_channels(to_lab(picture.image)).reshape(-1, picture.segments.size)
    is_object = picture.segments.reshape(-1)[off] > 0
    weights = np.concatenate([np.ones(len(on)), np.where(is_object, 1.0, GROUND_WEIGHT)])
    targets = np.concatenate([np.ones(len(on)), np.zeros(len(off))])
    return Samples(
        np.ascontiguousarray(channels[:, places].T),
        targets.astype(np.float32),
        weights.astype(np.float32),
    )


def pair_samples(
    rng: np.random.Generator,
    picture: LabelledPicture,
    pixel: Perceptron,
    pair: Perceptron | None,
    count: int,
) -> Samples:
    """Pairs whose cost is asked for while merging by ``pair``, or by the mean edge without it."""
    lab = to_lab(picture.image)
    edge = learned_edge(lab, pixel)
    leaves = learned_leaves(lab, edge)
    graph = learned_graph(leaves, lab, edge)
    shares = _segment_counts(leaves, picture.segments)
    sums = np.concatenate([graph.region_sums, shares], axis=1)
    ground_count = int(-picture.segments.min()) + 1
    recorder = _Recorder(pair, float(leaves.size), ground_count, [])
    merge_rounds(replace(graph, region_sums=sums), recorder, lambda done: None)
    found = Samples.joined(recorder.found)
    chosen = rng.permutation(len(found.targets))[:count]
    return Samples(found.inputs[chosen], found.targets[chosen], found.weights[chosen])


@dataclass(frozen=True, slots=True, eq=False)
class _Recorder:
    """A merge cost that keeps every pair it was asked about, with what is true of it.

    The segment counts of the regions travel as further columns of their sums.
    """

    pair: Perceptron | None
    image_area: float
    ground_count: int
    found: list[Samples]

    def __call__(self, first: SumArray, second: SumArray, border: SumArray) -> SumArray:
        features = pair_features(
            first[:, :_FIXED_SUMS], second[:, :_FIXED_SUMS], border, self.image_area
        )
        majority, purity = _majority(first)
        other_majority, other_purity = _majority(second)
        differs = majority != other_majority
        certain = differs | (majority >= self.ground_count)
        weights = np.sqrt(np.minimum(first[:, 0], second[:, 0])) * (purity * other_purity) ** 2
        weights *= np.where(certain, 1.0, GROUND_WEIGHT)
        inputs = features.T.reshape(-1, PAIR_FEATURE_COUNT)
        self.found.append(Samples(inputs, differs.astype(np.float32), weights.astype(np.float32)))
        if self.pair is None:
            return np.asarray(border[:, EDGE] / border[:, LENGTH])
        return self.pair(features).astype(np.float64)


def _majority(sums: SumArray) -> tuple[npt.NDArray[np.intp], SumArray]:
    shares = sums[:, _FIXED_SUMS:]
    return shares.argmax(axis=1), shares.max(axis=1) / sums[:, 0]


def _segment_counts(leaves: IntArray, segments: IntArray) -> SumArray:
    """Pixels of every leaf in every segment, grounds first."""
    shifted = segments - segments.min()
    # Grounds run from 0 down, so after the shift they fill the first columns.
    count = int(shifted.max()) + 1
    keys = leaves.reshape(-1).astype(np.int64) * count + shifted.reshape(-1)
    rows = int(leaves.max()) + 1
    return np.bincount(keys, minlength=rows * count).reshape(rows, count).astype(np.float64)


def _borders(segments: IntArray) -> npt.NDArray[np.uint8]:
    border = np.zeros(segments.shape, np.uint8)
    border[:, :-1] |= segments[:, 1:] != segments[:, :-1]
    border[:-1] |= segments[1:] != segments[:-1]
    return border
