"""The graph of neighbouring regions with statistics that simply add up on a merge."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.grouping.color import FloatImage
from core.grouping.hierarchy import IntArray

SumArray = npt.NDArray[np.float64]

LENGTH, EDGE, EDGE_SQUARED = 0, 1, 2
"""Columns of ``border_sums``."""


@dataclass(frozen=True, slots=True, eq=False)
class RegionGraph:
    """Regions and the borders between them.

    ``region_sums`` is float64 (n, 1 + planes): pixel count, then the sum of every
    plane over the region. ``pairs`` is int32 (e, 2) with the smaller region
    first; ``border_sums`` is float64 (e, 3): number of pixel sides on the border,
    sum of the edge strength on them, and sum of its square. The last
    ``maximum_columns`` of the region sums unite by their maximum instead.
    """

    region_sums: SumArray
    pairs: IntArray
    border_sums: SumArray
    maximum_columns: int = 0


def build_graph(labels: IntArray, planes: FloatImage, edge: FloatImage) -> RegionGraph:
    """Graph of the regions in ``labels`` (height, width; every label of 0 … n − 1 occurs).

    ``planes`` is float32 (height, width, p), summed over regions; ``edge`` is
    float32 (height, width), summed along borders as the mean of both sides.
    """
    flat = labels.reshape(-1)
    count = int(flat.max()) + 1
    sums: list[SumArray] = [np.bincount(flat, minlength=count).astype(np.float64)]
    for plane in range(planes.shape[2]):
        weights = planes[:, :, plane].reshape(-1)
        sums.append(np.bincount(flat, weights=weights, minlength=count).astype(np.float64))
    pairs, strengths = _sides(labels, edge)
    columns = np.stack([np.ones_like(strengths), strengths, strengths**2], axis=1)
    return RegionGraph(np.stack(sums, axis=1), *summed_pairs(pairs, columns, count))


def summed_pairs(pairs: IntArray, columns: SumArray, count: int) -> tuple[IntArray, SumArray]:
    """One row for each distinct pair (smaller first), its columns added up."""
    low, high = np.minimum(pairs[:, 0], pairs[:, 1]), np.maximum(pairs[:, 0], pairs[:, 1])
    keys = low.astype(np.int64) * count + high
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    starts = np.flatnonzero(np.diff(keys, prepend=-1))
    if not len(starts):
        return np.zeros((0, 2), np.int32), np.zeros((0, columns.shape[1]))
    distinct = keys[starts]
    summed = np.add.reduceat(columns[order], starts, axis=0)
    return np.stack([distinct // count, distinct % count], axis=1).astype(np.int32), summed


def _sides(labels: IntArray, edge: FloatImage) -> tuple[IntArray, SumArray]:
    """Both regions and the edge strength of every pixel side between two regions."""
    pairs, strengths = [], []
    for one, other in ((np.s_[:, :-1], np.s_[:, 1:]), (np.s_[:-1], np.s_[1:])):
        first, second = labels[one], labels[other]
        differs = first != second
        pairs.append(np.stack([first[differs], second[differs]], axis=1))
        strengths.append((edge[one][differs] + edge[other][differs]) * 0.5)
    return np.concatenate(pairs), np.concatenate(strengths).astype(np.float64)
