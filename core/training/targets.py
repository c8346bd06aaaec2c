"""What the networks shall answer, made from label maps."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from core.training.data import LabelMap

BACKGROUND, INTERIOR, BORDER = 0, 1, 2
_LARGE_AREA_PX = 300


def three_classes(instances: LabelMap) -> npt.NDArray[np.int64]:
    """Background, interior and border of every pixel, int64 (H, W).

    The border is the rim inside an object, one pixel wide, two for objects of
    more than 300 pixels; so touching objects stay apart when it is taken away,
    and interior and border together are the object.
    """
    numbers = instances.astype(np.float32)
    classes = (instances > 0).astype(np.int64)
    classes[(instances > 0) & _near_another(numbers, 3)] = BORDER
    areas = np.bincount(instances.ravel())
    is_large = areas[instances] > _LARGE_AREA_PX
    classes[(instances > 0) & is_large & _near_another(numbers, 5)] = BORDER
    return classes


def split_pieces(instances: LabelMap) -> LabelMap:
    """Number the connected pieces of each object on their own (4-connected)."""
    result = np.zeros_like(instances)
    same_right = instances[:, 1:] == instances[:, :-1]
    same_below = instances[1:] == instances[:-1]
    # A grid of twice the size, in which neighbours are joined only where numbers agree.
    height, width = instances.shape
    grid = np.zeros((2 * height - 1, 2 * width - 1), np.uint8)
    grid[::2, ::2] = instances > 0
    grid[::2, 1::2] = same_right & (instances[:, 1:] > 0)
    grid[1::2, ::2] = same_below & (instances[1:] > 0)
    _, pieces = cv2.connectedComponents(grid, connectivity=4)
    result[:] = pieces[::2, ::2]
    return result


def _near_another(numbers: npt.NDArray[np.float32], window_px: int) -> npt.NDArray[np.bool_]:
    kernel = np.ones((window_px, window_px), np.uint8)
    highest, lowest = cv2.dilate(numbers, kernel), cv2.erode(numbers, kernel)
    result: npt.NDArray[np.bool_] = (highest != numbers) | (lowest != numbers)
    return result
