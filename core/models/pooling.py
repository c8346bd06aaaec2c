"""One ranked list out of what several models propose for an image, each object once.

Overlaps are found once for the candidates of an image; moving a slider then only
filters (1,000 candidates in a few milliseconds), and runs no model.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.document.annotation import Geometry
from core.document.geometry import Box
from core.models.overlap import Extent, overlap, same_kind, touching_pairs
from core.models.proposal import Proposal

LOWEST_IOU = 0.1


@dataclass(frozen=True, slots=True)
class PoolSettings:
    """What is shown of a pool; all in [0, 1].

    ``score`` is the lowest one shown. Of two candidates of the same class, or
    of which one has no class, that overlap with more than ``same_class_iou``
    one is hidden; of two of different classes from ``any_class_iou`` on. 1 hides
    nothing.
    """

    score: float = 0.5
    same_class_iou: float = 0.5
    any_class_iou: float = 0.8


@dataclass(frozen=True, slots=True, eq=False)
class Overlaps:
    """Pairs of candidates, by their places in the list, that overlap noticeably."""

    first: npt.NDArray[np.int64]
    second: npt.NDArray[np.int64]
    iou: npt.NDArray[np.float64]
    same_class: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Pooled:
    """A candidate that is shown.

    ``place`` is where it stands in the list that was pooled, ``duplicates`` where
    those stand that it hides; models agree on it when these have other sources.
    """

    place: int
    proposal: Proposal
    duplicates: tuple[int, ...] = ()


def find_overlaps(items: Sequence[Proposal], lowest_iou: float = LOWEST_IOU) -> Overlaps:
    """The pairs that a slider from ``lowest_iou`` on can tell apart.

    Two masks are compared by their pixels, everything else by its bounds.
    Keypoints are compared with keypoints only.
    """
    extent = Extent.of([item.geometry for item in items])
    found: list[tuple[int, int, float]] = []
    for one, others in touching_pairs(extent):
        mine = items[one].geometry
        for other in others.tolist():
            theirs = items[other].geometry
            if same_kind(mine, theirs):
                iou, _ = overlap(mine, theirs)
                if iou >= lowest_iou:
                    found.append((one, other, iou))
    first = np.array([pair[0] for pair in found], np.int64)
    second = np.array([pair[1] for pair in found], np.int64)
    labels = [(items[one].label, items[other].label) for one, other, _ in found]
    return Overlaps(
        first,
        second,
        np.array([pair[2] for pair in found], np.float64),
        np.array([a == b or not a or not b for a, b in labels], np.bool_),
    )


def pool(
    items: Sequence[Proposal],
    overlaps: Overlaps,
    settings: PoolSettings,
    hidden: Collection[int] = (),
) -> tuple[Pooled, ...]:
    """Candidates of all sources, best score first, without those that another one stands for.

    ``overlaps`` come from ``find_overlaps(items)``; ``hidden`` are places left
    out, such as those of ``matching``. Of duplicates the one that says most stays,
    whatever the scores: an outline before a box, a class before none; scores of
    different models cannot be compared that closely. Among equals the better
    score stays, then the earlier place.
    """
    left_out = frozenset(hidden)
    shown = [
        place
        for place, item in enumerate(items)
        if item.score >= settings.score and place not in left_out
    ]
    rivals = _rivals(overlaps, settings)
    order = sorted(shown, key=lambda place: (_detail(items[place]), -items[place].score, place))
    alive = set(shown)
    kept: dict[int, list[int]] = {}
    for place in order:
        if place in alive:
            duplicates = [other for other in rivals.get(place, ()) if other in alive]
            duplicates = [other for other in duplicates if other not in kept]
            alive.difference_update(duplicates)
            kept[place] = duplicates
    ranked = sorted(kept, key=lambda place: (-items[place].score, place))
    return tuple(Pooled(place, items[place], tuple(sorted(kept[place]))) for place in ranked)


def matching(
    items: Sequence[Proposal], objects: Sequence[Geometry], lowest_iou: float = 0.5
) -> frozenset[int]:
    """Places of candidates that show an object which is there already, by IoU."""
    shapes = [item.geometry for item in items]
    extent = Extent.of(shapes)
    places: set[int] = set()
    everything = np.arange(len(items))
    for shape, corners in zip(objects, Extent.of(objects).corners, strict=True):
        touching = np.flatnonzero(extent.shared_with(corners, everything) > 0)
        for place in touching.tolist():
            if place not in places and same_kind(shapes[place], shape):
                iou, _ = overlap(shapes[place], shape)
                if iou >= lowest_iou:
                    places.add(place)
    return frozenset(places)


def _rivals(overlaps: Overlaps, settings: PoolSettings) -> dict[int, list[int]]:
    """For every candidate those that cannot be shown beside it."""
    limits = np.where(overlaps.same_class, settings.same_class_iou, settings.any_class_iou)
    too_close = overlaps.iou > limits
    rivals: dict[int, list[int]] = defaultdict(list)
    pairs = zip(
        overlaps.first[too_close].tolist(), overlaps.second[too_close].tolist(), strict=True
    )
    for one, other in pairs:
        rivals[one].append(other)
        rivals[other].append(one)
    return rivals


def _detail(item: Proposal) -> int:
    """How much a candidate says, 0 for most."""
    return 2 * isinstance(item.geometry, Box) + (not item.label)
