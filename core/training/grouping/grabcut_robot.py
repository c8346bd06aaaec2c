"""The robot annotator with GrabCut (Rother et al., SIGGRAPH 2004) in OpenCV."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from core.grouping.color import RgbImage
from core.training.grouping.robot import middle_of_largest

BoolArray = npt.NDArray[np.bool_]

STROKE_RADIUS_PX = 5
_ROUNDS = 2


def grabcut_overlaps(
    image: RgbImage, truth: BoolArray, scored: BoolArray, clicks: int
) -> list[float]:
    """Overlap after each action: first a tight box, then discs in the largest error."""
    bgr = np.ascontiguousarray(image[:, :, ::-1])
    marks = np.full(truth.shape, cv2.GC_BGD, np.uint8)
    x, y, width, height = cv2.boundingRect(truth.view(np.uint8))
    marks[y : y + height, x : x + width] = cv2.GC_PR_FGD
    models = np.zeros((1, 65)), np.zeros((1, 65))
    overlaps: list[float] = []
    for action in range(clicks):
        if action:
            error = (_object(marks) != truth) & scored
            if error.any():
                row, column = middle_of_largest(error)
                value = cv2.GC_FGD if truth[row, column] else cv2.GC_BGD
                cv2.circle(marks, (column, row), STROKE_RADIUS_PX, int(value), -1)
        has_both = _object(marks).any() and not _object(marks).all()
        if has_both:
            cv2.setRNGSeed(0)
            cv2.grabCut(bgr, marks, None, *models, _ROUNDS, cv2.GC_INIT_WITH_MASK)
        found = _object(marks) & scored
        union = (found | (truth & scored)).sum()
        overlaps.append(float((found & truth).sum() / max(union, 1)))
    return overlaps


def _object(marks: npt.NDArray[np.uint8]) -> BoolArray:
    return np.asarray((marks == cv2.GC_FGD) | (marks == cv2.GC_PR_FGD))
