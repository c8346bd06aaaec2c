"""Average recall of object proposals (Hosang et al., PAMI 2016), over masks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

THRESHOLDS = np.arange(0.5, 1.0, 0.05)
NUMBERS = (10, 100, 1000)


@dataclass(frozen=True, slots=True)
class Recall:
    """Of all objects the share that some of the first ``number`` proposals finds.

    ``average`` is over overlaps of .5, .55 … .95.
    """

    number: int
    average: float
    at_half: float
    at_seventy: float


def recall(overlaps: Sequence[npt.NDArray[np.float64]]) -> tuple[Recall, ...]:
    """Recall at 10, 100 and 1000 proposals over several images.

    ``overlaps`` has the intersection over union of ranked proposals with the
    objects of each image, (proposals, objects).
    """
    rows = []
    for number in NUMBERS:
        best = np.concatenate([_best(item[:number]) for item in overlaps])
        average = float(np.mean([(best >= threshold).mean() for threshold in THRESHOLDS]))
        at_half, at_seventy = float((best >= 0.5).mean()), float((best >= 0.7).mean())
        rows.append(Recall(number, average, at_half, at_seventy))
    return tuple(rows)


def _best(overlaps: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    if not len(overlaps):
        return np.zeros(overlaps.shape[1])
    # Rounded, so that an overlap of exactly .55 is not lost to the last binary digit.
    return np.asarray(np.round(overlaps.max(axis=0), 9))
