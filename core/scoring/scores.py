"""The numbers that a comparison gives, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MatchedPair:
    """A true object and the predicted one that matches it; None where there is none.

    ``iou`` is 0 for an object without a partner. ``boxes`` says that bounding
    boxes were compared, because one of the two is only a box.
    """

    label_id: int
    truth_id: int | None
    prediction_id: int | None
    iou: float
    boxes: bool = False

    @property
    def is_match(self) -> bool:
        """Whether both sides have the object."""
        return self.truth_id is not None and self.prediction_id is not None


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
