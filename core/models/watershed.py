"""Objects from the class probabilities of a background / interior / border network."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
from skimage.segmentation import watershed

FloatMap = npt.NDArray[np.float32]
LabelMap = npt.NDArray[np.int32]


def split_objects(
    foreground: FloatMap,
    interior: FloatMap,
    *,
    threshold: float = 0.5,
    smallest_area_px: int = 12,
) -> LabelMap:
    """Number the objects of a picture; int32 (H, W), 0 for background.

    ``foreground`` is the probability of interior or border, ``interior`` that of
    interior alone, both float32 (H, W). Each connected piece of interior starts
    an object, and a watershed over the interior's probability (after Beucher and
    Lantuéjoul, 1979) grows it over the foreground. Foreground that no interior
    reaches is an object of its own. Smaller objects are left out.
    """
    inside = foreground > threshold
    seeds = _seeds(inside, interior)
    labels: LabelMap = watershed(-interior, seeds, mask=inside).astype(np.int32)
    return _without_small(labels, smallest_area_px)


def _seeds(inside: npt.NDArray[np.bool_], interior: FloatMap) -> LabelMap:
    """Pieces of interior, and every piece of foreground that has none."""
    smooth = cv2.GaussianBlur(interior, (0, 0), 0.8)
    certain = (smooth > 0.5) & inside
    count, seeds = cv2.connectedComponents(certain.astype(np.uint8), connectivity=4)
    _, pieces = cv2.connectedComponents(inside.astype(np.uint8), connectivity=4)
    is_reached = np.zeros(int(pieces.max()) + 1, np.bool_)
    is_reached[pieces[certain]] = True
    lonely = inside & ~is_reached[pieces]
    result: LabelMap = np.where(lonely, pieces + count, seeds).astype(np.int32)
    return result


def _without_small(labels: LabelMap, smallest_area_px: int) -> LabelMap:
    """Leave out small objects and number the others 1, 2, … in their order."""
    areas = np.bincount(labels.ravel())
    keep = areas >= smallest_area_px
    keep[0] = False
    numbers = np.where(keep, np.cumsum(keep), 0).astype(np.int32)
    result: LabelMap = numbers[labels]
    return result
