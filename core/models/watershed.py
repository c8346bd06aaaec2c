"""Objects from the class probabilities of a background / interior / border network."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from scipy.ndimage import binary_fill_holes
from skimage.morphology import h_maxima
from skimage.segmentation import watershed

_NECK_DEPTH = 0.4
_SMOOTHING_PX = 0.8

FloatMap = npt.NDArray[np.float32]
LabelMap = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class SplitSettings:
    """How objects are read from the probabilities.

    ``threshold`` of the foreground; ``smoothing_px`` is the deviation of a Gaussian
    over the probabilities, 0 for none; smaller objects than ``smallest_area_px``
    are left out; with ``fills_holes`` no object has a hole. A model that was trained
    by a person carries its own in the preprocessing of its specification
    (``core.training.calibration``).
    """

    threshold: float = 0.5
    smoothing_px: float = 0.0
    smallest_area_px: int = 12
    fills_holes: bool = False

    def record(self) -> dict[str, float | int]:
        """As plain values, for a specification."""
        return {
            "threshold": self.threshold,
            "smoothing_px": self.smoothing_px,
            "smallest_area_px": self.smallest_area_px,
            "fills_holes": int(self.fills_holes),
        }


_USUAL = SplitSettings()


def split_settings(*given: Mapping[str, object]) -> SplitSettings:
    """Settings from records of plain values, later ones win; raises ValueError."""
    values = SplitSettings().record()
    for record in given:
        values |= {name: _number(record[name]) for name in values if name in record}
    return SplitSettings(
        values["threshold"],
        values["smoothing_px"],
        int(values["smallest_area_px"]),
        bool(values["fills_holes"]),
    )


def split_objects(
    foreground: FloatMap, interior: FloatMap, settings: SplitSettings = _USUAL
) -> LabelMap:
    """Number the objects of a picture; int32 (H, W), 0 for background.

    ``foreground`` is the probability of interior or border, ``interior`` that of
    interior alone, both float32 (H, W). An object starts where the interior is
    widest, and a watershed over the interior's probability (after Beucher and
    Lantuéjoul, 1979) grows it over the foreground. Two widest places belong to
    one object unless the neck between them is narrower than about three quarters
    of the smaller, whatever their size. Foreground that no interior reaches is an
    object of its own.
    """
    if settings.smoothing_px > 0:
        foreground, interior = (
            cv2.GaussianBlur(values, (0, 0), settings.smoothing_px).astype(np.float32)
            for values in (foreground, interior)
        )
    inside = foreground > settings.threshold
    core = inside & (cv2.GaussianBlur(interior, (0, 0), _SMOOTHING_PX) > 0.5)
    if settings.fills_holes:
        # A hole in the middle of a large object would move its widest places apart.
        inside, core = binary_fill_holes(inside), binary_fill_holes(core)
    labels: LabelMap = watershed(-interior, _seeds(inside, core), mask=inside).astype(np.int32)
    return _without_small(labels, settings.smallest_area_px)


def _seeds(inside: npt.NDArray[np.bool_], core: npt.NDArray[np.bool_]) -> LabelMap:
    """Widest places of the interior, and every piece of foreground that has none."""
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


def _number(value: object) -> float:
    """A setting as a number; raises ValueError."""
    if not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
        raise ValueError(f"{value!r} is not a number of at least 0")
    return value
