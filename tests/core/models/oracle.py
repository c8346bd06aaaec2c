"""Detectors that are never wrong, for tests of what is done with a detector."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from core.document.mask import Mask
from core.models.adapter import RgbImage
from core.models.proposal import Proposal, SoftMask


def bright_components(image: RgbImage, smallest_px: float = 0) -> tuple[Proposal, ...]:
    """Every bright blob of a picture, with a mask and a soft mask."""
    bright = (image[:, :, 0] > 127).astype(np.uint8)
    _, labels, figures, _ = cv2.connectedComponentsWithStats(bright, connectivity=4)
    found = []
    for number in range(1, len(figures)):
        left, top, width, height, _ = figures[number].tolist()
        if max(width, height) < smallest_px:
            continue
        pixels = labels[top : top + height, left : left + width] == number
        mask = Mask.from_array(pixels, left, top)
        soft = SoftMask(mask.bounds, np.full((28, 28), 255, np.uint8))
        found.append(Proposal(number, mask, 0.8, "blob", "oracle", soft))
    return tuple(found)


@dataclass(frozen=True)
class ScaledOracle:
    """Sees what a network sees that shrinks a picture to its input: nothing below 10 px there."""

    short_side_px: int
    long_side_px: int
    visible_px: float = 10.0

    def __call__(self, image: RgbImage) -> tuple[Proposal, ...]:
        sides = sorted(image.shape[:2])
        scale = min(self.short_side_px / sides[0], self.long_side_px / sides[1])
        return bright_components(image, self.visible_px / scale)
