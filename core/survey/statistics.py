"""How many objects of which label there are, how large, where, and together with what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.survey.object_rows import ObjectRow

HEAT_CELLS = 32
COUNT_BINS = (0, 1, 2, 3, 5, 9, 17, 33, 65, 129, 257)
"""Least number of objects of each bin of objects per image."""


@dataclass(frozen=True, slots=True)
class LabelCount:
    """How often a label is used."""

    label_id: int
    objects: int
    images: int


@dataclass(frozen=True, slots=True)
class SizeBin:
    """Objects whose side (square root of the area) lies in [low, high) pixels."""

    low: float
    high: float
    objects: int


@dataclass(frozen=True, slots=True, eq=False)
class SurveyStatistics:
    """The numbers of a set of objects over so many images.

    ``labels`` lists the labels that are used, most objects first. ``positions``
    is float64 (cells, cells): how many centres lie in each cell of the image,
    rows from the top. ``together`` is int64 (labels, labels) in the order of
    ``labels``: the number of images that have both; the diagonal is the images
    of the label. ``per_image`` counts images by their number of objects, in the
    bins of ``COUNT_BINS``.
    """

    objects: int
    images: int
    labels: tuple[LabelCount, ...]
    sizes: tuple[SizeBin, ...]
    positions: npt.NDArray[np.float64]
    together: npt.NDArray[np.int64]
    per_image: tuple[int, ...]


def statistics_of(
    rows: Mapping[int, Iterable[ObjectRow]], image_count: int, label_id: int | None = None
) -> SurveyStatistics:
    """Count rows by image; sizes and positions of one label alone where one is named."""
    objects: Counter[int] = Counter()
    images: Counter[int] = Counter()
    sets: list[frozenset[int]] = []
    counts: list[int] = []
    areas: list[float] = []
    centers: list[tuple[float, float]] = []
    for found in rows.values():
        listed = tuple(found)
        if not listed:
            continue
        objects.update(row.label_id for row in listed)
        here = frozenset(row.label_id for row in listed)
        images.update(here)
        sets.append(here)
        counts.append(len(listed))
        for row in listed:
            if label_id is None or row.label_id == label_id:
                areas.append(row.area)
                centers.append(row.center)
    labels = tuple(
        LabelCount(number, count, images[number])
        for number, count in sorted(objects.items(), key=lambda pair: (-pair[1], pair[0]))
    )
    return SurveyStatistics(
        objects=sum(counts),
        images=len(counts),
        labels=labels,
        sizes=_sizes(np.array(areas, np.float64)),
        positions=_positions(np.array(centers, np.float64).reshape(-1, 2)),
        together=_together([label.label_id for label in labels], sets),
        per_image=_per_image([*counts, *[0] * max(image_count - len(counts), 0)]),
    )


def _sizes(areas: npt.NDArray[np.float64]) -> tuple[SizeBin, ...]:
    """Bins whose ends double, from the smallest to the largest."""
    if not len(areas):
        return ()
    sides = np.maximum(np.sqrt(areas), 1.0)
    powers = np.floor(np.log2(sides)).astype(int)
    return tuple(
        SizeBin(2.0**power, 2.0 ** (power + 1), int((powers == power).sum()))
        for power in range(int(powers.min()), int(powers.max()) + 1)
    )


def _positions(centers: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    places = np.clip((centers * HEAT_CELLS).astype(int), 0, HEAT_CELLS - 1)
    cells = np.zeros((HEAT_CELLS, HEAT_CELLS))
    np.add.at(cells, (places[:, 1], places[:, 0]), 1.0)
    return cells


def _together(label_ids: list[int], sets: list[frozenset[int]]) -> npt.NDArray[np.int64]:
    places = {number: place for place, number in enumerate(label_ids)}
    present = np.zeros((len(sets), len(label_ids)), np.int64)
    for row, found in enumerate(sets):
        present[row, [places[number] for number in found]] = 1
    return present.T @ present


def _per_image(counts: list[int]) -> tuple[int, ...]:
    bins = np.searchsorted(np.array(COUNT_BINS), np.array(counts, np.int64), side="right") - 1
    return tuple(np.bincount(bins, minlength=len(COUNT_BINS)).tolist())
