"""One training run from its order to its model: reads, trains, judges, writes."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from core.engine.device import choose_device
from core.errors import ModelError
from core.models.registry import find_model, weights_path
from core.models.specification import ModelSpec
from core.models.trained import is_trained_id, read_trained_model
from core.models.zoo.loading import load_adapter
from core.training import events
from core.training.data import LabelledImage
from core.training.fit import Controls, Exam, Fit, FitResult
from core.training.learner import Learner
from core.training.learners import build_learner
from core.training.model_files import task_of, trained_spec, write_model
from core.training.pictures import PictureShelf, read_labelled, readable
from core.training.preview import draw_preview
from core.training.recipe import Recipe, Task, recipe_record
from core.training.replay import bundled_replay, knows_nuclei
from core.training.run import CHECKPOINT, PREVIOUS_CHECKPOINT, RunFolder, RunOrder
from core.training.scores import Scores, judge_models
from core.training.snapshot import Snapshot, SnapshotImage, read_snapshot
from core.training.split import Split, held_out_part, only_part, split_images, without_part
from core.training.suggesting import suggest
from core.training.validation import interesting_part, judge

REPLAY_EXAM_PX = 384
"""Side of the part of a replayed picture that is looked at after every round."""
MOST_JUDGED = 8
"""More held-out images would make a round longer than it is worth."""

Report = Callable[[events.Event], None]


@dataclass(frozen=True, slots=True)
class Parent:
    """The model that a run starts from. ``ancestors`` are the ids it descends from, itself last."""

    spec: ModelSpec
    weights: Path
    ancestors: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """What a run learns from, is judged by, and shall not forget."""

    learn: Sequence[LabelledImage]
    held_out: Sequence[LabelledImage]
    replay: Sequence[LabelledImage]
    by_parts: bool
    held_out_ids: tuple[int, ...]


def train(folder: RunFolder, controls: Controls, report: Report) -> events.Finished:
    """Carry a run out, or go on with it; raises MaskwrightError when there will be no model."""
    order = folder.read_order()
    snapshot = read_snapshot(folder.snapshot)
    parent = find_parent(order)
    recipe = dataclasses.replace(order.recipe, task=task_of(parent.spec, order.recipe.task))
    device = choose_device(order.device)
    torch.set_num_threads(recipe.threads)
    material = gather(snapshot, recipe, parent, order.held_out, report)
    spec = trained_spec(order.model_id, order.name, parent.spec, recipe.task, snapshot.categories)
    exam_replay = [interesting_part(image, REPLAY_EXAM_PX) for image in material.replay]
    learner = build_learner(
        spec, recipe, material.learn, material.replay, parent.spec, parent.weights, device.name
    )
    old, old_replay = _examine_parent(
        parent, snapshot.categories, material.held_out, exam_replay, device.name
    )
    show = _previewer(folder, order, snapshot, material)
    exam = Exam(material.held_out, exam_replay, old, old_replay, show)
    fit = Fit(learner, recipe, exam, folder.path, controls, report, device.name)
    fit.resume()
    report(
        events.Prepared(
            device.line,
            len(material.learn),
            len(material.held_out),
            len(material.replay),
            material.by_parts,
            recipe.steps,
            fit.step,
            old,
            old_replay,
        )
    )
    result = fit.run()
    _suggest(order, spec, parent, learner, material, device.name, report)
    finished = _finish(order, recipe, snapshot, parent, spec, exam, material, result)
    for name in (CHECKPOINT, PREVIOUS_CHECKPOINT):
        (folder.path / name).unlink(missing_ok=True)
    return finished


def find_parent(order: RunOrder) -> Parent:
    """The model to start from; raises ModelError when it is not there."""
    named = Path(order.parent_weights) if order.parent_weights else None
    if is_trained_id(order.parent_id):
        if named is None:
            raise ModelError(f"The weights of {order.parent_id} are not known.")
        model = read_trained_model(named)
        return Parent(model.spec, named, (*model.record.get("ancestors", ()), model.spec.id))
    spec = find_model(order.parent_id)
    return Parent(spec, weights_path(spec, named), (spec.id,))


def gather(
    snapshot: Snapshot,
    recipe: Recipe,
    parent: Parent,
    held_out: tuple[int, ...],
    report: Report,
) -> Material:
    """Read what can be read and split it; raises ModelError when nothing can be learnt."""
    images, problems = readable(snapshot, _suitable(snapshot, recipe.task))
    for sentence in (*snapshot.left_out, *problems):
        report(events.Notice(sentence))
    if not images:
        raise ModelError(
            "None of the labelled images can be learnt from by this model.",
            "Objects need masks for a U-Net; detectors learn from images that are approved.",
        )
    complete = {image.id: image.digest or image.path for image in images if image.is_complete}
    partial = {image.id for image in images if not image.is_complete}
    split = split_images(complete, partial, held_out)
    learn, judged = _shelves(snapshot, images, split)
    _check_labels(learn, recipe.task)
    replay: tuple[LabelledImage, ...] = ()
    if recipe.replay_share > 0 and _remembers(parent, snapshot, recipe.task):
        replay = bundled_replay()
    return Material(
        learn, judged, replay, split.by_parts, () if split.by_parts else tuple(sorted(split.judge))
    )


def _suitable(snapshot: Snapshot, task: Task) -> list[SnapshotImage]:
    if task is Task.DETECTION:
        # torchvision's losses take every place without a box for background.
        return [image for image in snapshot.images if image.is_complete]
    return [image for image in snapshot.images if image.has_masks]


def _shelves(
    snapshot: Snapshot, images: Sequence[SnapshotImage], split: Split
) -> tuple[Sequence[LabelledImage], Sequence[LabelledImage]]:
    learn = [image for image in images if image.id in split.learn]
    judged = [image for image in images if image.id in split.judge][:MOST_JUDGED]
    if not split.by_parts:
        return PictureShelf(snapshot, learn), PictureShelf(snapshot, judged)
    parts = {image.id: _part_of(read_labelled(snapshot, image)) for image in judged}
    judged = [image for image in judged if parts[image.id] is not None]
    return (
        PictureShelf(snapshot, learn, lambda image, entry: _hidden(image, parts.get(entry.id))),
        PictureShelf(snapshot, judged, lambda image, entry: _shown(image, parts[entry.id])),
    )


Part = tuple[slice, slice] | None


def _part_of(image: LabelledImage) -> Part:
    return None if image.instances is None else held_out_part(image.instances)


def _hidden(image: LabelledImage, part: Part) -> LabelledImage:
    if part is None or image.instances is None:
        return image
    return dataclasses.replace(image, instances=without_part(image.instances, part))


def _shown(image: LabelledImage, part: Part) -> LabelledImage:
    if part is None or image.instances is None:
        return image
    return dataclasses.replace(image, instances=only_part(image.instances, part))


def _check_labels(images: Sequence[LabelledImage], task: Task) -> None:
    """Raise ModelError when all that is known is one thing."""
    if task is Task.DETECTION:
        return
    has_object = has_ground = False
    for image in images:
        if image.instances is not None:
            has_object = has_object or bool((image.instances > 0).any())
            has_ground = has_ground or bool((image.instances == 0).any())
        if has_object and has_ground:
            return
    if has_object:
        raise ModelError(
            "Everything that is labelled is an object; nothing says what background looks like.",
            "Approve an image when all of its objects are labelled, or scribble some "
            'background with a label named "background".',
        )
    raise ModelError(
        "No object is labelled where it can be learnt from.",
        "Label an object with a mask, an outline or a scribble.",
    )


def _remembers(parent: Parent, snapshot: Snapshot, task: Task) -> bool:
    """Whether the bundled pictures belong to what the parent knew and can be replayed here."""
    return (
        knows_nuclei(parent.ancestors)
        and task is not Task.SEMANTIC
        and len(snapshot.categories) == 1
    )


def _examine_parent(
    parent: Parent,
    categories: tuple[str, ...],
    held_out: Sequence[LabelledImage],
    replay: Sequence[LabelledImage],
    device: str,
) -> tuple[Scores | None, float | None]:
    if not held_out and not replay:
        return None, None
    adapter = load_adapter(parent.spec, parent.weights, device)
    scores = judge(adapter, held_out, categories) if held_out else None
    dice = judge(adapter, replay, ()).dice if replay else None
    return scores, dice


def _previewer(
    folder: RunFolder, order: RunOrder, snapshot: Snapshot, material: Material
) -> Callable[[Learner, int], str]:
    image = _preview_image(order, snapshot, material)

    def show(learner: Learner, number: int) -> str:
        name = f"preview-{number:03d}.png"
        adapter, categories = learner.adapter(), learner.spec.categories
        return name if draw_preview(adapter, image, categories, folder.path / name) else ""

    return show


def _preview_image(order: RunOrder, snapshot: Snapshot, material: Material) -> LabelledImage:
    """The chosen picture, labelled or not; else a held-out one."""
    if order.preview_image:
        from core.errors import ReadError
        from core.imaging.reading import read_image
        from core.training.data import boxes_of_instances

        try:
            pixels = read_image(Path(order.preview_image))
        except ReadError:
            pass
        else:
            nothing = torch.zeros(pixels.shape[:2], dtype=torch.int32).numpy()
            return LabelledImage("preview", "new", pixels, nothing, boxes_of_instances(nothing))
    return (material.held_out or material.learn)[0]


def _suggest(
    order: RunOrder,
    spec: ModelSpec,
    parent: Parent,
    learner: Learner,
    material: Material,
    device: str,
    report: Report,
) -> None:
    """Rank the images that are not labelled; what cannot be ranked costs no model."""
    if not order.candidates:
        return
    old = load_adapter(parent.spec, parent.weights, device)
    suggestions = suggest(
        order.candidates,
        material.learn,
        learner.adapter(),
        old,
        spec.categories,
        seed=order.recipe.seed,
    )
    report(events.Ranked(suggestions))


def _finish(
    order: RunOrder,
    recipe: Recipe,
    snapshot: Snapshot,
    parent: Parent,
    spec: ModelSpec,
    exam: Exam,
    material: Material,
    result: FitResult,
) -> events.Finished:
    verdict = judge_models(
        recipe.task, result.scores, exam.old, result.replay_dice, exam.old_replay
    )
    record: dict[str, Any] = {
        "recipe": recipe_record(recipe),
        "ancestors": list(parent.ancestors),
        "images": len(snapshot.images),
        "objects": snapshot.object_count,
        "held_out": list(material.held_out_ids),
        "by_parts": material.by_parts,
        "steps": result.steps,
        "cpu_seconds": round(result.cpu_seconds, 1),
        "promoted": verdict.promoted,
        "verdict": verdict.sentence,
        "new": None if result.scores is None else dataclasses.asdict(result.scores),
        "old": None if exam.old is None else dataclasses.asdict(exam.old),
        "new_replay": result.replay_dice,
        "old_replay": exam.old_replay,
        "finished": time.strftime("%Y-%m-%dT%H:%M:%S"),
        "torch": torch.__version__,
    }
    path = Path(order.model_file)
    write_model(path, result.weights, spec, parent.spec, record)
    return events.Finished(
        str(path),
        verdict.promoted,
        verdict.sentence,
        result.scores,
        exam.old,
        result.replay_dice,
        exam.old_replay,
        result.steps,
        round(result.cpu_seconds, 1),
    )
