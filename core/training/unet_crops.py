"""Random crops for a U-Net, from pictures of which all or only some pixels are labelled."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from core.models.normalisation import normalise_percentiles
from core.training.augment import AugmentSettings, random_transform, recolour, warp
from core.training.data import UNLABELLED, LabelledImage, LabelMap
from core.training.recipe import Task
from core.training.targets import instance_classes, keep_classes, semantic_classes, split_pieces

Crop = tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]

_SHARE_AT_LABELS = 0.5


def sample_crop(
    rng: np.random.Generator,
    image: LabelledImage,
    crop_px: int,
    augment: AugmentSettings,
    task: Task = Task.INSTANCES,
) -> Crop:
    """One random crop: input float32 (crop, crop, 3) and the class of every pixel.

    Half of the crops of a picture that is labelled in part, or of one with few
    objects, have their centre on something labelled, so that no step is wasted.
    Raises ValueError for a picture with boxes only.
    """
    if image.instances is None:
        raise ValueError(f"{image.name} has boxes only; a U-Net learns from masks")
    height, width = image.pixels.shape[:2]
    center = _labelled_point(rng, image.instances)
    matrix = random_transform(rng, height, width, crop_px, augment, center)
    pixels, instances = warp(image.pixels, image.instances, matrix, crop_px)
    normal = normalise_percentiles(recolour(rng, pixels, augment))
    # A crop's percentiles differ from its picture's, which is what counts later.
    jittered = normal * rng.uniform(0.75, 1.25) + rng.uniform(-0.08, 0.08)
    return jittered.astype(np.float32), _targets(image, instances, task)


def stack_crops(crops: Sequence[Crop], device: str = "cpu") -> tuple[Tensor, Tensor]:
    """Inputs (N, 3, H, W) and targets (N, H, W) on a device."""
    inputs = torch.from_numpy(np.stack([crop[0] for crop in crops])).permute(0, 3, 1, 2)
    targets = torch.from_numpy(np.stack([crop[1] for crop in crops]))
    return (
        inputs.to(device).contiguous(memory_format=torch.channels_last),
        targets.to(device),
    )


def _targets(image: LabelledImage, instances: LabelMap, task: Task) -> npt.NDArray[np.int64]:
    if task is Task.SEMANTIC:
        return semantic_classes(instances, image.classes)
    pieces = split_pieces(instances)
    return instance_classes(pieces, keep_classes(instances, pieces, image.classes))


def _labelled_point(rng: np.random.Generator, instances: LabelMap) -> tuple[float, float] | None:
    """A random place (x, y) on something labelled, or None to take any place."""
    if rng.random() >= _SHARE_AT_LABELS:
        return None
    wanted = instances > 0 if (instances != UNLABELLED).all() else instances != UNLABELLED
    places = np.flatnonzero(wanted)
    if not len(places):
        return None
    row, column = divmod(int(places[rng.integers(len(places))]), instances.shape[1])
    return column + 0.5, row + 0.5
