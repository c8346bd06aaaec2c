"""Looks through a data set, image by image, for everything that ``Kind`` names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping

import numpy as np

from core.checking.geometry import geometry_kinds
from core.checking.labels import label_problems
from core.checking.pictures import NO_STAMPS, picture_problems, same_pictures
from core.checking.problem import KINDS, CheckReport, Kind, Problem
from core.checking.twins import exact_twins, near_twins
from core.document.annotation import Annotation, Geometry, LayerRole
from core.document.document import ImageDocument, ProjectState
from core.document.geometry import Polygon
from core.document.images import Dataset, ImageRecord
from core.errors import ReadError
from core.project.records import FileStamp

Progress = Callable[[float], None]
"""Told the share of the work that is done; may raise Cancelled."""


def check_dataset(
    dataset: Dataset,
    progress: Progress,
    stamps: Mapping[int, FileStamp] = NO_STAMPS,
    found: Iterable[Problem] = (),
) -> CheckReport:
    """Everything that is wrong with images, objects and labels, worst kinds first.

    ``stamps`` tell how the image files were when they were read last, ``found``
    is what is known already. What belongs to proposals is not looked at. Takes
    about a minute for a million objects.
    """
    problems = list(found)
    pictures = picture_problems(dataset.image_root, dataset.images, stamps)
    labels: Counter[int] = Counter()
    layers: Counter[int] = Counter()
    objects = 0
    for number, image in enumerate(dataset.images):
        progress(number / len(dataset.images))
        picture = next(pictures, None)
        if picture is not None:
            problems.append(picture)
        try:
            document = dataset.load(image.id)
        except ReadError as error:
            if picture is None:
                problems.append(Problem(Kind.RECORDS_DAMAGED, image.path, str(error), image.id))
            continue
        objects += len(document.annotations)
        count_uses(document, labels, layers)
        problems.extend(document_problems(document, image, dataset.state))
    problems += label_problems(dataset.state, labels, layers)
    problems += same_pictures(dataset.images)
    places = {kind: place for place, kind in enumerate(Kind)}
    problems.sort(key=lambda problem: places[problem.kind])
    return CheckReport(tuple(problems), len(dataset.images), objects)


def document_problems(
    document: ImageDocument, image: ImageRecord, state: ProjectState
) -> Iterator[Problem]:
    """What is wrong with the objects of one image."""
    checked = [item for item in document.annotations.values() if _is_checked(item, state)]
    checked.sort(key=lambda item: (item.order, item.id))
    sound = []
    for item in checked:
        kinds = list(geometry_kinds(item, document.size))
        for kind, detail in kinds:
            yield _problem(kind, item, image, state, detail)
        if not any(kind in (Kind.NO_PIXELS, Kind.OUTSIDE) for kind, _ in kinds):
            sound.append(item)
    copies = set()
    for kept, copy in exact_twins(sound):
        copies.add(copy.id)
        yield _problem(Kind.DUPLICATE, copy, image, state, "it is there twice", kept)
    single = [item for item in sound if item.id not in copies]
    for front, behind, iou in near_twins(single, document.size):
        detail = f"another one covers the same pixels (IoU {iou:.2f})"
        yield _problem(Kind.NEAR_DUPLICATE, behind, image, state, detail, front)


def _problem(
    kind: Kind,
    item: Annotation,
    image: ImageRecord,
    state: ProjectState,
    detail: str,
    other: Annotation | None = None,
) -> Problem:
    label = state.labels.get(item.label_id)
    name = "object" if label is None else label.name
    box = item.bounds
    place = f"{image.path}, {name} at {box.x:.5g}, {box.y:.5g}"
    layer = state.layers.get(item.layer_id)
    if layer is not None and layer.role is not LayerRole.MINE:
        place += f" ({layer.name})"
    others = () if other is None else (other.id,)
    fixable = may_fix(item, state) and has_fix(kind, item.geometry)
    return Problem(kind, place, detail, image.id, (item.id, *others), fixable)


def has_fix(kind: Kind, geometry: Geometry) -> bool:
    """Whether there is a fix of this kind for such a shape."""
    if kind is Kind.OUTLINE_OVER_EDGE:
        return isinstance(geometry, Polygon)
    return bool(KINDS[kind].fix)


def may_fix(item: Annotation, state: ProjectState) -> bool:
    """Whether a fix may touch an object: it is one's own and not locked."""
    layer = state.layers.get(item.layer_id)
    return layer is not None and layer.role is LayerRole.MINE and not item.locked


def _is_checked(item: Annotation, state: ProjectState) -> bool:
    layer = state.layers.get(item.layer_id)
    return layer is None or layer.role is not LayerRole.PROPOSALS


def count_uses(document: ImageDocument, labels: Counter[int], layers: Counter[int]) -> None:
    """Add how often each label and each layer is used on an image."""
    labels.update(item.label_id for item in document.annotations.values())
    layers.update(item.layer_id for item in document.annotations.values())
    for layer in document.semantic.values():
        layers[layer.layer_id] += 1
        labels.update(
            number
            for number in np.unique(layer.classes).tolist()
            if number not in (layer.void, layer.unlabelled)
        )
