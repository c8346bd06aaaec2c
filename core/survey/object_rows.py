"""Every object of a data set as a flat row, to be filtered, counted and listed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

import numpy as np

from core.document.annotation import NO_ATTRIBUTES, Annotation, AttributeValue, ReviewState
from core.document.document import ImageDocument, ProjectState
from core.document.geometry import Box, FloatArray, Keypoints, Polygon, RotatedBox
from core.document.images import Dataset
from core.document.mask import Mask
from core.errors import MaskwrightError
from core.scoring.difference import Disagreement, ObjectDifference, differences


@dataclass(frozen=True, slots=True)
class ObjectRow:
    """What is known of one object, without its pixels.

    ``center`` is that of its bounds as shares of the image's width and height.
    ``keypoints`` are those beside its shape.
    ``area`` is in square pixels. ``iou`` and ``disagreement`` are None where it
    is not compared.
    """

    image_id: int
    annotation_id: int
    layer_id: int
    label_id: int
    bounds: Box
    center: tuple[float, float]
    area: float
    source: str
    author: str
    score: float | None
    edited_fraction: float
    is_edited: bool
    is_locked: bool
    is_crowd: bool
    review: ReviewState
    comments: int = 0
    attributes: Mapping[str, AttributeValue] = field(default_factory=lambda: NO_ATTRIBUTES)
    keypoints: Keypoints | None = None
    iou: float | None = None
    disagreement: Disagreement | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """The two layers that are compared: what is taken as true, and what is judged."""

    truth_layer_id: int
    judged_layer_id: int


def rows_of(
    document: ImageDocument,
    state: ProjectState,
    compared: Compared | None = None,
    layer_ids: Collection[int] | None = None,
) -> tuple[ObjectRow, ...]:
    """The objects of an image, back to front, layer by layer; of these layers or of all.

    A shape that cannot be drawn is listed without a comparison.
    """
    wanted = state.layers.keys() if layer_ids is None else layer_ids
    agreement = {} if compared is None else _agreement(document, state, compared)
    comments: dict[int, int] = {}
    for comment in document.comments.values():
        if comment.annotation_id is not None:
            comments[comment.annotation_id] = comments.get(comment.annotation_id, 0) + 1
    return tuple(
        _row(document, item, comments.get(item.id, 0), agreement.get(item.id))
        for layer_id in sorted(wanted)
        for item in document.in_layer(layer_id)
    )


def survey(
    dataset: Dataset,
    compared: Compared | None = None,
    layer_ids: Collection[int] | None = None,
    progress: Callable[[float], None] | None = None,
) -> dict[int, tuple[ObjectRow, ...]]:
    """The rows of all images that have any; ``progress`` hears the share and may raise to stop.

    Images that cannot be read are left out.
    """
    found: dict[int, tuple[ObjectRow, ...]] = {}
    for number, image in enumerate(dataset.images, start=1):
        try:
            rows = rows_of(dataset.load(image.id), dataset.state, compared, layer_ids)
        except MaskwrightError:
            rows = ()
        if rows:
            found[image.id] = rows
        if progress is not None:
            progress(number / len(dataset.images))
    return found


def _agreement(
    document: ImageDocument, state: ProjectState, compared: Compared
) -> dict[int, ObjectDifference]:
    try:
        items = differences(document, state, compared.truth_layer_id, compared.judged_layer_id)
    except ValueError:
        return {}
    return {
        number: item
        for item in items
        for number in (item.truth_id, item.prediction_id)
        if number is not None
    }


def _row(
    document: ImageDocument, item: Annotation, comments: int, found: ObjectDifference | None
) -> ObjectRow:
    bounds, size, provenance = item.bounds, document.size, item.provenance
    x, y = bounds.center
    return ObjectRow(
        image_id=document.image_id,
        annotation_id=item.id,
        layer_id=item.layer_id,
        label_id=item.label_id,
        bounds=bounds,
        center=(x / size.width, y / size.height),
        area=_area(item),
        source=provenance.model or provenance.source,
        author=provenance.author,
        score=provenance.score,
        edited_fraction=provenance.edited_fraction,
        is_edited=item.edited,
        is_locked=item.locked,
        is_crowd=item.is_crowd,
        review=item.review,
        comments=comments,
        attributes=item.attributes,
        keypoints=item.keypoints,
        iou=None if found is None else found.iou,
        disagreement=None if found is None else found.kind,
    )


def _area(item: Annotation) -> float:
    geometry = item.geometry
    if isinstance(geometry, Mask):
        return float(geometry.area)
    if isinstance(geometry, Polygon):
        return sum(
            _ring_area(part.exterior) - sum(map(_ring_area, part.holes)) for part in geometry.parts
        )
    if isinstance(geometry, RotatedBox):
        return float(geometry.width * geometry.height)
    return item.bounds.area


def _ring_area(ring: FloatArray) -> float:
    """The shoelace formula; in square pixels."""
    x, y = ring[:, 0], ring[:, 1]
    return float(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2)
