"""Projects of blobs that are labelled, and runs on them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image

from core.document.annotation import Annotation, new_annotation_id
from core.document.document import ImageState
from core.document.images import Dataset
from core.document.mask import Mask
from core.editing.image_state import set_image_state
from core.project.project import Project
from core.training import events
from core.training.fit import Wish
from core.training.ordering import prepare_run
from core.training.places import TrainingPlace, training_place
from core.training.recipe import Recipe
from core.training.run import RunFolder
from tests.core.models.pictures import Truth, blobs
from tests.core.project.pictures import add

QUICK = Recipe(
    steps=4, round_steps=2, batch=1, crop_px=64, replay_share=0.0, bfloat16=False, patience=9
)


@contextmanager
def blob_project(
    folder: Path,
    count: int = 2,
    *,
    labelled: int | None = None,
    state: ImageState = ImageState.APPROVED,
    side_px: int = 96,
    objects: int = 5,
) -> Iterator[Project]:
    """Pictures of blobs, all or the first ones labelled with exact masks."""
    names = [f"blobs{number}.png" for number in range(count)]
    truths: list[Truth] = []
    for number, name in enumerate(names):
        pixels, truth = blobs(number, side_px, side_px, count=objects)
        Image.fromarray(pixels).save(folder / name)
        truths.append(truth)
    project = Project.create(folder / "test.maskwright", folder, names, author="tester")
    label_images(project, truths[: count if labelled is None else labelled], state)
    try:
        yield project
    finally:
        project.close()


def label_images(project: Project, truths: Sequence[Truth], state: ImageState) -> None:
    for image_id, truth in enumerate(truths, start=1):
        items = [
            Annotation(new_annotation_id(), 1, 1, Mask.from_array(truth == number))
            for number in np.unique(truth[truth > 0])
        ]
        project.history.apply(add(*items, image_id=image_id))
        change = set_image_state(project.history.state, (image_id,), state)
        if change is not None:
            project.history.apply(change)
    assert project.wait_until_saved()


def snapshot_of(project: Project) -> Dataset:
    return project.snapshot()


def order(
    project: Project, recipe: Recipe = QUICK, parent: str = "unet-nuclei"
) -> tuple[RunFolder, TrainingPlace]:
    """A run that is ready to begin."""
    place = training_place(project.path)
    folder, _ = prepare_run(project.snapshot(), place, parent, recipe, device="cpu")
    return folder, place


class Willing:
    """Controls of a run that nobody interrupts."""

    def wish(self) -> Wish:
        return Wish.GO_ON

    def wait(self) -> Wish:
        return Wish.GO_ON


def of_kind(heard: Sequence[events.Event], kind: type) -> list[events.Event]:
    return [event for event in heard if isinstance(event, kind)]
