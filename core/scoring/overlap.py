"""IoU and Dice of one image: per label on the union of its masks, and over matched objects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from core.document.annotation import Annotation
from core.document.document import ImageDocument, ProjectState
from core.document.mask import Mask
from core.document.semantic import SemanticMap
from core.scoring.boxes import shared_and_alone
from core.scoring.matching import MATCH_IOU, MatchedPair, match_objects
from core.scoring.sides import MaskCache, Side, labels_in, objects_of, union_of, void_region


@dataclass(frozen=True, slots=True)
class LabelScore:
    """Overlap of one label: ``iou`` and ``dice`` in [0, 1], None where both sides lack it.

    ``tp``, ``fp`` and ``fn`` are pixels in both, in the prediction alone and
    in the reference alone. With ``boxes_only`` one side has nothing but boxes
    under this label; then boxes were compared on both sides, and the numbers
    are areas in square pixels.
    """

    iou: float | None
    dice: float | None
    tp: float
    fp: float
    fn: float
    boxes_only: bool = False

    @classmethod
    def of_counts(cls, tp: float, fp: float, fn: float, *, boxes_only: bool = False) -> LabelScore:
        """Score of counted pixels; undefined when there are none."""
        union = tp + fp + fn
        if not union:
            return cls(None, None, tp, fp, fn, boxes_only)
        return cls(tp / union, 2 * tp / (union + tp), tp, fp, fn, boxes_only)


@dataclass(frozen=True, slots=True)
class ImageScore:
    """How well one layer of an image agrees with its reference.

    ``per_label`` names every label of the project. ``mean_iou`` and
    ``mean_dice`` are means over the labels that are defined, None when none
    is. ``matched`` lists pairs of objects and those without a partner;
    ``mean_matched_iou`` is the mean over all of these, where an object without
    partner counts 0, and None when there is no object at all.
    """

    image_id: int
    revision: int
    reference_layer_id: int
    per_label: Mapping[int, LabelScore]
    mean_iou: float | None
    mean_dice: float | None
    matched: tuple[MatchedPair, ...]
    mean_matched_iou: float | None
    prediction_layer_id: int = 0

    @property
    def boxes_only(self) -> bool:
        """Whether any of the numbers compares boxes instead of pixels."""
        return any(score.boxes_only for score in self.per_label.values())


def score_image(
    document: ImageDocument,
    state: ProjectState,
    truth_layer_id: int,
    prediction_layer_id: int,
    *,
    cache: MaskCache | None = None,
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
    masks = cache or MaskCache(document.size)
    truth = _layer_of(document, truth_layer_id)
    prediction = _layer_of(document, prediction_layer_id)
    void = void_region(truth.semantic, truth.objects, masks)
    per_label: dict[int, LabelScore] = {}
    matched: list[MatchedPair] = []
    for label_id in sorted(truth.label_ids | prediction.label_ids | set(state.labels)):
        pair = _pair_of(truth, prediction, label_id)
        crowd = union_of([masks.mask(item) for item in pair.crowds])
        per_label[label_id] = _score_label(pair, void.united(crowd), masks)
        matched += match_objects(pair.truth, pair.prediction, void, crowd, masks, min_iou)
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


def _layer_of(document: ImageDocument, layer_id: int) -> _Layer:
    semantic = document.semantic.get(layer_id)
    return _Layer(objects_of(document, layer_id), semantic, labels_in(semantic))


def _pair_of(truth: _Layer, prediction: _Layer, label_id: int) -> _Pair:
    single = [item for item in truth.objects if not item.is_crowd]
    crowds = [item for item in truth.objects if item.is_crowd and item.label_id == label_id]
    return _Pair(
        truth.side(label_id, single), prediction.side(label_id, prediction.objects), tuple(crowds)
    )


def _score_label(pair: _Pair, ignored: Mask, masks: MaskCache) -> LabelScore:
    sides = pair.truth, pair.prediction
    only_objects = all(side.semantic is None for side in sides)
    if only_objects and any(side.has_boxes_alone for side in sides):
        return _score_boxes(pair)
    truth, prediction = (side.region(masks) for side in sides)
    if not ignored.is_empty:
        truth, prediction = truth.without(ignored), prediction.without(ignored)
    shared = truth.intersected(prediction).area
    return LabelScore.of_counts(shared, prediction.area - shared, truth.area - shared)


def _score_boxes(pair: _Pair) -> LabelScore:
    areas = shared_and_alone(
        [item.bounds for item in pair.truth.annotations],
        [item.bounds for item in pair.prediction.annotations],
        [item.bounds for item in pair.crowds],
    )
    return LabelScore.of_counts(*areas, boxes_only=True)
