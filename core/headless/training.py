"""Trains on a project without a window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import platformdirs

from core.document.annotation import LayerRole
from core.errors import ModelError
from core.models.trained import enlist, read_trained_model
from core.project.opening import open_source
from core.training import events
from core.training.client import run_to_end
from core.training.ordering import find_parent_spec, prepare_run, usual_recipe
from core.training.places import TrainingPlace, training_place
from core.training.progress import RunProgress
from core.training.recipe import Recipe, Task
from core.training.run import RunFolder


@dataclass(frozen=True, slots=True)
class TrainingOptions:
    """What the shell command was told; zeros and empty texts mean "as usual"."""

    parent: str = "unet-nuclei"
    weights: Path | None = None
    name: str = ""
    task: str = ""
    steps: int = 0
    seconds: float = 0.0
    seed: int = 0
    device: str = "auto"
    resume: bool = False
    replay: Path | None = None


def train_project(
    path: Path,
    options: TrainingOptions,
    author: str,
    follow: Callable[[RunProgress], None],
    tell: Callable[[str], object],
) -> events.Finished | events.Failed:
    """Train and wait for the end.

    ``follow`` is given the progress as it grows, ``tell`` each sentence that a
    person should read. Raises ReadError, ModelError, WriteError.
    """
    opened = open_source(
        path, author=author, data_folder=platformdirs.user_data_path("maskwright", appauthor=False)
    )
    project = opened.project
    place = training_place(project.path)
    try:
        if options.resume:
            folder = _interrupted(place)
        else:
            layer = project.history.state.layer_of(LayerRole.MINE)
            folder, snapshot = prepare_run(
                project.snapshot(),
                place,
                options.parent,
                _recipe(place, options),
                name=options.name,
                parent_weights=options.weights,
                candidates=None if layer is None else project.images_with_layer(layer.id),
                device=options.device,
            )
            tell(f"{snapshot.object_count} objects on {len(snapshot.images)} images.")
    finally:
        project.close()
    end = _run(folder, follow, tell)
    if isinstance(end, events.Finished):
        enlist(read_trained_model(Path(end.model_file)))
    return end


def _recipe(place: TrainingPlace, options: TrainingOptions) -> Recipe:
    spec, _ = find_parent_spec(options.parent, place.trained()[0])
    recipe = replace(usual_recipe(spec), seed=options.seed, cpu_seconds=options.seconds)
    if options.replay is not None:
        recipe = replace(recipe, replay_from=str(options.replay.resolve()))
    if options.steps:
        recipe = replace(recipe, steps=options.steps)
    if options.task:
        names = [task.value for task in Task]
        if options.task not in names:
            raise ModelError(f"There is no task “{options.task}”.", f"Use {', '.join(names)}.")
        recipe = replace(recipe, task=Task(options.task))
    return recipe


def _interrupted(place: TrainingPlace) -> RunFolder:
    unfinished = place.unfinished()
    if not unfinished:
        raise ModelError("There is no interrupted training to go on with.", "Leave out --resume.")
    return unfinished[-1]


def _run(
    folder: RunFolder, follow: Callable[[RunProgress], None], tell: Callable[[str], object]
) -> events.Finished | events.Failed:
    progress = RunProgress()

    def hear(event: events.Event) -> None:
        nonlocal progress
        progress = progress.after(event)
        if isinstance(event, events.Notice):
            tell(event.message)
        follow(progress)

    end = run_to_end(folder, hear)
    if isinstance(end, events.Compared):
        raise TypeError("a training ended in a comparison")
    return end
