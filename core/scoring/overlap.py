"""IoU and Dice of one image: per label on the union of its masks, and over matched objects."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from core.document.annotation import Annotation
from core.document.document import ImageDocument, ProjectState
from core.document.mask import Mask
from core.document.semantic import SemanticMap
from core.scoring.boxes import shared_and_alone
from core.scoring.cache import LabelResult, ScoreCache
from core.scoring.counting import count_pixels
from core.scoring.matching import MATCH_IOU, match_objects
from core.scoring.scores import ImageScore, LabelScore, MatchedPair
from core.scoring.sides import Side, labels_in, objects_of, union_of, void_region

__all__ = ["ImageScore", "LabelScore", "MatchedPair", "ScoreCache", "mean_of", "score_image"]

_NO_VOID = Mask.empty()


def score_image(
    document: ImageDocument,
    state: ProjectState,
    truth_layer_id: int,
    prediction_layer_id: int,
    *,
    cache: ScoreCache | None = None,
    min_iou: float = MATCH_IOU,
) -> ImageScore:
    """Compare two layers of an image.

    Per label the union of all its masks is compared, by the pixels of the COCO
    rasteriser; crowds of the reference (for their label), void pixels and
    pixels that the reference leaves unlabelled are not judged. A label that
    only one side has scores 0. What people said in review changes nothing: the
    score is about the shapes. Objects match above ``min_iou``. Raises
    ValueError when a shape cannot be rasterised.
    """
    masks = cache or ScoreCache(document.size)
    truth = _layer_of(document, truth_layer_id, masks)
    prediction = _layer_of(document, prediction_layer_id, masks)
    void = _void_of(truth, truth_layer_id, masks)
    per_label: dict[int, LabelScore] = {}
    matched: list[MatchedPair] = []
    for label_id in sorted(truth.label_ids | prediction.label_ids | set(state.labels)):
        pair = _pair_of(truth, prediction, label_id)
        per_label[label_id], objects = _score_pair(pair, void, masks, min_iou)
        matched += objects
    return ImageScore(
        image_id=document.image_id,
        revision=document.revision,
        reference_layer_id=truth_layer_id,
        per_label=MappingProxyType(per_label),
        mean_iou=mean_of([score.iou for score in per_label.values()]),
        mean_dice=mean_of([score.dice for score in per_label.values()]),
        matched=tuple(matched),
        mean_matched_iou=mean_of([pair.iou for pair in matched]),
        prediction_layer_id=prediction_layer_id,
    )


def mean_of(values: list[float | None]) -> float | None:
    """Mean of what is defined; None when nothing is."""
    defined = [value for value in values if value is not None]
    return float(np.mean(defined)) if defined else None


@dataclass(frozen=True, slots=True, eq=False)
class _Layer:
    """What is scored of a layer."""

    objects: tuple[Annotation, ...]
    semantic: SemanticMap | None
    semantic_labels: frozenset[int]

    @property
    def label_ids(self) -> frozenset[int]:
        return self.semantic_labels | {item.label_id for item in self.objects}

    def side(self, label_id: int, objects: Iterable[Annotation]) -> Side:
        semantic = self.semantic if label_id in self.semantic_labels else None
        return Side(
            label_id, tuple(item for item in objects if item.label_id == label_id), semantic
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Pair:
    """Both sides of one label, and the crowds of the reference."""

    truth: Side
    prediction: Side
    crowds: tuple[Annotation, ...]


def _layer_of(document: ImageDocument, layer_id: int, cache: ScoreCache) -> _Layer:
    semantic = document.semantic.get(layer_id)
    labels = cache.semantic_labels.get(layer_id, (semantic,), lambda: labels_in(semantic))
    return _Layer(objects_of(document, layer_id), semantic, labels)


def _void_of(truth: _Layer, layer_id: int, cache: ScoreCache) -> Mask:
    if truth.semantic is None:
        return _NO_VOID
    semantic, objects = truth.semantic, truth.objects
    return cache.voids.get(
        layer_id, (semantic, *objects), lambda: void_region(semantic, objects, cache)
    )


def _pair_of(truth: _Layer, prediction: _Layer, label_id: int) -> _Pair:
    single = [item for item in truth.objects if not item.is_crowd]
    crowds = [item for item in truth.objects if item.is_crowd and item.label_id == label_id]
    return _Pair(
        truth.side(label_id, single), prediction.side(label_id, prediction.objects), tuple(crowds)
    )


def _score_pair(pair: _Pair, void: Mask, cache: ScoreCache, min_iou: float) -> LabelResult:
    def compute() -> LabelResult:
        crowd = union_of([cache.mask(item) for item in pair.crowds])
        score = _score_label(pair, [void, crowd], cache)
        return score, match_objects(pair.truth, pair.prediction, void, crowd, cache, min_iou)

    sides = pair.truth, pair.prediction
    lists = (pair.truth.annotations, pair.prediction.annotations, pair.crowds)
    inputs = (void, *(side.semantic for side in sides), min_iou)
    shapes = [item for items in lists for item in (None, *items)]
    return cache.results.get(pair.truth.label_id, (*inputs, *shapes), compute)


def _score_label(pair: _Pair, ignored: Sequence[Mask], cache: ScoreCache) -> LabelScore:
    sides = pair.truth, pair.prediction
    only_objects = all(side.semantic is None for side in sides)
    if only_objects and any(side.has_boxes_alone for side in sides):
        return _score_boxes(pair)
    truth, prediction = (side.masks(cache) for side in sides)
    return LabelScore.of_counts(
        *count_pixels(truth, prediction, ignored, label_id=pair.truth.label_id, kept=cache.counts)
    )


def _score_boxes(pair: _Pair) -> LabelScore:
    areas = shared_and_alone(
        [item.bounds for item in pair.truth.annotations],
        [item.bounds for item in pair.prediction.annotations],
        [item.bounds for item in pair.crowds],
    )
    return LabelScore.of_counts(*areas, boxes_only=True)
