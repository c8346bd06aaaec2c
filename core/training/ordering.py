"""From what a person chose to a run that can be started. No torch."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING

from core.document.document import ImageState
from core.document.images import Dataset
from core.errors import ModelError
from core.models.registry import find_model
from core.models.specification import ModelSpec
from core.models.trained import TrainedModel, is_trained_id, kind_of
from core.training.places import TrainingPlace
from core.training.recipe import Recipe, Task, check_recipe
from core.training.run import RunFolder, RunOrder, new_model_id

if TYPE_CHECKING:
    from core.training.snapshot import Snapshot

DEFAULT_PARENT = "unet-nuclei"
_SMALL_DETECTOR_CROP_PX = 256
_DETECTOR_CROP_PX = 512
MOST_CANDIDATES = 400
"""Among so many unlabelled images the next ones are looked for."""


def find_parent_spec(
    parent_id: str, trained: Collection[TrainedModel]
) -> tuple[ModelSpec, Path | None]:
    """Specification and, of a trained model, the file; raises ModelError."""
    if is_trained_id(parent_id):
        for model in trained:
            if model.spec.id == parent_id:
                return model.spec, model.path
        raise ModelError(f'This project has no trained model "{parent_id}".')
    return find_model(parent_id), None


def usual_recipe(parent: ModelSpec) -> Recipe:
    """What suits a model of this kind on a CPU."""
    kind = kind_of(parent)
    if kind == "unet-semantic":
        return Recipe(task=Task.SEMANTIC)
    if kind == "unet":
        return Recipe()
    crop_px = _SMALL_DETECTOR_CROP_PX if kind == "tiny-maskrcnn" else _DETECTOR_CROP_PX
    return Recipe(
        task=Task.DETECTION,
        batch=2,
        crop_px=crop_px,
        learning_rate=5e-4 if kind == "tiny-maskrcnn" else 1e-4,
        steps=200,
        round_steps=20,
    )


def prepare_run(
    dataset: Dataset,
    place: TrainingPlace,
    parent_id: str,
    recipe: Recipe,
    *,
    name: str = "",
    parent_weights: Path | None = None,
    candidates: Collection[int] | None = None,
    preview_image: Path | None = None,
    device: str = "auto",
    check: Callable[[], None] = lambda: None,
    progress: Callable[[float], None] = lambda _share: None,
) -> tuple[RunFolder, Snapshot]:
    """Take the snapshot and write the order of a new run.

    ``check`` may raise to call it off. Raises ModelError when there is nothing
    to learn from or the parent cannot be trained, WriteError.
    """
    from core.training.snapshot import take_snapshot

    try:
        check_recipe(recipe)
    except ValueError as error:
        raise ModelError(f"The training cannot begin: {error}.") from error
    trained, _ = place.trained()
    parent, file = find_parent_spec(parent_id, trained)
    kind_of(parent)
    model_id = new_model_id()
    folder = place.run_folder(model_id)
    try:
        snapshot = take_snapshot(
            dataset, folder.snapshot, candidates=candidates, check=check, progress=progress
        )
        if recipe.replay_from:
            from core.training.replay_set import copy_replay_set

            copy_replay_set(recipe.replay_from, folder.replay, place.models, check=check)
    except BaseException:
        folder.remove()
        raise
    held_out = next((model.held_out for model in trained if model.spec.id == parent_id), ())
    weights = parent_weights or file
    folder.write_order(
        RunOrder(
            model_id=model_id,
            name=name or _name(snapshot, len(trained) + 1),
            parent_id=parent_id,
            parent_weights="" if weights is None else str(weights),
            model_file=str(place.model_file(model_id)),
            preview_image="" if preview_image is None else str(preview_image),
            held_out=held_out,
            candidates=_unlabelled(dataset, snapshot),
            device=device,
            recipe=dataclasses.replace(recipe),
        )
    )
    return folder, snapshot


def _unlabelled(dataset: Dataset, snapshot: Snapshot) -> tuple[tuple[int, str], ...]:
    """Images that nobody has finished, at most as many as can be looked at, evenly spread."""
    taken = {image.id for image in snapshot.images}
    done = (ImageState.APPROVED, ImageState.REJECTED)
    rows = [
        image
        for image in dataset.images
        if image.id not in taken and dataset.state.state_of(image.id) not in done
    ]
    step = max(len(rows) // MOST_CANDIDATES, 1)
    return tuple((image.id, str(dataset.path_of(image))) for image in rows[::step])


def _name(snapshot: Snapshot, number: int) -> str:
    count = len(snapshot.images)
    images = "1 image" if count == 1 else f"{count} images"
    return f"Trained {number} ({images})"
