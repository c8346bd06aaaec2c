"""Measures training while labelling: ``python -m core.training.figures.measure --data DIR``.

Writes a table and the numbers behind it; core/training/MEASURED.md quotes them.
CPU seconds are those of the process at one thread, reading the pictures not counted.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from core.models.adapter import Adapter, RunContext
from core.models.registry import find_model
from core.models.zoo.unet_adapter import UNetAdapter
from core.training.calibration import MOST_PICTURES, calibrated_spec
from core.training.checkpoint import save_weights
from core.training.data import LabelledImage
from core.training.evaluate import masks_of, union_of
from core.training.figures.annotator import edited_pixels
from core.training.figures.material import FigureMaterial, base_model, read_material
from core.training.figures.plots import write_plots
from core.training.metrics import dice, f1, mask_ious
from core.training.recipe import Recipe
from core.training.unet_learner import UNetLearner, adapter_of

SEEDS = 5
STAGES = ((1, 10.0, 40), (10, 60.0, 250))
"""How many images, CPU seconds and steps; the steps only shape the learning rate's fall."""
_CALIBRATION_S = 0.6
"""What is kept of the CPU seconds for calibration, a picture."""
_SPEC = find_model("unet-nuclei")


@dataclass(frozen=True, slots=True)
class Figure:
    """What one training came to."""

    images: int
    seed: int
    steps: int
    cpu_seconds: float
    dice: float
    f1: float
    old_dice: float


@dataclass(frozen=True, slots=True)
class Effort:
    """Pixels edited by hand on one image, with the model as it was and as it has learnt."""

    image: int
    objects_px: int
    frozen_px: int
    learning_px: int


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
    return Learnt(adapter, weights, step, time.process_time() - begun)


def measure_stages(material: FigureMaterial, base: Path, seeds: int) -> list[Figure]:
    """Every stage with every seed; a seed chooses which images come first, too."""
    found: list[Figure] = []
    for seed in range(seeds):
        order = np.random.default_rng(seed).permutation(len(material.learn))
        for count, seconds, steps in STAGES:
            images = [material.learn[place] for place in order[:count]]
            recipe = replace(Recipe(), seed=seed, steps=steps, cpu_seconds=seconds)
            learnt = learn(images, material.replay, base, recipe)
            new, objects = scores(learnt.adapter, material.test)
            old, _ = scores(learnt.adapter, material.old)
            spent = round(learnt.cpu_seconds, 1)
            figure = Figure(count, seed, learnt.steps, spent, new, objects, old)
            print(json.dumps(asdict(figure)), flush=True)
            found.append(figure)
    return found


def measure_effort(material: FigureMaterial, base: Path, seed: int = 0) -> list[Effort]:
    """An annotator goes through all stained pictures; the model learns after each one."""
    images = [*material.learn, *material.test]
    order = np.random.default_rng(seed).permutation(len(images))
    frozen: Adapter = UNetAdapter.load(_SPEC, base, "cpu")
    learning: Adapter = frozen
    parent = base
    found: list[Effort] = []
    with tempfile.TemporaryDirectory() as folder:
        for number, place in enumerate(order.tolist(), start=1):
            before, objects = edited_pixels(frozen, images[place])
            after, _ = edited_pixels(learning, images[place])
            found.append(Effort(number, objects, before, after))
            print(json.dumps(asdict(found[-1])), flush=True)
            labelled = [images[other] for other in order[:number]]
            recipe = replace(Recipe(), seed=number, steps=40, cpu_seconds=10.0)
            learnt = learn(labelled, material.replay, parent, recipe)
            learning = learnt.adapter
            parent = Path(folder) / f"{number}.safetensors"
            save_weights(parent, learnt.weights, _SPEC, {}, half=False)
    return found


def summary(base_new: tuple[float, float], base_old: float, figures: Sequence[Figure]) -> list[str]:
    """Lines of a Markdown table: mean and standard deviation over the seeds."""
    lines = [
        "| images | CPU s | steps | Dice of new | F1@.5 of new | Dice of old |",
        "| --- | --- | --- | --- | --- | --- |",
        f"| 0 | 0 | 0 | {base_new[0]:.3f} | {base_new[1]:.3f} | {base_old:.3f} |",
    ]
    for count in sorted({item.images for item in figures}):
        of_stage = [item for item in figures if item.images == count]
        seconds = np.mean([item.cpu_seconds for item in of_stage])
        steps = np.mean([item.steps for item in of_stage])
        cells = [
            f"{np.mean(values):.3f} ± {np.std(values):.3f}"
            for values in (
                [item.dice for item in of_stage],
                [item.f1 for item in of_stage],
                [item.old_dice for item in of_stage],
            )
        ]
        lines.append(f"| {count} | {seconds:.0f} | {steps:.0f} | {' | '.join(cells)} |")
    return lines


def _draw(
    folder: Path,
    base_new: float,
    base_old: float,
    figures: Sequence[Figure],
    efforts: Sequence[Effort],
) -> None:
    counts = sorted({item.images for item in figures})
    stages = [[item for item in figures if item.images == count] for count in counts]
    write_plots(
        folder,
        (0, *counts),
        (base_new, *(float(np.mean([item.dice for item in stage])) for stage in stages)),
        (base_old, *(float(np.mean([item.old_dice for item in stage])) for stage in stages)),
        [item.frozen_px / item.objects_px for item in efforts],
        [item.learning_px / item.objects_px for item in efforts],
    )


def main() -> None:
    """Read the arguments, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds dsb2018")
    parser.add_argument("--cache", type=Path, required=True, help="where the base model is kept")
    parser.add_argument("--out", type=Path, required=True, help="JSON file to write")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--only-base", action="store_true", help="train the base model and end")
    arguments = parser.parse_args()
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    base = base_model(arguments.data, arguments.cache)
    if arguments.only_base:
        return
    material = read_material(arguments.data)
    adapter = UNetAdapter.load(_SPEC, base, "cpu")
    base_new, base_old = scores(adapter, material.test), scores(adapter, material.old)[0]
    figures = measure_stages(material, base, arguments.seeds)
    efforts = measure_effort(material, base)
    record = {
        "base": {"dice": base_new[0], "f1": base_new[1], "old_dice": base_old},
        "figures": [asdict(item) for item in figures],
        "effort": [asdict(item) for item in efforts],
    }
    arguments.out.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    _draw(arguments.out.parent, base_new[0], base_old, figures, efforts)
    print("\n".join(summary(base_new, base_old, figures)))
    frozen, learning = (
        sum(item.frozen_px for item in efforts),
        sum(item.learning_px for item in efforts),
    )
    print(
        f"edited pixels: {frozen} frozen, {learning} learning ({1 - learning / frozen:.0%} fewer)"
    )


if __name__ == "__main__":
    main()
