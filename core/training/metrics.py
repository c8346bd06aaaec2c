"""The figures on the model cards: Dice, F1, average precision and recall of proposals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from core.document.mask import Mask
from core.training.data import LabelMap, object_numbers

FloatArray = npt.NDArray[np.float64]


def dice(first: npt.NDArray[np.bool_], second: npt.NDArray[np.bool_]) -> float | None:
    """Twice the shared pixels over the sum of both; None when both are empty."""
    total = int(first.sum()) + int(second.sum())
    return 2 * int((first & second).sum()) / total if total else None


def mask_ious(masks: Sequence[Mask], instances: LabelMap) -> FloatArray:
    """IoU of every mask with every object of a label map, float64 (masks, objects)."""
    numbers = object_numbers(instances)
    areas = np.bincount(instances.ravel(), minlength=int(instances.max()) + 1)
    result = np.zeros((len(masks), len(numbers)))
    for row, mask in enumerate(masks):
        under = instances[mask.box.slices][mask.crop()]
        shared = np.bincount(under, minlength=len(areas))[numbers]
        result[row] = shared / (mask.area + areas[numbers] - shared)
    return result


def box_ious(first: FloatArray, second: FloatArray) -> FloatArray:
    """IoU of every box with every other, corners (N, 4) and (M, 4) to float64 (N, M)."""
    low = np.maximum(first[:, None, :2], second[None, :, :2])
    high = np.minimum(first[:, None, 2:], second[None, :, 2:])
    shared = (high - low).clip(min=0).prod(axis=2)
    areas = [(boxes[:, 2:] - boxes[:, :2]).prod(axis=1) for boxes in (first, second)]
    union = areas[0][:, None] + areas[1][None, :] - shared
    return np.asarray(shared / np.maximum(union, 1e-9), dtype=np.float64)


def matches(ious: FloatArray, threshold: float = 0.5) -> npt.NDArray[np.bool_]:
    """Which candidates are right: each takes the best object that is still free.

    ``ious`` has a row for every candidate, best score first.
    """
    is_right = np.zeros(len(ious), np.bool_)
    free = np.ones(ious.shape[1], np.bool_)
    for row, overlaps in enumerate(ious):
        candidates = np.where(free, overlaps, -1.0)
        if len(candidates) and candidates.max() >= threshold:
            free[int(candidates.argmax())] = False
            is_right[row] = True
    return is_right


def f1(ious: FloatArray, threshold: float = 0.5) -> tuple[int, int, int]:
    """Right, wrong and missed objects; F1 is 2·right / (2·right + wrong + missed)."""
    right = int(matches(ious, threshold).sum())
    return right, len(ious) - right, ious.shape[1] - right


def recall(ious: FloatArray, count: int = 100, threshold: float = 0.5) -> tuple[int, int]:
    """How many objects one of the first candidates covers, and how many there are."""
    first = ious[:count]
    found = int((first.max(axis=0) >= threshold).sum()) if len(first) else 0
    return found, ious.shape[1]


def average_precision(scores: FloatArray, is_right: npt.NDArray[np.bool_], objects: int) -> float:
    """Area under precision over recall, interpolated at 101 points as COCO does."""
    order = np.argsort(-scores, kind="stable")
    right = np.cumsum(is_right[order])
    if not objects or not len(right):
        return 0.0
    precision = right / np.arange(1, len(right) + 1)
    precision = np.maximum.accumulate(precision[::-1])[::-1]
    reached = np.searchsorted(right / objects, np.linspace(0, 1, 101), side="left")
    values = np.append(precision, 0.0)[np.minimum(reached, len(precision))]
    return float(values.mean())
