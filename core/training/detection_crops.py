"""Random crops with boxes and masks, as torchvision's detectors take them for training."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from core.models.normalisation import normalise_percentiles
from core.training.augment import AugmentSettings, random_transform, recolour, warp
from core.training.data import FloatBoxes, LabelledImage, LabelMap, RgbImage, object_numbers
from core.training.targets import split_pieces

SMALLEST_SIDE_PX = 3
SMALLEST_SHARE_VISIBLE = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class DetectionCrop:
    """One training example: image float32 (3, H, W) in [0, 1], boxes (N, 4), masks or None."""

    image: Tensor
    boxes: Tensor
    masks: Tensor | None

    def target(self) -> dict[str, Tensor]:
        """The truth as torchvision wants it; no "masks" where none are known."""
        target = {
            "boxes": self.boxes,
            "labels": torch.ones(len(self.boxes), dtype=torch.int64),
        }
        return target if self.masks is None else target | {"masks": self.masks}


def sample_detection_crop(
    rng: np.random.Generator, image: LabelledImage, crop_px: int, settings: AugmentSettings
) -> DetectionCrop:
    """A random crop of a picture, with masks where the picture has them."""
    if image.instances is None:
        pixels, boxes = _crop_boxes(rng, image, crop_px, settings)
        masks = None
    else:
        height, width = image.pixels.shape[:2]
        matrix = random_transform(rng, height, width, crop_px, settings)
        pixels, instances = warp(image.pixels, image.instances, matrix, crop_px)
        boxes, masks = boxes_and_masks(split_pieces(instances))
    return DetectionCrop(
        network_input(rng, recolour(rng, pixels, settings)),
        torch.from_numpy(boxes),
        None if masks is None else torch.from_numpy(masks),
    )


def boxes_and_masks(instances: LabelMap) -> tuple[FloatBoxes, npt.NDArray[np.uint8]]:
    """Boxes (N, 4) and masks uint8 (N, H, W) of objects that are not mere slivers."""
    boxes, masks = [], []
    for number in object_numbers(instances):
        mask = (instances == number).astype(np.uint8)
        x, y, width, height = cv2.boundingRect(mask)
        if min(width, height) >= SMALLEST_SIDE_PX:
            boxes.append((x, y, x + width, y + height))
            masks.append(mask)
    if not masks:
        return np.zeros((0, 4), np.float32), np.zeros((0, *instances.shape), np.uint8)
    return np.array(boxes, np.float32), np.stack(masks)


def warp_boxes(boxes: FloatBoxes, matrix: npt.NDArray[np.float64], crop_px: int) -> FloatBoxes:
    """Boxes under a transform without rotation, cut at the crop, without those barely in it."""
    linear, offset = matrix[:, :2], matrix[:, 2]
    first = boxes[:, :2] @ linear.T + offset
    second = boxes[:, 2:] @ linear.T + offset
    moved = np.hstack((np.minimum(first, second), np.maximum(first, second)))
    cut = moved.clip(0, crop_px)
    sides = cut[:, 2:] - cut[:, :2]
    share = sides.prod(axis=1) / np.maximum((moved[:, 2:] - moved[:, :2]).prod(axis=1), 1e-6)
    keep = (share >= SMALLEST_SHARE_VISIBLE) & (sides.min(axis=1) >= SMALLEST_SIDE_PX)
    return np.ascontiguousarray(cut[keep], dtype=np.float32)


def network_input(rng: np.random.Generator, pixels: RgbImage) -> Tensor:
    """Float32 (3, H, W) in [0, 1], normalised as when running, a little off at random."""
    normal = normalise_percentiles(pixels) * rng.uniform(0.75, 1.2) + rng.uniform(-0.05, 0.05)
    return torch.from_numpy(normal.clip(0, 1).astype(np.float32).transpose(2, 0, 1).copy())


def _crop_boxes(
    rng: np.random.Generator, image: LabelledImage, crop_px: int, settings: AugmentSettings
) -> tuple[RgbImage, FloatBoxes]:
    """Crop of a picture that has boxes only: flipped and scaled, never turned."""
    height, width = image.pixels.shape[:2]
    matrix = random_transform(rng, height, width, crop_px, settings)
    nothing = np.zeros((height, width), np.int32)
    pixels, _ = warp(image.pixels, nothing, matrix, crop_px)
    boxes = warp_boxes(image.boxes, matrix, crop_px)
    if rng.random() < 0.5:
        return np.ascontiguousarray(pixels.swapaxes(0, 1)), boxes[:, [1, 0, 3, 2]].copy()
    return pixels, boxes
