"""One training run from its order to its model: reads, trains, judges, writes."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch

from core.engine.device import choose_device
from core.models.specification import ModelSpec
from core.models.trained import is_trained_id, read_trained_model
from core.models.zoo.loading import load_adapter
from core.training import events
from core.training.calibration import calibrated_spec
from core.training.data import LabelledImage
from core.training.fit import Controls, Exam, Fit, FitResult
from core.training.gathering import Material, Parent, Report, find_parent, gather
from core.training.learner import Learner
from core.training.learners import build_learner
from core.training.learnt import RECORD as LEARNT
from core.training.learnt import together
from core.training.looks import LOOKS_FILE, Onlooker
from core.training.model_files import task_of, trained_spec, write_model
from core.training.pictures import PictureShelf, readable
from core.training.preview import draw_preview
from core.training.recipe import Recipe, Task, recipe_record
from core.training.run import CHECKPOINT, PREVIOUS_CHECKPOINT, RunFolder, RunOrder
from core.training.scores import Scores, has_forgotten, judge_models
from core.training.snapshot import Snapshot, read_snapshot
from core.training.suggesting import suggest
from core.training.unet_learner import adapter_of
from core.training.validation import interesting_part, judge

REPLAY_EXAM_PX = 384
"""Side of the part of a replayed picture that is looked at after every round."""


def train(folder: RunFolder, controls: Controls, report: Report) -> events.Finished:
    """Carry a run out, or go on with it; raises MaskwrightError when there will be no model."""
    order = folder.read_order()
    snapshot = read_snapshot(folder.snapshot)
    parent = find_parent(order)
    recipe = dataclasses.replace(order.recipe, task=task_of(parent.spec, order.recipe.task))
    device = choose_device(order.device)
    torch.set_num_threads(recipe.threads)
    replay_set = read_snapshot(folder.replay) if folder.replay.is_dir() else None
    material = gather(snapshot, recipe, parent, order.held_out, report, replay_set)
    spec = trained_spec(order.model_id, order.name, parent.spec, recipe.task, snapshot.categories)
    exam_replay = [interesting_part(image, REPLAY_EXAM_PX) for image in material.replay_judged]
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
            snapshot.categories,
        )
    )
    spec, result = _read_best(spec, recipe, material, exam, fit.run(), device.name)
    finished = _finish(order, recipe, snapshot, parent, spec, exam, material, result)
    for name in (CHECKPOINT, PREVIOUS_CHECKPOINT):
        (folder.path / name).unlink(missing_ok=True)
    return finished


def rank_next(folder: RunFolder, finished: events.Finished) -> events.Ranked | None:
    """Which images to label next, once a run has made its model; None when all are labelled.

    The model that is used from now on looks at them, the other one disagrees.
    """
    order = folder.read_order()
    if not order.candidates:
        return None
    snapshot, parent = read_snapshot(folder.snapshot), find_parent(order)
    device = choose_device(order.device)
    new = read_trained_model(Path(finished.model_file)).spec
    old_file = None
    if is_trained_id(parent.spec.id) or not order.parent_weights:
        old_file = RunFolder(folder.path.parent / parent.spec.id).path / LOOKS_FILE
    lookers = [
        Onlooker(
            load_adapter(new, Path(finished.model_file), device.name), folder.path / LOOKS_FILE
        ),
        Onlooker(load_adapter(parent.spec, parent.weights, device.name), old_file),
    ]
    current, other = lookers if finished.promoted else reversed(lookers)
    labelled, _ = readable(snapshot, snapshot.images)
    return events.Ranked(
        suggest(
            order.candidates,
            PictureShelf(snapshot, labelled),
            current,
            other,
            new.categories,
            seed=order.recipe.seed,
        )
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


def _read_best(
    spec: ModelSpec,
    recipe: Recipe,
    material: Material,
    exam: Exam,
    result: FitResult,
    device: str,
) -> tuple[ModelSpec, FitResult]:
    """The best way to read the answers of a U-Net, unless it is worse on what is held out."""
    if recipe.task is not Task.INSTANCES:
        return spec, result
    found = calibrated_spec(spec, result.weights, material.learn, exam.replay, device)
    adapter = adapter_of(found, recipe.task, result.weights, device)
    scores = judge(adapter, exam.held_out, spec.categories) if exam.held_out else None
    replay = judge(adapter, exam.replay, ()).dice if exam.replay else None
    is_worse = (
        scores is not None
        and result.scores is not None
        and scores.overall(recipe.task) < result.scores.overall(recipe.task)
    ) or has_forgotten(replay, exam.old_replay)
    if is_worse:
        return spec, result
    return found, dataclasses.replace(result, scores=scores, replay_dice=replay)


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
        recipe.task,
        result.scores,
        exam.old,
        result.replay_dice,
        exam.old_replay,
        by_parts=material.by_parts,
    )
    record: dict[str, Any] = {
        "recipe": recipe_record(recipe),
        "ancestors": list(parent.ancestors),
        "images": len(snapshot.images),
        "objects": snapshot.object_count,
        "held_out": list(material.held_out_ids),
        "by_parts": material.by_parts,
        LEARNT: None if parent.learnt is None else together((parent.learnt, material.learnt)),
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
