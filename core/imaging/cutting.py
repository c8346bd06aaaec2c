"""Cut a mask along a line between pixels."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from core.document.mask import BoolArray, Mask

Line = tuple[tuple[float, float], tuple[float, float]]
IntArray = npt.NDArray[np.intp]

_STEPS = ((0, 1), (1, 0), (1, 1), (1, -1))
"""To the neighbours on the right, below, and at both lower corners."""


def cut_mask(mask: Mask, line: Line) -> tuple[Mask, ...] | None:
    """Connected pieces of a mask after a cut, or None when the line divides none of them.

    Neighbouring pixels whose centres lie on two sides of the line are parted
    where the line runs between them; a line that ends inside the mask divides
    nothing. The pieces are disjoint and together the mask.
    """
    if mask.is_empty:
        return None
    pixels = mask.crop()
    left = _side(pixels.shape, line, mask.box.left, mask.box.top)
    labels = _labels_of_sides(pixels, left)
    count = int(labels.max()) + 1
    joined = _pieces_joined(labels, left, line, (mask.box.left, mask.box.top), count)
    whole = cv2.connectedComponents(pixels.view(np.uint8), connectivity=8)[0]
    if len(np.unique(joined[1:])) + 1 <= whole:
        return None
    pieces = joined[labels]
    return tuple(
        Mask.from_array((pieces == number) & pixels, mask.box.left, mask.box.top)
        for number in np.unique(joined[1:]).tolist()
    )


def _side(shape: tuple[int, ...], line: Line, left: int, top: int) -> BoolArray:
    """Whether pixel centres lie to the left of the line, or on it."""
    (x0, y0), (x1, y1) = line
    across_y = (x1 - x0) * (np.arange(shape[0]) + top + 0.5 - y0)
    across_x = (y1 - y0) * (np.arange(shape[1]) + left + 0.5 - x0)
    side: BoolArray = across_y[:, None] >= across_x[None, :]
    return side


def _labels_of_sides(pixels: BoolArray, left: BoolArray) -> npt.NDArray[np.int32]:
    """Connected pieces of each side, numbered from 1 over both."""
    count, first = cv2.connectedComponents((pixels & left).view(np.uint8), connectivity=8)
    _, second = cv2.connectedComponents((pixels & ~left).view(np.uint8), connectivity=8)
    labels: npt.NDArray[np.int32] = np.where(second > 0, second + count - 1, first)
    return labels


def _pieces_joined(
    labels: npt.NDArray[np.int32],
    left: BoolArray,
    line: Line,
    corner: tuple[int, int],
    count: int,
) -> IntArray:
    """For each label the smallest label it hangs together with, past the ends of the line."""
    parent = np.arange(count)
    for step in _STEPS:
        rows, columns, far_rows, far_columns = _neighbours(labels.shape, step)
        first, second = labels[rows, columns], labels[far_rows, far_columns]
        crossing = (first > 0) & (second > 0) & (left[rows, columns] != left[far_rows, far_columns])
        y, x = np.nonzero(crossing)
        # The middle between both centres, in image coordinates.
        middle_x = x + max(-step[1], 0) + step[1] / 2 + 0.5 + corner[0]
        middle_y = y + step[0] / 2 + 0.5 + corner[1]
        open_ = ~_is_beside(middle_x, middle_y, line)
        links = np.unique(np.stack([first[y, x][open_], second[y, x][open_]]), axis=1)
        for one, other in links.T.tolist():
            low, high = sorted((parent[one], parent[other]))
            parent[parent == high] = low
    return parent


def _neighbours(shape: tuple[int, ...], step: tuple[int, int]) -> tuple[slice, slice, slice, slice]:
    """Index of the pixels that have such a neighbour, and of these neighbours."""
    height, width = shape
    down, right = step
    rows, far_rows = slice(0, height - down), slice(down, height)
    if right >= 0:
        return rows, slice(0, width - right), far_rows, slice(right, width)
    return rows, slice(-right, width), far_rows, slice(0, width + right)


def _is_beside(
    x: npt.NDArray[np.floating], y: npt.NDArray[np.floating], line: Line
) -> npt.NDArray[np.bool_]:
    """Whether points lie beside the line rather than past one of its ends."""
    (x0, y0), (x1, y1) = line
    along = (x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)
    beside: npt.NDArray[np.bool_] = (along >= 0) & (along <= (x1 - x0) ** 2 + (y1 - y0) ** 2)
    return beside
