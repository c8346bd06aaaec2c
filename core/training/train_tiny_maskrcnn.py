"""Train the bundled Mask R-CNN on masks of nuclei and boxes of blood cells.

``python -m core.training.train_tiny_maskrcnn --data DIR --out FILE``
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np
import torch

from core.models.registry import find_model
from core.models.zoo.tiny_maskrcnn import build_tiny_maskrcnn
from core.training.augment import AugmentSettings
from core.training.checkpoint import WeightAverage, save_weights
from core.training.data import LabelledImage, read_bccd, read_dsb2018
from core.training.detection_crops import DetectionCrop, sample_detection_crop
from core.training.detector_step import train_step
from core.training.held_out import read_held_out
from core.training.schedule import warm_cosine

GROUP_SHARES = {"fluorescence": 0.42, "stained": 0.20, "bright": 0.08, "blood": 0.30}


@dataclass(frozen=True, slots=True)
class MaskRcnnRecipe:
    """Everything that decides the result, so that a run can be repeated.

    A crop is ``crop_px`` wide after its picture was brought to the size that the
    network sees when running, times the random scale of ``augment``.
    """

    seed: int = 0
    steps: int = 2000
    batch: int = 4
    crop_px: int = 256
    short_side_px: int = 512
    long_side_px: int = 832
    learning_rate: float = 1e-3
    weight_decay: float = 1e-4
    average_decay: float = 0.995
    bfloat16: bool = True
    augment: AugmentSettings = field(
        default_factory=lambda: AugmentSettings(smallest_scale=0.5, largest_scale=1.4)
    )


def sample_batch(
    rng: np.random.Generator, images: Sequence[LabelledImage], recipe: MaskRcnnRecipe
) -> list[DetectionCrop]:
    """Crops of one group, so that a batch has masks for all its pictures or for none."""
    groups = sorted({image.group for image in images})
    shares = np.array([GROUP_SHARES[group] for group in groups])
    group = groups[int(rng.choice(len(groups), p=shares / shares.sum()))]
    members = [image for image in images if image.group == group]
    chosen = rng.integers(len(members), size=recipe.batch)
    return [_sample(rng, members[index], recipe) for index in chosen]


def train(images: Sequence[LabelledImage], recipe: MaskRcnnRecipe, out: Path) -> None:
    """Train from scratch, writing the averaged weights every so often and at the end."""
    torch.manual_seed(recipe.seed)
    rng = np.random.default_rng(recipe.seed)
    model = build_tiny_maskrcnn(recipe.crop_px, recipe.crop_px).train()
    model.backbone.to(memory_format=torch.channels_last)
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
        crops = sample_batch(rng, images, recipe)
        for name, value in train_step(model, optimizer, crops, bfloat16=recipe.bfloat16).items():
            totals[name] = 0.97 * totals.get(name, value) + 0.03 * value
        schedule.step()
        average.update(model)
        if step % 100 == 0 or step == recipe.steps:
            seconds = time.process_time() - started
            record = asdict(recipe) | {
                "images": len(images),
                "finished_steps": step,
                "cpu_seconds": round(seconds),
                "torch": torch.__version__,
            }
            save_weights(out, average.state, find_model("maskrcnn-cells"), record)
            parts = "  ".join(f"{name[5:]} {value:.3f}" for name, value in totals.items())
            print(f"step {step}/{recipe.steps}  {parts}  {seconds:.0f} s", flush=True)


def main() -> None:
    """Read the arguments and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of dsb2018 and bccd")
    parser.add_argument("--out", type=Path, required=True, help="safetensors file to write")
    parser.add_argument("--steps", type=int, default=MaskRcnnRecipe().steps)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    held_out = read_held_out()
    images = (
        *read_dsb2018(arguments.data / "dsb2018", held_out.dsb2018),
        *read_bccd(arguments.data / "bccd", held_out.bccd),
    )
    train(images, MaskRcnnRecipe(seed=arguments.seed, steps=arguments.steps), arguments.out)


def _sample(
    rng: np.random.Generator, image: LabelledImage, recipe: MaskRcnnRecipe
) -> DetectionCrop:
    short, long = sorted(image.pixels.shape[:2])
    usual = min(recipe.short_side_px / short, recipe.long_side_px / long)
    settings = replace(
        recipe.augment,
        smallest_scale=recipe.augment.smallest_scale * usual,
        largest_scale=recipe.augment.largest_scale * usual,
        rotates=image.instances is not None,
    )
    return sample_detection_crop(rng, image, recipe.crop_px, settings)


if __name__ == "__main__":
    main()
