"""Where two layers of an image disagree: object by object, worst first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from core.document.annotation import Annotation, ReviewState
from core.document.document import ImageDocument, ProjectState
from core.document.geometry import Box
from core.document.images import Dataset
from core.errors import MaskwrightError
from core.scoring.boxes import box_iou
from core.scoring.cache import ScoreCache
from core.scoring.matching import MATCH_IOU, mask_iou
from core.scoring.overlap import score_image
from core.scoring.sides import objects_of

LOW_IOU = 0.1
"""From here up to the matching threshold two objects of a label are a poor match."""


class Disagreement(Enum):
    """How an object of one layer and one of the other stand to each other."""

    MISSING = "missing"
    EXTRA = "extra"
    WRONG_LABEL = "wrong label"
    LOW_OVERLAP = "low overlap"
    MATCHED = "matched"
    NOT_JUDGED = "not judged"


@dataclass(frozen=True, slots=True)
class ObjectDifference:
    """One object of the truth, of the prediction, or a pair of both.

    ``iou`` is 0 without a partner. ``bounds`` surrounds both, in image pixels.
    ``is_settled`` says that somebody looked at it and kept what is there: the
    predicted object is approved, or the true one, which has no partner,
    rejected. What is "not judged" lies mostly in void or in a crowd.
    """

    image_id: int
    kind: Disagreement
    truth_id: int | None
    prediction_id: int | None
    truth_label: int | None
    prediction_label: int | None
    iou: float
    bounds: Box
    is_settled: bool = False

    @property
    def severity(self) -> float:
        """0 where both agree, 1 for an object that is missing, extra or mislabelled."""
        if self.kind in (Disagreement.MATCHED, Disagreement.LOW_OVERLAP):
            return 1.0 - self.iou
        return 0.0 if self.kind is Disagreement.NOT_JUDGED else 1.0

    @property
    def is_error(self) -> bool:
        """Whether the objects do not match at all."""
        return self.kind not in (Disagreement.MATCHED, Disagreement.NOT_JUDGED)


def differences(
    document: ImageDocument,
    state: ProjectState,
    truth_layer_id: int,
    prediction_layer_id: int,
    *,
    min_iou: float = MATCH_IOU,
    low_iou: float = LOW_IOU,
    cache: ScoreCache | None = None,
) -> tuple[ObjectDifference, ...]:
    """All objects of both layers, worst first.

    Objects match as in the scores: same label, IoU above ``min_iou``. Of what
    is left, pairs above ``min_iou`` with other labels are "wrong label", pairs
    of a label from ``low_iou`` on "low overlap", the rest missing or extra.
    Raises ValueError when a shape cannot be drawn.
    """
    masks = cache or ScoreCache(document.size)
    score = score_image(
        document, state, truth_layer_id, prediction_layer_id, cache=masks, min_iou=min_iou
    )
    sorter = _Sorter(document, masks, min_iou, low_iou)
    for pair in score.matched:
        sorter.add(pair.truth_id, pair.prediction_id, pair.iou)
    sorter.pair_up(wrong_label=True)
    sorter.pair_up(wrong_label=False)
    sorter.list_rest(objects_of(document, prediction_layer_id))
    return worst_first(sorter.found)


def dataset_differences(
    dataset: Dataset,
    truth_layer_id: int,
    prediction_layer_id: int,
    progress: Callable[[float], None] | None = None,
) -> tuple[ObjectDifference, ...]:
    """The disagreements of all images, worst first; pairs that agree fully are left out.

    ``progress`` hears the fraction done and may raise to stop. Images that
    cannot be read or drawn are left out; the scores list them.
    """
    found: list[ObjectDifference] = []
    for number, image in enumerate(dataset.images, start=1):
        try:
            document = dataset.load(image.id)
            items = differences(document, dataset.state, truth_layer_id, prediction_layer_id)
        except (MaskwrightError, ValueError):
            items = ()
        found += [item for item in items if item.severity > 0]
        if progress is not None:
            progress(number / len(dataset.images))
    return worst_first(found)


def worst_first(items: Sequence[ObjectDifference]) -> tuple[ObjectDifference, ...]:
    """By severity; of equal ones the larger object first, then in the order of the images."""
    return tuple(
        sorted(
            items,
            key=lambda item: (-item.severity, -item.bounds.area, item.image_id, _ids(item)),
        )
    )


class _Sorter:
    """Sorts the objects of one image into kinds of disagreement."""

    def __init__(
        self, document: ImageDocument, masks: ScoreCache, min_iou: float, low_iou: float
    ) -> None:
        self.found: list[ObjectDifference] = []
        self._document = document
        self._masks = masks
        self._min_iou = min_iou
        self._low_iou = low_iou
        self._truth: dict[int, Annotation] = {}
        self._prediction: dict[int, Annotation] = {}

    def add(self, truth_id: int | None, prediction_id: int | None, iou: float) -> None:
        """Take a matched pair, or keep an object without a partner for later."""
        annotations = self._document.annotations
        if truth_id is not None and prediction_id is not None:
            self._list(Disagreement.MATCHED, truth_id, prediction_id, iou)
        elif truth_id is not None:
            self._truth[truth_id] = annotations[truth_id]
        elif prediction_id is not None:
            self._prediction[prediction_id] = annotations[prediction_id]

    def pair_up(self, *, wrong_label: bool) -> None:
        """Pair what is left, largest overlap first."""
        least = self._min_iou if wrong_label else self._low_iou
        kind = Disagreement.WRONG_LABEL if wrong_label else Disagreement.LOW_OVERLAP
        candidates = [
            (self._iou(truth, prediction), truth.id, prediction.id)
            for truth in self._truth.values()
            for prediction in self._prediction.values()
            if (truth.label_id != prediction.label_id) is wrong_label
            and truth.bounds.intersects(prediction.bounds)
        ]
        for iou, truth_id, prediction_id in sorted(candidates, key=lambda item: -item[0]):
            enough = iou > least if wrong_label else iou >= least
            if enough and truth_id in self._truth and prediction_id in self._prediction:
                del self._truth[truth_id], self._prediction[prediction_id]
                self._list(kind, truth_id, prediction_id, iou)

    def list_rest(self, predictions: Sequence[Annotation]) -> None:
        """Objects without any partner, and those that were not judged."""
        for truth_id in self._truth:
            self._list(Disagreement.MISSING, truth_id, None, 0.0)
        for prediction_id in self._prediction:
            self._list(Disagreement.EXTRA, None, prediction_id, 0.0)
        listed = {item.prediction_id for item in self.found}
        for item in predictions:
            if item.id not in listed:
                self._list(Disagreement.NOT_JUDGED, None, item.id, 0.0)

    def _iou(self, truth: Annotation, prediction: Annotation) -> float:
        if isinstance(truth.geometry, Box) or isinstance(prediction.geometry, Box):
            return box_iou(truth.bounds, prediction.bounds)
        return mask_iou(self._masks.mask(truth), self._masks.mask(prediction))

    def _list(
        self, kind: Disagreement, truth_id: int | None, prediction_id: int | None, iou: float
    ) -> None:
        annotations = self._document.annotations
        truth = None if truth_id is None else annotations[truth_id]
        prediction = None if prediction_id is None else annotations[prediction_id]
        boxes = [item.bounds for item in (truth, prediction) if item is not None]
        self.found.append(
            ObjectDifference(
                image_id=self._document.image_id,
                kind=kind,
                truth_id=truth_id,
                prediction_id=prediction_id,
                truth_label=None if truth is None else truth.label_id,
                prediction_label=None if prediction is None else prediction.label_id,
                iou=iou,
                bounds=boxes[0] if len(boxes) == 1 else boxes[0].united(boxes[1]),
                is_settled=_is_settled(truth, prediction),
            )
        )


def _is_settled(truth: Annotation | None, prediction: Annotation | None) -> bool:
    if prediction is not None:
        return prediction.review is ReviewState.APPROVED
    return truth is not None and truth.review is ReviewState.REJECTED


def _ids(item: ObjectDifference) -> tuple[int, int]:
    return (
        -1 if item.truth_id is None else item.truth_id,
        -1 if item.prediction_id is None else item.prediction_id,
    )
