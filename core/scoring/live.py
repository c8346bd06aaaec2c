"""All numbers of one image by label, cheap enough to follow every stroke."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from core.document.document import ImageDocument, ProjectState
from core.document.geometry import Box
from core.scoring.boundary import boundary_iou
from core.scoring.cache import ScoreCache
from core.scoring.overlap import ImageScore, mean_of, score_image
from core.scoring.scores import MatchedPair


@dataclass(frozen=True, slots=True)
class ObjectCounts:
    """Objects of a label on an image: found, extra and missed.

    ``boundary_iou`` is the mean over matched objects, those without partner
    counting 0; None where no pixels are compared.
    """

    found: int
    extra: int
    missed: int
    boundary_iou: float | None

    @property
    def precision(self) -> float | None:
        """Found ones among the predicted; None without a prediction."""
        predicted = self.found + self.extra
        return self.found / predicted if predicted else None

    @property
    def recall(self) -> float | None:
        """Found ones among the true; None without a true object."""
        true = self.found + self.missed
        return self.found / true if true else None


@dataclass(frozen=True, slots=True)
class ImageNumbers:
    """The overlap of an image, and its objects by label, for each label that either side has."""

    score: ImageScore
    per_label: Mapping[int, ObjectCounts]


def image_numbers(
    document: ImageDocument,
    state: ProjectState,
    truth_layer_id: int,
    prediction_layer_id: int,
    *,
    cache: ScoreCache | None = None,
) -> ImageNumbers:
    """Compare two layers of an image; with the ``cache`` of before, only what was edited.

    Raises ValueError when a shape cannot be drawn.
    """
    masks = cache or ScoreCache(document.size)
    score = score_image(document, state, truth_layer_id, prediction_layer_id, cache=masks)
    by_label: dict[int, list[MatchedPair]] = {}
    for pair in score.matched:
        by_label.setdefault(pair.label_id, []).append(pair)
    counts = {label: _counts(document, pairs, masks) for label, pairs in by_label.items()}
    return ImageNumbers(score, MappingProxyType(counts))


def boundary_of_pair(
    document: ImageDocument, pair: MatchedPair, cache: ScoreCache
) -> tuple[bool, float | None]:
    """Whether the outlines of a pair are compared, and their boundary IoU, 0 without a partner."""
    ids = [number for number in (pair.truth_id, pair.prediction_id) if number is not None]
    if any(isinstance(document.annotations[number].geometry, Box) for number in ids):
        # A box says where an object is, not where it ends.
        return False, None
    if pair.truth_id is None or pair.prediction_id is None:
        return True, 0.0
    first, second = (
        cache.mask(document.annotations[number]) for number in (pair.truth_id, pair.prediction_id)
    )
    value = cache.boundaries.get(
        pair.truth_id, (first, second), lambda: boundary_iou(first, second, document.size)
    )
    return value is not None, value


def _counts(document: ImageDocument, pairs: list[MatchedPair], cache: ScoreCache) -> ObjectCounts:
    boundaries = [
        value
        for compared, value in (boundary_of_pair(document, pair, cache) for pair in pairs)
        if compared
    ]
    return ObjectCounts(
        found=sum(pair.is_match for pair in pairs),
        extra=sum(pair.truth_id is None for pair in pairs),
        missed=sum(pair.prediction_id is None for pair in pairs),
        boundary_iou=mean_of(boundaries),
    )
