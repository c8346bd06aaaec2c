"""The objects of two layers over all images as flat arrays, ready for average precision."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt

from core.document.annotation import Annotation
from core.document.document import ImageDocument
from core.document.geometry import Box, Keypoints, Scribble
from core.document.images import Dataset
from core.document.mask import Mask
from core.errors import MaskwrightError
from core.scoring.cache import ScoreCache
from core.scoring.declared import declared_box_and_area

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


class Compared(Enum):
    """What of two objects is compared."""

    BOXES = "boxes"
    MASKS = "masks"
    KEYPOINTS = "keypoints"


@dataclass(frozen=True, slots=True)
class ScoredObject:
    """One object as average precision sees it.

    ``box`` and ``declared_area`` are what its file declares, else those of the
    shape. ``mask`` is set where pixels are compared, ``keypoints`` where points
    are. ``score`` is 1 for an object without one.
    """

    id: int
    image_id: int
    label_id: int
    box: Box
    declared_area: float | None
    score: float = 1.0
    is_crowd: bool = False
    is_difficult: bool = False
    mask: Mask | None = None
    keypoints: Keypoints | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ObjectTable:
    """Objects of one layer: records and the columns that are computed with.

    ``boxes`` is float64 (n, 4) of x, y, width, height. ``areas`` decides
    between small, medium and large.
    """

    records: tuple[ScoredObject, ...]
    images: IntArray
    labels: IntArray
    boxes: FloatArray
    areas: FloatArray
    scores: FloatArray
    crowd: BoolArray

    def __len__(self) -> int:
        return len(self.records)

    @classmethod
    def of(cls, records: Sequence[ScoredObject], areas: Sequence[float]) -> ObjectTable:
        """The table of records and their areas in pixels."""
        boxes = [(item.box.x, item.box.y, item.box.width, item.box.height) for item in records]
        return cls(
            records=tuple(records),
            images=np.array([item.image_id for item in records], np.int64),
            labels=np.array([item.label_id for item in records], np.int64),
            boxes=np.array(boxes, np.float64).reshape(-1, 4),
            areas=np.array(areas, np.float64),
            scores=np.array([item.score for item in records], np.float64),
            crowd=np.array([item.is_crowd for item in records], np.bool_),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Collected:
    """Both layers of a data set, with what had to be left out or assumed.

    ``image_ids`` names all images in their order. ``notes`` are sentences for
    the report. With ``only_boxes`` no object has any other shape.
    """

    compared: Compared
    image_ids: tuple[int, ...]
    truth: ObjectTable
    prediction: ObjectTable
    notes: tuple[str, ...] = ()
    only_boxes: bool = False


def collect(
    dataset: Dataset,
    truth_layer_id: int,
    prediction_layer_id: int,
    compared: Compared,
    progress: Callable[[float], None] | None = None,
) -> Collected:
    """All objects of two layers; ``progress`` hears the fraction done and may raise to stop.

    A prediction whose score is not a finite number is left out; one without a
    score counts as 1. Images that cannot be read are left out. All three are
    said in ``notes``.
    """
    gathering = Gathering(compared)
    for number, image in enumerate(dataset.images, start=1):
        try:
            document = dataset.load(image.id)
        except (MaskwrightError, ValueError) as error:
            gathering.unread.append(f"{image.path}: {error}")
            continue
        gathering.add_image(document, truth_layer_id, prediction_layer_id)
        if progress is not None:
            progress(number / len(dataset.images))
    return gathering.finished(tuple(image.id for image in dataset.images))


def collect_documents(
    documents: Sequence[ImageDocument],
    truth_layer_id: int,
    prediction_layer_id: int,
    compared: Compared,
) -> Collected:
    """All objects of two layers of documents that are at hand."""
    gathering = Gathering(compared)
    for document in documents:
        gathering.add_image(document, truth_layer_id, prediction_layer_id)
    return gathering.finished(tuple(document.image_id for document in documents))


class Gathering:
    """Fills the two tables image by image.

    ``unread`` takes sentences about images that could not be read.
    """

    def __init__(self, compared: Compared) -> None:
        self.unread: list[str] = []
        self._compared = compared
        self._truth: list[ScoredObject] = []
        self._prediction: list[ScoredObject] = []
        self._bad_scores = 0
        self._no_scores = 0
        self._undrawable = 0
        self._shapes = 0

    def add_image(
        self,
        document: ImageDocument,
        truth_id: int,
        prediction_id: int,
        cache: ScoreCache | None = None,
    ) -> None:
        """Take the objects of both layers; ``cache`` may know their pixels already."""
        masks = cache or ScoreCache(document.size)
        for layer_id, table in ((truth_id, self._truth), (prediction_id, self._prediction)):
            for item in document.in_layer(layer_id):
                if not _is_comparable(item, self._compared):
                    continue
                if layer_id == prediction_id and not self._has_usable_score(item):
                    continue
                self._shapes += not isinstance(item.geometry, Box)
                record = self._record(document, item, masks, layer_id == prediction_id)
                if record is not None:
                    table.append(record)

    def finished(self, image_ids: tuple[int, ...]) -> Collected:
        """The tables of everything that was added."""
        return Collected(
            compared=self._compared,
            image_ids=image_ids,
            truth=self._table(self._truth, declared=True),
            prediction=self._table(self._prediction, declared=False),
            notes=tuple(self._notes()),
            only_boxes=not self._shapes,
        )

    def _has_usable_score(self, item: Annotation) -> bool:
        score = item.provenance.score
        if score is None:
            self._no_scores += 1
            return True
        if math.isfinite(score):
            return True
        self._bad_scores += 1
        return False

    def _record(
        self, document: ImageDocument, item: Annotation, masks: ScoreCache, predicted: bool
    ) -> ScoredObject | None:
        box, area = declared_box_and_area(item)
        mask = None
        if self._compared is Compared.MASKS:
            try:
                mask = masks.mask(item)
            except ValueError:
                self._undrawable += 1
                return None
        score = item.provenance.score if predicted else None
        return ScoredObject(
            id=item.id,
            image_id=document.image_id,
            label_id=item.label_id,
            box=box,
            declared_area=area,
            score=1.0 if score is None else float(score),
            is_crowd=item.is_crowd and not predicted,
            is_difficult=bool(item.attributes.get("difficult")),
            mask=mask,
            keypoints=_points(item) if self._compared is Compared.KEYPOINTS else None,
        )

    def _table(self, records: list[ScoredObject], *, declared: bool) -> ObjectTable:
        areas = [self._area(item, declared=declared) for item in records]
        return ObjectTable.of(records, areas)

    def _area(self, item: ScoredObject, *, declared: bool) -> float:
        if declared and item.declared_area is not None:
            return item.declared_area
        if item.keypoints is not None:
            return _points_area(item.keypoints)
        return item.box.area if item.mask is None else float(item.mask.area)

    def _notes(self) -> list[str]:
        counts = (
            (self._bad_scores, "predictions have a score that is no number: left out"),
            (self._no_scores, "predictions have no score: counted as 1"),
            (self._undrawable, "shapes cannot be drawn: left out"),
        )
        notes = [f"{count} {text}." for count, text in counts if count]
        return notes + [f"Not read: {text}" for text in self.unread]


def _is_comparable(item: Annotation, compared: Compared) -> bool:
    if compared is Compared.KEYPOINTS:
        return _points(item) is not None
    return not isinstance(item.geometry, Keypoints | Scribble)


def _points(item: Annotation) -> Keypoints | None:
    """The keypoints that an object is, or that it has beside its outline."""
    return item.geometry if isinstance(item.geometry, Keypoints) else item.keypoints


def _points_area(keypoints: Keypoints) -> float:
    """Area of the box around all points, as the COCO API has it for results."""
    xs, ys = ([point[axis] for point in keypoints.points] for axis in (0, 1))
    return (max(xs) - min(xs)) * (max(ys) - min(ys)) if xs else 0.0
