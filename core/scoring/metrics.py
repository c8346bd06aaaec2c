"""Every number of a comparison of two layers over a data set, computed in one pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.document.document import ImageDocument
from core.document.images import Dataset
from core.errors import MaskwrightError
from core.scoring.average_precision import (
    AveragePrecision,
    Evaluated,
    evaluate,
    summarise_precision,
)
from core.scoring.cache import ScoreCache
from core.scoring.confusion import ConfusionMatrix, confusion_matrix
from core.scoring.curves import ScoreCurve, score_curve
from core.scoring.difference import ObjectDifference, differences, worst_first
from core.scoring.live import boundary_of_pair
from core.scoring.objects import Collected, Compared, Gathering
from core.scoring.overlap import ImageScore, mean_of, score_image
from core.scoring.panoptic import PanopticQuality, panoptic_quality
from core.scoring.pixel_accuracy import PixelAccuracy, pixel_accuracy
from core.scoring.proposal_recall import ProposalRecall, proposal_recall
from core.scoring.report import DatasetScore, summarise
from core.scoring.voc_precision import VocPrecision, voc_precision

_PASS_SHARE = 0.8
"""Share of the time that reading and comparing the images takes."""


@dataclass(frozen=True, slots=True, eq=False)
class Detections:
    """Numbers of predictions as detections, compared as boxes, masks or keypoints.

    ``evaluated`` is what they come from: curves of one label or of another
    overlap are made of it.
    """

    compared: Compared
    evaluated: Evaluated
    coco: AveragePrecision
    voc: VocPrecision
    curve: ScoreCurve
    proposals: ProposalRecall


@dataclass(frozen=True, slots=True, eq=False)
class DatasetMetrics:
    """All that is known of how well a layer agrees with its reference.

    ``detections`` has an entry for boxes always, for masks unless all objects
    are boxes, for keypoints where there are any. ``differences`` are those of
    all images, worst first. ``boundary_iou`` is the mean over matched objects,
    those without partner counting 0; None when there is nothing to compare.
    """

    score: DatasetScore
    detections: tuple[Detections, ...]
    panoptic: PanopticQuality
    boundary_iou: float | None
    accuracy: PixelAccuracy
    differences: tuple[ObjectDifference, ...]
    confusion: ConfusionMatrix
    notes: tuple[str, ...]

    def of(self, compared: Compared) -> Detections | None:
        """The numbers that compare boxes, masks or keypoints."""
        return next((item for item in self.detections if item.compared is compared), None)


def measure_dataset(
    dataset: Dataset,
    truth_layer_id: int,
    prediction_layer_id: int,
    progress: Callable[[float], None] | None = None,
) -> DatasetMetrics:
    """Compute everything; ``progress`` hears the fraction done and may raise to stop.

    Images that cannot be read or drawn are left out and listed in
    ``score.failed``.
    """
    work = _Pass(dataset, truth_layer_id, prediction_layer_id)
    failed: list[tuple[int, str]] = []
    for number, image in enumerate(dataset.images, start=1):
        try:
            work.add(dataset.load(image.id))
        except (MaskwrightError, ValueError) as error:
            failed.append((image.id, str(error)))
        if progress is not None:
            progress(_PASS_SHARE * number / len(dataset.images))
    score = summarise(work.scores, truth_layer_id, prediction_layer_id, failed)
    detections = _all_detections(work.finished())
    if progress is not None:
        progress(1.0)
    notes = dict.fromkeys(note for item in detections for note in item.coco.notes)
    return DatasetMetrics(
        score=score,
        detections=detections,
        panoptic=panoptic_quality(work.scores),
        boundary_iou=mean_of(list(work.boundaries)),
        accuracy=work.accuracy,
        differences=worst_first(work.differences),
        confusion=confusion_matrix(work.differences),
        notes=tuple(notes),
    )


class _Pass:
    """What one walk over the images gathers."""

    def __init__(self, dataset: Dataset, truth_layer_id: int, prediction_layer_id: int) -> None:
        self.scores: list[ImageScore] = []
        self.differences: list[ObjectDifference] = []
        self.boundaries: list[float] = []
        self.accuracy = PixelAccuracy(0, 0)
        self._state = dataset.state
        self._layers = truth_layer_id, prediction_layer_id
        self._gatherings = {compared: Gathering(compared) for compared in Compared}
        self._image_ids: list[int] = []

    def add(self, document: ImageDocument) -> None:
        """Compare one image; raises before anything is kept when it cannot be drawn."""
        cache = ScoreCache(document.size)
        score = score_image(document, self._state, *self._layers, cache=cache)
        found = differences(document, self._state, *self._layers, cache=cache)
        accuracy = pixel_accuracy(document, *self._layers, cache=cache)
        self.scores.append(score)
        self.differences += found
        self.accuracy += accuracy
        self.boundaries += _boundaries(document, score, cache)
        self._image_ids.append(document.image_id)
        for gathering in self._gatherings.values():
            gathering.add_image(document, *self._layers, cache)

    def finished(self) -> dict[Compared, Collected]:
        """The objects of all images."""
        image_ids = tuple(self._image_ids)
        return {kind: item.finished(image_ids) for kind, item in self._gatherings.items()}


def _boundaries(document: ImageDocument, score: ImageScore, cache: ScoreCache) -> list[float]:
    """Boundary IoU of each pair of pixels, 0 for objects without partner; boxes have no outline."""
    found = []
    for pair in score.matched:
        compared, value = boundary_of_pair(document, pair, cache)
        if compared and value is not None:
            found.append(value)
    return found


def _all_detections(collected: dict[Compared, Collected]) -> tuple[Detections, ...]:
    found = [_detections(collected[Compared.BOXES])]
    if not collected[Compared.MASKS].only_boxes:
        found.append(_detections(collected[Compared.MASKS]))
    points = collected[Compared.KEYPOINTS]
    if len(points.truth) or len(points.prediction):
        found.append(_detections(points))
    return tuple(found)


def _detections(collected: Collected) -> Detections:
    evaluated: Evaluated = evaluate(collected)
    return Detections(
        compared=collected.compared,
        evaluated=evaluated,
        coco=summarise_precision(evaluated),
        voc=voc_precision(collected),
        curve=score_curve(evaluated),
        proposals=proposal_recall(collected),
    )
