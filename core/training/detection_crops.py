"""Random crops with boxes and masks, as torchvision's detectors take them for training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from core.models.normalisation import normalise_percentiles
from core.training.augment import AugmentSettings, random_transform, recolour, warp
from core.training.data import FloatBoxes, LabelledImage, LabelMap, RgbImage, object_numbers
from core.training.targets import keep_classes, split_pieces

SMALLEST_SIDE_PX = 3
SMALLEST_SHARE_VISIBLE = 0.3


LARGEST_CROP_PX = 1024
_ROOM = 1.5
_ROOM_FOR = 0.9
"""Share of the objects that fit into a crop with room around them."""
_MULTIPLE_PX = 32


@dataclass(frozen=True, slots=True, eq=False)
class DetectionCrop:
    """One training example: image float32 (3, H, W) in [0, 1], boxes (N, 4), masks or None.

    ``labels`` are int64 (N,), classes from 1.
    """

    image: Tensor
    boxes: Tensor
    masks: Tensor | None
    labels: Tensor

    def target(self) -> dict[str, Tensor]:
        """The truth as torchvision wants it; no "masks" where none are known."""
        target = {"boxes": self.boxes, "labels": self.labels}
        return target if self.masks is None else target | {"masks": self.masks}

    def on(self, device: str) -> DetectionCrop:
        """The same example on a device."""
        masks = None if self.masks is None else self.masks.to(device)
        return DetectionCrop(
            self.image.to(device), self.boxes.to(device), masks, self.labels.to(device)
        )


def sample_detection_crop(
    rng: np.random.Generator,
    image: LabelledImage,
    crop_px: int,
    settings: AugmentSettings,
    *,
    normalises: bool = True,
) -> DetectionCrop:
    """A random crop of a picture, with masks where the picture has them.

    ``normalises`` stretches the channels as ``network_input`` does; networks that
    were trained on photographs take them as they are.
    """
    if image.instances is None:
        pixels, boxes, classes = _crop_boxes(rng, image, crop_px, settings)
        masks = None
    else:
        height, width = image.pixels.shape[:2]
        matrix = random_transform(rng, height, width, crop_px, settings)
        pixels, instances = warp(image.pixels, image.instances, matrix, crop_px)
        pieces = split_pieces(instances)
        numbers, boxes, masks = objects_of(pieces)
        classes = keep_classes(instances, pieces, image.classes)[numbers]
    recoloured = recolour(rng, pixels, settings)
    return DetectionCrop(
        network_input(rng, recoloured) if normalises else plain_input(recoloured),
        torch.from_numpy(boxes),
        None if masks is None else torch.from_numpy(masks),
        torch.from_numpy(classes.astype(np.int64)),
    )


def roomy_crop_px(longest_sides: Sequence[float], asked_px: int) -> int:
    """Side of crops in which most objects are seen whole, at least what was asked for.

    ``longest_sides`` are those of the objects' boxes, at the scale of the crops. A
    network that only ever sees pieces of its objects does not learn where they end.
    """
    if not len(longest_sides):
        return min(asked_px, LARGEST_CROP_PX)
    wanted = _ROOM * float(np.quantile(longest_sides, _ROOM_FOR))
    whole = _MULTIPLE_PX * -int(-wanted // _MULTIPLE_PX)
    return min(max(asked_px, whole), LARGEST_CROP_PX)


def boxes_and_masks(instances: LabelMap) -> tuple[FloatBoxes, npt.NDArray[np.uint8]]:
    """Boxes (N, 4) and masks uint8 (N, H, W) of objects that are not mere slivers."""
    _, boxes, masks = objects_of(instances)
    return boxes, masks


def objects_of(
    instances: LabelMap,
) -> tuple[npt.NDArray[np.int64], FloatBoxes, npt.NDArray[np.uint8]]:
    """Numbers (N,), boxes and masks as ``boxes_and_masks`` gives them."""
    numbers, boxes, masks = [], [], []
    for number in object_numbers(instances):
        mask = (instances == number).astype(np.uint8)
        x, y, width, height = cv2.boundingRect(mask)
        if min(width, height) >= SMALLEST_SIDE_PX:
            numbers.append(int(number))
            boxes.append((x, y, x + width, y + height))
            masks.append(mask)
    if not masks:
        nothing = np.zeros((0, *instances.shape), np.uint8)
        return np.zeros(0, np.int64), np.zeros((0, 4), np.float32), nothing
    return np.array(numbers), np.array(boxes, np.float32), np.stack(masks)


def warp_boxes(boxes: FloatBoxes, matrix: npt.NDArray[np.float64], crop_px: int) -> FloatBoxes:
    """Boxes under a transform without rotation, cut at the crop, without those barely in it."""
    cut, keep = cut_boxes(boxes, matrix, crop_px)
    return np.ascontiguousarray(cut[keep], dtype=np.float32)


def cut_boxes(
    boxes: FloatBoxes, matrix: npt.NDArray[np.float64], crop_px: int
) -> tuple[FloatBoxes, npt.NDArray[np.bool_]]:
    """All boxes under a transform, cut at the crop; and which are more than barely in it."""
    linear, offset = matrix[:, :2], matrix[:, 2]
    first = boxes[:, :2] @ linear.T + offset
    second = boxes[:, 2:] @ linear.T + offset
    moved = np.hstack((np.minimum(first, second), np.maximum(first, second)))
    cut = moved.clip(0, crop_px)
    sides = cut[:, 2:] - cut[:, :2]
    share = sides.prod(axis=1) / np.maximum((moved[:, 2:] - moved[:, :2]).prod(axis=1), 1e-6)
    keep = (share >= SMALLEST_SHARE_VISIBLE) & (
        sides.min(axis=1, initial=crop_px) >= SMALLEST_SIDE_PX
    )
    return cut.astype(np.float32), keep


def network_input(rng: np.random.Generator, pixels: RgbImage) -> Tensor:
    """Float32 (3, H, W) in [0, 1], normalised as when running, a little off at random."""
    normal = normalise_percentiles(pixels) * rng.uniform(0.75, 1.2) + rng.uniform(-0.05, 0.05)
    return torch.from_numpy(normal.clip(0, 1).astype(np.float32).transpose(2, 0, 1).copy())


def plain_input(pixels: RgbImage) -> Tensor:
    """Float32 (3, H, W) in [0, 1], as it is."""
    return torch.from_numpy(pixels.astype(np.float32).transpose(2, 0, 1).copy() / 255)


def _crop_boxes(
    rng: np.random.Generator, image: LabelledImage, crop_px: int, settings: AugmentSettings
) -> tuple[RgbImage, FloatBoxes, npt.NDArray[np.uint8]]:
    """Crop of a picture that has boxes only: flipped and scaled, never turned."""
    height, width = image.pixels.shape[:2]
    matrix = random_transform(rng, height, width, crop_px, replace(settings, rotates=False))
    nothing = np.zeros((height, width), np.int32)
    pixels, _ = warp(image.pixels, nothing, matrix, crop_px)
    cut, keep = cut_boxes(image.boxes, matrix, crop_px)
    boxes = np.ascontiguousarray(cut[keep])
    known = image.box_classes
    classes = np.ones(len(boxes), np.uint8) if known is None else known[keep]
    if settings.flips_upside_down and rng.random() < 0.5:
        turned = np.ascontiguousarray(pixels.swapaxes(0, 1))
        return turned, boxes[:, [1, 0, 3, 2]].copy(), classes
    return pixels, boxes, classes
