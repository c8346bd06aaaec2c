"""The pictures that training while labelling is measured on, and the model it begins with.

The base model knows fluorescence only. What is new are the stained pictures of
dsb2018: ten to learn, seven to test. The seven are those that ``held_out.json``
names and the first others by the hash of their names; nothing was chosen by looking.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.training.data import LabelledImage, read_dsb2018
from core.training.held_out import read_held_out
from core.training.replay import bundled_replay
from core.training.train_unet import UNetRecipe, train

TEST_COUNT = 7
BASE_RECIPE = UNetRecipe(seed=0, steps=1100)
BASE_NAME = "base_fluorescence.safetensors"


@dataclass(frozen=True, slots=True, eq=False)
class FigureMaterial:
    """Pictures to learn from, to test on, of the old domain, and to replay."""

    learn: tuple[LabelledImage, ...]
    test: tuple[LabelledImage, ...]
    old: tuple[LabelledImage, ...]
    replay: tuple[LabelledImage, ...]


def read_material(data: Path) -> FigureMaterial:
    """Read and split dsb2018 below ``data``; raises ReadError.

    The pictures that are replayed ship with the program; they are no part of the
    old domain's test, and the stained ones among them are not replayed here.
    """
    images = read_dsb2018(data / "dsb2018")
    held_out = read_held_out().dsb2018
    stained = sorted((item for item in images if item.group == "stained"), key=_hash)
    test = [item for item in stained if item.name in held_out]
    others = [item for item in stained if item.name not in held_out]
    missing = TEST_COUNT - len(test)
    shipped = bundled_replay()
    return FigureMaterial(
        tuple(others[missing:]),
        tuple(test + others[:missing]),
        tuple(
            item
            for item in images
            if item.group == "fluorescence" and item.name in held_out and not _among(item, shipped)
        ),
        tuple(item for item in shipped if item.group == "fluorescence"),
    )


def base_model(data: Path, cache: Path) -> Path:
    """Weights that know fluorescence only, trained once (about ten minutes) and then kept."""
    path = cache / BASE_NAME
    if not path.exists():
        cache.mkdir(parents=True, exist_ok=True)
        excluded = read_held_out().dsb2018
        images = read_dsb2018(data / "dsb2018", excluded)
        unfinished = cache / f"unfinished-{BASE_NAME}"
        train([item for item in images if item.group == "fluorescence"], BASE_RECIPE, unfinished)
        unfinished.replace(path)
    return path


def _hash(image: LabelledImage) -> str:
    return hashlib.sha256(image.name.encode()).hexdigest()


def _among(image: LabelledImage, others: Sequence[LabelledImage]) -> bool:
    return any(
        image.pixels.shape == other.pixels.shape and np.array_equal(image.pixels, other.pixels)
        for other in others
    )
