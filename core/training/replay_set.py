"""A set of earlier pictures that a person names, so that a new model does not forget them.

It may be a project, an annotation file or an annotated folder. What it holds is
copied beside the run like the annotations themselves, so that the run can be
repeated; the set is never written to. No torch.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.document.annotation import LayerRole
from core.document.document import ImageState
from core.errors import MaskwrightError, ModelError
from core.project.opening import create_project, plan_opening
from core.project.project import Project
from core.training.data import UNLABELLED, LabelledImage
from core.training.pictures import PictureShelf, readable
from core.training.recipe import Task
from core.training.snapshot import Snapshot, SnapshotImage, take_snapshot

MOST_REPLAYED = 200
MOST_JUDGED = 8
_AUTHOR = "training"


@dataclass(frozen=True, slots=True, eq=False)
class ReplaySet:
    """Pictures to mix in, and those that are kept back to see what was forgotten."""

    learn: Sequence[LabelledImage]
    judge: Sequence[LabelledImage]


def copy_replay_set(
    source: str, folder: Path, own_models: Path, *, check: Callable[[], None] = lambda: None
) -> None:
    """Write what a set holds to a folder; ``own_models`` tells that it is the project itself.

    Raises ModelError, with what to do, when the set is gone, cannot be read, or
    has nothing that can be learnt from; WriteError.
    """
    path = Path(source)
    try:
        if path.with_suffix(own_models.suffix) == own_models:
            raise ModelError("It is this project itself, whose images are learnt from anyway.")
        with tempfile.TemporaryDirectory() as scratch:
            plan = plan_opening(path, None)
            place = plan.project
            if not plan.exists and plan.source is not None:
                place = Path(scratch) / "replay.maskwright"
                create_project(plan.source, place, author=_AUTHOR)
            project = Project.open(place, author=_AUTHOR)
            try:
                _copy(project, folder, check)
            finally:
                project.close()
    except MaskwrightError as error:
        raise ModelError(
            f"The pictures to replay cannot be used ({path}): {error}",
            "Choose others, or none, under Options.",
        ) from error


def gather_replay(
    snapshot: Snapshot, categories: Sequence[str], task: Task, without: Collection[str]
) -> tuple[ReplaySet, tuple[str, ...]]:
    """The pictures of a copied set, in the classes of a run; and a sentence for each problem.

    Classes are matched by name; where both sides have only one it is the same.
    Objects of other classes are nothing that is known. Pictures whose digest is
    in ``without`` belong to the run already.
    """
    wanted = [
        image
        for image in snapshot.images
        if image.digest not in without and (image.is_complete or task is not Task.DETECTION)
    ]
    images, problems = readable(snapshot, wanted)
    numbers = _class_numbers(snapshot.categories, categories)

    def fitted(image: LabelledImage, _entry: SnapshotImage) -> LabelledImage:
        return in_classes(image, numbers)

    if task is Task.DETECTION:
        # A detector would take objects of other classes for background.
        kept = PictureShelf(snapshot, images)
        known = [
            image
            for image, labelled in zip(images, kept, strict=True)
            if labelled.box_classes is None or bool((numbers[labelled.box_classes] > 0).all())
        ]
        images = known
    else:
        images = [image for image in images if image.has_masks]
    count = max(1, min(len(images) // 5, MOST_JUDGED)) if len(images) > 1 else 0
    learn, judge = images[count:], images[:count] or images
    return (
        ReplaySet(PictureShelf(snapshot, learn, fitted), PictureShelf(snapshot, judge, fitted)),
        tuple(problems),
    )


def in_classes(image: LabelledImage, numbers: np.typing.NDArray[np.uint8]) -> LabelledImage:
    """The same picture with other class numbers; objects that become 0 are unlabelled.

    ``numbers`` gives the new class (1 …) of every class of the picture, place 0 unused.
    """
    classes = image.classes if image.classes is not None else None
    instances = image.instances
    if classes is not None and instances is not None:
        renumbered = numbers[classes]
        foreign = np.flatnonzero(renumbered == 0)
        foreign = foreign[foreign > 0]
        instances = np.where(np.isin(instances, foreign), UNLABELLED, instances).astype(np.int32)
        # An object that nobody sees any more may have any class.
        classes = np.maximum(renumbered, 1).astype(np.uint8)
    boxes, box_classes = image.boxes, image.box_classes
    if box_classes is not None:
        renumbered = numbers[box_classes]
        boxes, box_classes = boxes[renumbered > 0], renumbered[renumbered > 0]
    return LabelledImage(image.name, "replay", image.pixels, instances, boxes, classes, box_classes)


def _copy(project: Project, folder: Path, check: Callable[[], None]) -> None:
    layer = project.history.state.layer_of(LayerRole.MINE)
    dataset = project.snapshot()
    labelled = () if layer is None else project.images_with_layer(layer.id)
    state = dataset.state
    approved = [
        image.id
        for image in dataset.images
        if state.state_of(image.id) in (ImageState.APPROVED, ImageState.NEEDS_REVIEW)
    ]
    ids = sorted({*labelled, *approved})
    step = max(len(ids) // MOST_REPLAYED, 1)
    take_snapshot(
        dataset,
        folder,
        candidates=labelled,
        only=frozenset(ids[::step][:MOST_REPLAYED]),
        check=check,
    )


def _class_numbers(theirs: Sequence[str], ours: Sequence[str]) -> np.typing.NDArray[np.uint8]:
    """Our number of each of their classes, 0 where we have none."""
    places = {name.casefold(): number for number, name in enumerate(ours, start=1)}
    numbers = [0, *(places.get(name.casefold(), 0) for name in theirs)]
    if len(theirs) == len(ours) == 1:
        numbers = [0, 1]
    return np.array(numbers, np.uint8)
