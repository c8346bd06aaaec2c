"""Measures training while labelling: ``python -m core.training.figures.measure --data DIR``.

Writes a table and the numbers behind it, which core/training/MEASURED.md quotes. It may be
ended at any time: what was measured is kept, and the next call goes on from there.
CPU seconds are those of the process at one thread, reading the pictures not counted.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from core.models.adapter import Adapter, RunContext
from core.models.registry import find_model
from core.models.specification import ModelSpec
from core.models.weights import file_hash
from core.models.zoo.unet_adapter import UNetAdapter
from core.training.calibration import MOST_PICTURES, calibrated_spec
from core.training.checkpoint import save_weights
from core.training.data import LabelledImage
from core.training.evaluate import masks_of, union_of
from core.training.figures.annotator import edited_pixels
from core.training.figures.material import FigureMaterial, base_model, read_material
from core.training.figures.record import Base, Effort, Figure, Record
from core.training.metrics import dice, f1, mask_ious
from core.training.recipe import Recipe, recipe_record
from core.training.unet_learner import UNetLearner, adapter_of

SEEDS = 5
STAGES = ((1, 10.0, 40), (10, 60.0, 250))
"""How many images, CPU seconds and steps; the steps only shape the learning rate's fall."""
_CALIBRATION_S = 0.45
"""What is kept of the CPU seconds for calibration, a picture."""
_SPEC = find_model("unet-nuclei")


def scores(adapter: Adapter, images: Sequence[LabelledImage]) -> tuple[float, float]:
    """Mean Dice of the foreground over pictures, and F1 of objects at IoU 0.5 over all."""
    dices: list[float] = []
    counts = np.zeros(3)
    for image in images:
        if image.instances is None:
            raise ValueError(f"{image.name} has no masks")
        masks = masks_of(adapter.propose(image.pixels, RunContext()))
        value = dice(union_of(masks, image.instances.shape), image.instances > 0)
        dices.append(1.0 if value is None else value)
        counts += f1(mask_ious(masks, image.instances))
    right, wrong, missed = counts
    return float(np.mean(dices)), float(2 * right / max(2 * right + wrong + missed, 1))


@dataclass(frozen=True, slots=True, eq=False)
class Learnt:
    """What came of a training: a model, its weights, how many steps and CPU seconds it took."""

    spec: ModelSpec
    adapter: Adapter
    weights: dict[str, Tensor]
    steps: int
    cpu_seconds: float


def learn(
    images: Sequence[LabelledImage], replay: Sequence[LabelledImage], base: Path, recipe: Recipe
) -> Learnt:
    """Train and calibrate until the seconds of the recipe are spent."""
    begun = time.process_time()
    learner = UNetLearner(_SPEC, recipe, images, replay, parent=base, parent_spec=_SPEC)
    pictures = min(len(images), MOST_PICTURES) + min(len(replay), MOST_PICTURES)
    seconds = recipe.cpu_seconds - _CALIBRATION_S * pictures
    step = 0
    while step < recipe.steps and time.process_time() - begun < seconds:
        learner.step(step)
        step += 1
    weights = learner.weights()
    spec = calibrated_spec(_SPEC, weights, images, replay, "cpu")
    adapter = adapter_of(spec, recipe.task, weights, "cpu")
    return Learnt(spec, adapter, weights, step, time.process_time() - begun)


def measure_stages(
    material: FigureMaterial, base: Path, seeds: int, record: Record
) -> Iterator[Figure]:
    """Every stage with every seed; a seed chooses which images come first, too."""
    for seed in range(seeds):
        order = np.random.default_rng(seed).permutation(len(material.learn))
        for count, seconds, steps in STAGES:
            if any((item.images, item.seed) == (count, seed) for item in record.figures):
                continue
            images = [material.learn[place] for place in order[:count]]
            recipe = replace(Recipe(), seed=seed, steps=steps, cpu_seconds=seconds)
            learnt = learn(images, material.replay, base, recipe)
            new, objects = scores(learnt.adapter, material.test)
            old, _ = scores(learnt.adapter, material.old)
            spent = round(learnt.cpu_seconds, 1)
            figure = Figure(count, seed, learnt.steps, spent, new, objects, old)
            record.add_figure(figure)
            yield figure


def measure_effort(
    material: FigureMaterial, base: Path, record: Record, seed: int = 0
) -> Iterator[Effort]:
    """An annotator goes through all stained pictures; the model learns after each one."""
    images = [*material.learn, *material.test]
    order = np.random.default_rng(seed).permutation(len(images)).tolist()
    frozen = UNetAdapter.load(_SPEC, base, "cpu")
    for number, place in enumerate(order, start=1):
        if number <= len(record.efforts):
            continue
        parent = record.weights(number - 1) if number > 1 else base
        before, objects = edited_pixels(frozen, images[place])
        after, _ = edited_pixels(UNetAdapter.load(_SPEC, parent, "cpu"), images[place])
        labelled = [images[other] for other in order[:number]]
        recipe = replace(Recipe(), seed=number, steps=40, cpu_seconds=10.0)
        learnt = learn(labelled, material.replay, parent, recipe)
        save_weights(record.weights(number), learnt.weights, learnt.spec, {}, half=False)
        effort = Effort(number, objects, before, after)
        record.add_effort(effort)
        yield effort


def main() -> None:
    """Read the arguments, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds dsb2018")
    parser.add_argument("--cache", type=Path, required=True, help="where the base model is kept")
    parser.add_argument("--out", type=Path, required=True, help="JSON file to write")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--at-most", type=int, help="end after so many trainings")
    parser.add_argument("--only-base", action="store_true", help="train the base model and end")
    arguments = parser.parse_args()
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    base = base_model(arguments.data, arguments.cache)
    if arguments.only_base:
        return
    record = Record(arguments.out, {"recipe": recipe_record(Recipe()), "base": file_hash(base)})
    material = read_material(arguments.data)
    if record.base is None:
        adapter = UNetAdapter.load(_SPEC, base, "cpu")
        record.add_base(Base(*scores(adapter, material.test), scores(adapter, material.old)[0]))
    pieces = chain(
        measure_stages(material, base, arguments.seeds, record),
        measure_effort(material, base, record),
    )
    for number, _ in enumerate(pieces, start=1):
        if number == arguments.at_most:
            return
    record.draw(arguments.out.parent)
    print("\n".join(record.table()))


if __name__ == "__main__":
    main()
