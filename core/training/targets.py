"""What the networks shall answer, made from label maps."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from core.training.data import UNLABELLED, ClassNumbers, LabelMap

BACKGROUND, INTERIOR, BORDER = 0, 1, 2
IGNORED = -100
"""Target of a pixel that nobody has looked at; no loss counts it."""
_LARGE_AREA_PX = 300


def three_classes(instances: LabelMap) -> npt.NDArray[np.int64]:
    """Background, interior and border of every pixel, int64 (H, W).

    The border is the rim inside an object, one pixel wide, two for objects of
    more than 300 pixels; so touching objects stay apart when it is taken away,
    and interior and border together are the object. Where an object meets
    unlabelled pixels, as a scribble does, there is no border: nobody has said
    that the object ends there.
    """
    areas = np.bincount(np.maximum(instances, 0).ravel())
    is_object = instances > 0
    classes = np.where(instances == UNLABELLED, IGNORED, is_object.astype(np.int64))
    classes[is_object & _near_another(instances, 3)] = BORDER
    is_large = areas[np.maximum(instances, 0)] > _LARGE_AREA_PX
    classes[is_object & is_large & _near_another(instances, 5)] = BORDER
    return classes


def instance_classes(
    instances: LabelMap, classes: ClassNumbers | None = None
) -> npt.NDArray[np.int64]:
    """Like ``three_classes``, with an interior for each class: int64 (H, W).

    The interior of class 1 is INTERIOR and that of class n > 1 is n + 1, so that a
    network of one class has the three outputs background, interior, border.
    ``classes`` is as in LabelledImage.
    """
    result = three_classes(instances)
    if classes is not None and len(classes):
        of_pixel = classes[np.maximum(instances, 0)].astype(np.int64)
        further = (result == INTERIOR) & (of_pixel > 1)
        result[further] = of_pixel[further] + 1
    return result


def semantic_classes(
    instances: LabelMap, classes: ClassNumbers | None = None
) -> npt.NDArray[np.int64]:
    """The class of every pixel, 0 for background and IGNORED for unlabelled, int64 (H, W)."""
    numbers = np.maximum(instances, 0)
    known = (numbers > 0).astype(np.int64) if classes is None else classes[numbers].astype(np.int64)
    result = np.where(numbers > 0, known, BACKGROUND)
    result[instances == UNLABELLED] = IGNORED
    return result


def keep_classes(before: LabelMap, pieces: LabelMap, classes: ClassNumbers | None) -> ClassNumbers:
    """The classes of the pieces that ``split_pieces`` made of a label map."""
    result = np.ones(int(pieces.max(initial=0)) + 1, np.uint8)
    if classes is not None:
        inside = pieces > 0
        result[pieces[inside]] = classes[before[inside]]
    return result


def split_pieces(instances: LabelMap) -> LabelMap:
    """Number the connected pieces of each object on their own (4-connected).

    Unlabelled pixels stay unlabelled.
    """
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
    result[instances == UNLABELLED] = UNLABELLED
    return result


def _near_another(instances: LabelMap, window_px: int) -> npt.NDArray[np.bool_]:
    """Whether another number than a pixel's own lies in its window, unlabelled ones aside."""
    numbers = instances.astype(np.float32)
    kernel = np.ones((window_px, window_px), np.uint8)
    unlabelled = instances == UNLABELLED
    highest = cv2.dilate(numbers, kernel)
    lowest = cv2.erode(np.where(unlabelled, np.float32(np.inf), numbers), kernel)
    result: npt.NDArray[np.bool_] = ((highest != numbers) | (lowest != numbers)) & ~unlabelled
    return result
