"""Overlap of upright boxes, exact to fractions of a pixel."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.document.geometry import Box, FloatArray
from core.document.mask import BoolArray


def box_iou(first: Box, second: Box) -> float:
    """Intersection over union of two boxes, 0 when neither has an area."""
    width = min(first.right, second.right) - max(first.x, second.x)
    height = min(first.bottom, second.bottom) - max(first.y, second.y)
    shared = max(width, 0.0) * max(height, 0.0)
    union = first.area + second.area - shared
    return shared / union if union > 0 else 0.0


def shared_and_alone(
    truth: Sequence[Box], prediction: Sequence[Box], ignored: Sequence[Box]
) -> tuple[float, float, float]:
    """Areas of two unions of boxes: in both, in the prediction alone, in the truth alone.

    What lies in ``ignored`` does not count. The plane is cut along all edges;
    inside a cell of that grid nothing changes.
    """
    everything = [*truth, *prediction, *ignored]
    if not everything:
        return 0.0, 0.0, 0.0
    xs = np.unique([edge for box in everything for edge in (box.x, box.right)])
    ys = np.unique([edge for box in everything for edge in (box.y, box.bottom)])
    areas = np.diff(ys)[:, None] * np.diff(xs)[None, :]
    areas[_covered(ignored, xs, ys)] = 0.0
    in_truth, in_prediction = _covered(truth, xs, ys), _covered(prediction, xs, ys)
    return (
        float(areas[in_truth & in_prediction].sum()),
        float(areas[in_prediction & ~in_truth].sum()),
        float(areas[in_truth & ~in_prediction].sum()),
    )


def _covered(boxes: Sequence[Box], xs: FloatArray, ys: FloatArray) -> BoolArray:
    """Cells of the grid that lie in any of the boxes."""
    covered: BoolArray = np.zeros((max(len(ys) - 1, 0), max(len(xs) - 1, 0)), np.bool_)
    for box in boxes:
        columns = slice(*np.searchsorted(xs, (box.x, box.right)).tolist())
        rows = slice(*np.searchsorted(ys, (box.y, box.bottom)).tolist())
        covered[rows, columns] = True
    return covered
