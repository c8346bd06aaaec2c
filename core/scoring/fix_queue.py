"""In which order images are worth fixing, and when more fixing no longer moves the score.

The score is the mean IoU over matched objects of all images, in which an object
without a partner counts 0. Fixing an image makes its objects those of the truth:
each then counts 1, and what was extra is gone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.scoring.scores import ImageScore

WORTH_FIXING = 0.0005
"""A gain below this does not change the third decimal of the score."""


@dataclass(frozen=True, slots=True)
class ImageSums:
    """What an image adds to the mean: its objects, the sum of their IoU, and its true objects."""

    image_id: int
    objects: int
    iou_sum: float
    truths: int

    @classmethod
    def of(cls, score: ImageScore) -> ImageSums:
        """From the score of an image."""
        truths = sum(pair.truth_id is not None for pair in score.matched)
        return cls(score.image_id, len(score.matched), sum(p.iou for p in score.matched), truths)


@dataclass(frozen=True, slots=True)
class FixQueue:
    """Images by how much the score rises when they are fixed, the largest gain first.

    ``score`` is None without an object. Images whose fixing changes nothing are
    not listed.
    """

    score: float | None
    image_ids: tuple[int, ...]
    gains: tuple[float, ...]

    @property
    def worthwhile(self) -> int:
        """How many of the images move the score by what can be seen."""
        return sum(gain >= WORTH_FIXING for gain in self.gains)


def fix_queue(sums: Sequence[ImageSums], done: Collection[int] = ()) -> FixQueue:
    """Rank the images of a data set; those that are ``done`` count, but are not listed."""
    objects = np.array([item.objects for item in sums], np.float64)
    ious = np.array([item.iou_sum for item in sums], np.float64)
    truths = np.array([item.truths for item in sums], np.float64)
    total, ious_total = objects.sum(), ious.sum()
    if not total:
        return FixQueue(None, (), ())
    score = float(ious_total / total)
    left = total - objects + truths
    fixed = np.divide(ious_total - ious + truths, left, out=np.ones_like(left), where=left > 0)
    gains = fixed - score
    changes = ious < objects - 1e-12
    listed = [
        place
        for place in np.argsort(-gains, kind="stable").tolist()
        if changes[place] and sums[place].image_id not in done
    ]
    return FixQueue(
        score,
        tuple(sums[place].image_id for place in listed),
        tuple(float(gains[place]) for place in listed),
    )


def by_doubt(scores: Mapping[int, Sequence[float]], done: Collection[int] = ()) -> tuple[int, ...]:
    """Image ids by how unsure the predictions on them are, for images without a truth.

    ``scores`` are those of the predictions of each image. A score of one half
    counts 1, one of 0 or 1 nothing.
    """
    doubts = {
        image_id: sum(1.0 - abs(2.0 * score - 1.0) for score in found)
        for image_id, found in scores.items()
        if image_id not in done
    }
    return tuple(sorted(doubts, key=lambda image_id: -doubts[image_id]))
