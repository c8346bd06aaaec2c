"""Objects from the class probabilities of a background / interior / border network."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
from skimage.morphology import h_maxima
from skimage.segmentation import watershed

_NECK_DEPTH = 0.4
_SMOOTHING_PX = 0.8

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
    interior alone, both float32 (H, W). An object starts where the interior is
    widest, and a watershed over the interior's probability (after Beucher and
    Lantuéjoul, 1979) grows it over the foreground. Two widest places belong to
    one object unless the neck between them is narrower than about three quarters
    of the smaller, whatever their size. Foreground that no interior reaches is an
    object of its own. Objects of a smaller area are left out.
    """
    inside = foreground > threshold
    seeds = _seeds(inside, interior)
    labels: LabelMap = watershed(-interior, seeds, mask=inside).astype(np.int32)
    return _without_small(labels, smallest_area_px)


def _seeds(inside: npt.NDArray[np.bool_], interior: FloatMap) -> LabelMap:
    """Widest places of the interior, and every piece of foreground that has none."""
    core = inside & (cv2.GaussianBlur(interior, (0, 0), _SMOOTHING_PX) > 0.5)
    widest = core & _widest_places(core)
    count, seeds = cv2.connectedComponents(widest.astype(np.uint8), connectivity=8)
    _, pieces = cv2.connectedComponents(inside.astype(np.uint8), connectivity=4)
    is_reached = np.zeros(int(pieces.max()) + 1, np.bool_)
    is_reached[pieces[widest]] = True
    lonely = inside & ~is_reached[pieces]
    result: LabelMap = np.where(lonely, pieces + count, seeds).astype(np.int32)
    return result


def _widest_places(core: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Maxima of the distance to the edge; in logarithms, so that depth is a ratio of widths."""
    # Without any edge in the picture OpenCV answers infinity.
    distance = cv2.distanceTransform(core.astype(np.uint8), cv2.DIST_L2, 5).clip(
        max=sum(core.shape)
    )
    logarithm = np.log2(1 + cv2.GaussianBlur(distance, (0, 0), 1.0))
    return np.asarray(h_maxima(logarithm, _NECK_DEPTH) > 0)


def _without_small(labels: LabelMap, smallest_area_px: int) -> LabelMap:
    """Leave out small objects and number the others 1, 2, … in their order."""
    areas = np.bincount(labels.ravel())
    keep = areas >= smallest_area_px
    keep[0] = False
    numbers = np.where(keep, np.cumsum(keep), 0).astype(np.int32)
    result: LabelMap = numbers[labels]
    return result
