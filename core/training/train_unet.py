"""Train the bundled U-Net: ``python -m core.training.train_unet --data DIR --out FILE``."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from core.models.registry import find_model
from core.models.weights import file_hash
from core.models.zoo.reading import load_state
from core.models.zoo.unet import CLASSIC_FILTERS, SMALL_FILTERS, UNet
from core.training.augment import AugmentSettings
from core.training.checkpoint import WeightAverage, save_weights
from core.training.data import LabelledImage, read_dsb2018
from core.training.held_out import read_held_out
from core.training.losses import segmentation_loss
from core.training.schedule import warm_cosine
from core.training.unet_crops import sample_crop, stack_crops
from core.training.unet_step import train_step

GROUP_SHARES = {"fluorescence": 0.45, "stained": 0.42, "bright": 0.13}


@dataclass(frozen=True, slots=True)
class UNetRecipe:
    """Everything that decides the result, so that a run can be repeated."""

    seed: int = 0
    steps: int = 1400
    batch: int = 6
    crop_px: int = 192
    learning_rate: float = 2e-3
    weight_decay: float = 1e-4
    average_decay: float = 0.99
    bfloat16: bool = True
    filters: tuple[int, ...] = SMALL_FILTERS
    augment: AugmentSettings = field(default_factory=AugmentSettings)


def sample_batch(
    rng: np.random.Generator, images: Sequence[LabelledImage], recipe: UNetRecipe
) -> tuple[Tensor, Tensor]:
    """Inputs (N, 3, H, W) and targets (N, H, W), by the shares of the groups."""
    weights = np.array([GROUP_SHARES[image.group] for image in images])
    counts = np.array([sum(i.group == image.group for i in images) for image in images])
    shares = weights / counts
    chosen = rng.choice(len(images), size=recipe.batch, p=shares / shares.sum())
    crops = [sample_crop(rng, images[index], recipe.crop_px, recipe.augment) for index in chosen]
    return stack_crops(crops)


def train(
    images: Sequence[LabelledImage], recipe: UNetRecipe, out: Path, start: Path | None = None
) -> None:
    """Train, writing the averaged weights every so often and at the end.

    ``start`` is a weights file to carry on from; without it the net is new.
    """
    torch.manual_seed(recipe.seed)
    rng = np.random.default_rng(recipe.seed)
    spec = find_model("unet-nuclei" if recipe.filters == SMALL_FILTERS else "unet-classic")
    model = UNet(filters=recipe.filters).to(memory_format=torch.channels_last).train()
    if start is not None:
        load_state(model, start, spec)
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: warm_cosine(step, recipe.steps)
    )
    average = WeightAverage(model, recipe.average_decay)
    started = time.process_time()
    totals: dict[str, float] = {}
    for step in range(1, recipe.steps + 1):
        batch = sample_batch(rng, images, recipe)
        for name, value in train_step(
            model, optimizer, batch, segmentation_loss, bfloat16=recipe.bfloat16
        ).items():
            totals[name] = 0.95 * totals.get(name, value) + 0.05 * value
        schedule.step()
        average.update(model)
        if step % 100 == 0 or step == recipe.steps:
            seconds = time.process_time() - started
            record = asdict(recipe) | {
                "images": len(images),
                "shares": GROUP_SHARES,
                "start_sha256": file_hash(start) if start else "",
                "finished_steps": step,
                "cpu_seconds": round(seconds),
                "torch": torch.__version__,
            }
            save_weights(out, average.state, spec, record)
            parts = "  ".join(f"{name} {value:.3f}" for name, value in totals.items())
            print(f"step {step}/{recipe.steps}  {parts}  {seconds:.0f} s", flush=True)


def main() -> None:
    """Read the arguments and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds dsb2018")
    parser.add_argument("--out", type=Path, required=True, help="safetensors file to write")
    parser.add_argument("--steps", type=int, default=UNetRecipe().steps)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--learning-rate", type=float, default=UNetRecipe().learning_rate)
    parser.add_argument("--classic", action="store_true", help="64 to 1024 filters, as published")
    parser.add_argument("--start", type=Path, help="weights to carry on from")
    arguments = parser.parse_args()
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    images = read_dsb2018(arguments.data / "dsb2018", read_held_out().dsb2018)
    recipe = UNetRecipe(
        seed=arguments.seed,
        steps=arguments.steps,
        learning_rate=arguments.learning_rate,
        filters=CLASSIC_FILTERS if arguments.classic else SMALL_FILTERS,
    )
    train(images, recipe, arguments.out, arguments.start)


if __name__ == "__main__":
    main()
