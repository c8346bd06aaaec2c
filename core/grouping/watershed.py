"""Leaves: the steepest-descent watershed of a height map."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.grouping.color import FloatImage
from core.grouping.hierarchy import IntArray


def descent_watershed(height: FloatImage) -> IntArray:
    """Basins of a height map: int32 labels 0 … n − 1, 4-connected, none empty.

    Every pixel points at the lowest of itself and its four neighbours, ties to
    the smaller index; pointers are jumped until they settle on the minima. The
    order (height, index) falls along every pointer, so there are no cycles, and
    a pixel's way down lies in its own basin, so basins are connected.
    """
    target = _lowest_neighbours(height)
    while True:
        jumped = target[target]
        if np.array_equal(jumped, target):
            break
        target = jumped
    own = np.arange(len(target), dtype=np.int32)
    numbers = np.cumsum(target == own, dtype=np.int32) - 1
    return np.asarray(numbers[target], np.int32).reshape(height.shape)


def _lowest_neighbours(height: FloatImage) -> npt.NDArray[np.int32]:
    """Flat index of the lowest pixel among each pixel and its four neighbours."""
    rows, columns = height.shape
    index = np.arange(height.size, dtype=np.int32).reshape(height.shape)
    best = height.copy()
    target = index.copy()
    # Strictly lower wins; on equal height only a smaller index does: up and left, in
    # the order of their indices. Right and down come last and must be strictly lower.
    up_left = [
        (np.s_[1:, :], np.s_[: rows - 1, :], True),
        (np.s_[:, 1:], np.s_[:, : columns - 1], True),
        (np.s_[:, : columns - 1], np.s_[:, 1:], False),
        (np.s_[: rows - 1, :], np.s_[1:, :], False),
    ]
    for here, there, wins_ties in up_left:
        other, other_index = height[there], index[there]
        lower = other < best[here]
        if wins_ties:
            lower |= (other == best[here]) & (other_index < target[here])
        np.copyto(best[here], other, where=lower)
        np.copyto(target[here], other_index, where=lower)
    return target.reshape(-1)
