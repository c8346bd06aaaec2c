"""The learned merge cost: how probable it is that two neighbouring regions belong apart."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from core.grouping.channels import BIN_COUNT, histogram_bins
from core.grouping.color import FloatImage
from core.grouping.hierarchy import IntArray
from core.grouping.perceptron import Perceptron
from core.grouping.region_graph import EDGE, EDGE_SQUARED, LENGTH, SumArray

PAIR_FEATURE_COUNT = 17

_COLOR = slice(1, 4)
_COLOR_SQUARED = slice(4, 7)
_INNER_EDGE = 7
_TEXTURE = slice(8, 10)
_HISTOGRAMS = slice(10, 10 + 3 * BIN_COUNT)


def region_planes(lab: FloatImage, edge: FloatImage) -> FloatImage:
    """What is summed over regions besides the histograms, float32 (height, width, 9)."""
    across = np.abs(cv2.Sobel(lab[:, :, 0], cv2.CV_32F, 2, 0, ksize=3))
    down = np.abs(cv2.Sobel(lab[:, :, 0], cv2.CV_32F, 0, 2, ksize=3))
    texture = np.log(np.stack([across, down], axis=2) + 1.0)
    return np.concatenate([lab, lab * lab, edge[:, :, None], texture], axis=2)


def region_histograms(labels: IntArray, lab: FloatImage) -> SumArray:
    """Pixels of every region in the bins of L, a and b, float64 (n, 24)."""
    flat = labels.reshape(-1).astype(np.int64) * BIN_COUNT
    count = int(labels.max()) + 1
    bins = histogram_bins(lab).reshape(-1, 3)
    columns = [
        np.bincount(flat + bins[:, plane], minlength=count * BIN_COUNT).reshape(count, BIN_COUNT)
        for plane in range(3)
    ]
    return np.concatenate(columns, axis=1).astype(np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class LearnedCost:
    """A perceptron over features of the two regions and their border.

    ``image_area`` is the number of pixels at the work scale.
    """

    perceptron: Perceptron
    image_area: float

    def __call__(self, first: SumArray, second: SumArray, border: SumArray) -> SumArray:
        """Cost in [0, 1] of every pair."""
        features = pair_features(first, second, border, self.image_area)
        return self.perceptron(features).astype(np.float64)


def pair_features(
    first: SumArray, second: SumArray, border: SumArray, image_area: float
) -> npt.NDArray[np.float32]:
    """The 17 features of each pair, float32 (17, n); the order of the two does not matter."""
    area, other_area = first[:, 0], second[:, 0]
    small, large = np.minimum(area, other_area), np.maximum(area, other_area)
    mean, other_mean = first / area[:, None], second / other_area[:, None]
    length = border[:, LENGTH]
    edge = border[:, EDGE] / length
    edge_variance = np.maximum(border[:, EDGE_SQUARED] / length - edge**2, 0.0)
    color = np.abs(mean[:, _COLOR] - other_mean[:, _COLOR])
    distance = np.sqrt(np.einsum("ic,ic->i", color, color))
    spread = np.sqrt(_variance(mean) + _variance(other_mean) + 4.0)
    histograms = _histogram_distances(mean[:, _HISTOGRAMS], other_mean[:, _HISTOGRAMS])
    texture = np.sqrt(((mean[:, _TEXTURE] - other_mean[:, _TEXTURE]) ** 2).sum(axis=1))
    inner, other_inner = mean[:, _INNER_EDGE], other_mean[:, _INNER_EDGE]
    harmonic = area * other_area / (area + other_area)
    return np.stack(
        [
            edge,
            np.sqrt(edge_variance),
            np.log(length),
            np.log(small / image_area),
            np.log(large / image_area),
            np.log(length / np.sqrt(small)),
            *np.log(color + 1.0).T,
            np.log(distance + 1.0),
            distance / spread,
            *histograms.T,
            texture,
            edge - np.maximum(inner, other_inner),
            np.log(harmonic) * 0.5 + np.log(distance + 1.0),
        ]
    ).astype(np.float32)


def _variance(mean: SumArray) -> SumArray:
    squares = mean[:, _COLOR_SQUARED] - mean[:, _COLOR] ** 2
    return np.asarray(np.maximum(squares, 0.0).sum(axis=1))


def _histogram_distances(one: SumArray, other: SumArray) -> SumArray:
    """χ² distance of the histograms of L, a and b, (n, 3)."""
    squared = (one - other) ** 2 / (one + other + 1e-9)
    return np.asarray(squared.reshape(len(one), 3, BIN_COUNT).sum(axis=2) * 0.5)
