"""From a class for every pixel to objects. No torch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from core.document.geometry import Size
from core.document.mask import Mask

FloatMap = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class SemanticMap:
    """The likeliest class of every pixel, 0 for background, and its probability; both (H, W)."""

    classes: npt.NDArray[np.uint8]
    probability: FloatMap


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """Pixels of one class; ``score`` is their mean probability of it."""

    number: int
    mask: Mask
    score: float


def likeliest_classes(probabilities: FloatMap, size: Size) -> SemanticMap:
    """Stretch class probabilities (classes, h, w) over an image, one class after the other.

    All at once, 21 classes at 24 megapixels would fill 2 GB. The stretching is
    bilinear, cell centres fixed. Raises ValueError for more than 255 classes.
    """
    if len(probabilities) > np.iinfo(np.uint8).max:
        raise ValueError("a semantic map has at most 255 classes")
    classes = np.zeros(size.shape, np.uint8)
    best = np.zeros(size.shape, np.float32)
    for number, small in enumerate(probabilities):
        # Below an equal share a class is nowhere the likeliest one.
        if number and float(small.max()) < 1 / len(probabilities):
            continue
        values = _stretched(small, size)
        higher = values > best
        best[higher] = values[higher]
        classes[higher] = number
    return SemanticMap(classes, best)


def connected_regions(found: SemanticMap, smallest_area_px: int) -> Iterator[Region]:
    """A region for every connected part of a class, corners counting as connections."""
    for number in _present(found.classes):
        of_class = (found.classes == number).astype(np.uint8)
        _, labels, figures, _ = cv2.connectedComponentsWithStats(of_class, connectivity=8)
        for label in range(1, len(figures)):
            left, top, width, height, area = figures[label].tolist()
            if area >= smallest_area_px:
                place = slice(top, top + height), slice(left, left + width)
                pixels = labels[place] == label
                score = float(found.probability[place][pixels].mean())
                yield Region(number, Mask.from_array(pixels, left, top), min(score, 1.0))


def whole_classes(found: SemanticMap) -> Iterator[Region]:
    """A region for every class, in however many parts."""
    for number in _present(found.classes):
        pixels = found.classes == number
        score = float(found.probability[pixels].mean())
        yield Region(number, Mask.from_array(pixels), min(score, 1.0))


def _present(classes: npt.NDArray[np.uint8]) -> list[int]:
    counts = np.bincount(classes.ravel(), minlength=1)
    return [number for number in np.flatnonzero(counts).tolist() if number]


def _stretched(values: FloatMap, size: Size) -> FloatMap:
    if values.shape == size.shape:
        return values
    stretched = cv2.resize(values, (size.width, size.height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(stretched, np.float32)
