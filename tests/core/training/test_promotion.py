"""A model that learnt nonsense is not used, one that learnt something is."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from core.document.document import ImageState
from core.project.project import Project
from core.training import events
from core.training.recipe import Recipe
from core.training.training import train
from tests.core.models.pictures import Pixels, Truth
from tests.core.training.projects import Willing, label_images, order

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

SIDE_PX = 112
IMAGES = 5


def checked_squares(seed: int) -> tuple[Pixels, Truth]:
    """Chequered squares on smooth ground: the bundled model takes every field for a nucleus."""
    rng = np.random.default_rng(seed)
    truth = np.zeros((SIDE_PX, SIDE_PX), np.int32)
    noise = rng.normal(0, 60, truth.shape).astype(np.float32)
    light = rng.integers(60, 120) + cv2.GaussianBlur(noise, (0, 0), 12)
    fields = np.where((np.indices(truth.shape) // 4).sum(axis=0) % 2, 45.0, -45.0)
    for _ in range(60):
        side = int(rng.integers(22, 34))
        x, y = rng.integers(0, SIDE_PX - side, 2).tolist()
        around = truth[max(y - 5, 0) : y + side + 5, max(x - 5, 0) : x + side + 5]
        if truth.max() < 4 and not around.any():
            place = slice(y, y + side), slice(x, x + side)
            truth[place] = truth.max() + 1
            light[place] += fields[place]
    grey = np.clip(light + rng.normal(0, 4, truth.shape), 0, 255).astype(np.uint8)
    return np.repeat(grey[:, :, None], 3, axis=2), truth


def _train(folder: Path, seed: int, *, shuffled: bool) -> events.Finished:
    names: list[str] = []
    truths: list[Truth] = []
    for number in range(IMAGES):
        pixels, truth = checked_squares(10 * seed + number)
        names.append(f"{number}.png")
        Image.fromarray(pixels).save(folder / names[-1])
        truths.append(truth)
    if shuffled:
        truths = [*truths[1:], truths[0]]
    recipe = Recipe(seed=seed, steps=75, round_steps=15, crop_px=96)
    project = Project.create(folder / "test.maskwright", folder, names, author="tester")
    try:
        label_images(project, truths, ImageState.APPROVED)
        run, _ = order(project, recipe)
        return train(run, Willing(), lambda _event: None)
    finally:
        project.close()


@pytest.mark.parametrize("seed", range(3))
def test_labels_of_other_images_make_no_model_that_is_used(tmp_path: Path, seed: int) -> None:
    finished = _train(tmp_path, seed, shuffled=True)
    assert not finished.promoted, finished.verdict


@pytest.mark.parametrize("seed", range(3))
def test_right_labels_make_one_that_is(tmp_path: Path, seed: int) -> None:
    finished = _train(tmp_path, seed, shuffled=False)
    assert finished.promoted, finished.verdict
    assert finished.new is not None
    assert finished.new.dice is not None
    assert finished.new.dice > 0.7
    assert finished.new_replay is not None
    assert finished.old_replay is not None
    assert finished.new_replay > finished.old_replay - 0.05
