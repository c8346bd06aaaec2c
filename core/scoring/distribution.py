"""How the scores of images are spread."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core.scoring.scores import ImageScore


@dataclass(frozen=True, slots=True)
class ScoreBin:
    """Images whose mean over matched objects lies in [low, high); the last bin holds 1 too.

    ``low`` is None for images on which neither side has an object.
    """

    low: float | None
    high: float
    image_ids: tuple[int, ...]


def score_bins(scores: Iterable[ImageScore], count: int = 20) -> tuple[ScoreBin, ...]:
    """Bins of equal width, lowest first; one more for undefined scores where there are any."""
    found: list[list[int]] = [[] for _ in range(count)]
    undefined: list[int] = []
    for score in scores:
        value = score.mean_matched_iou
        if value is None:
            undefined.append(score.image_id)
        else:
            found[min(int(value * count), count - 1)].append(score.image_id)
    bins = [
        ScoreBin(place / count, (place + 1) / count, tuple(ids)) for place, ids in enumerate(found)
    ]
    if undefined:
        bins.append(ScoreBin(None, 0.0, tuple(undefined)))
    return tuple(bins)
