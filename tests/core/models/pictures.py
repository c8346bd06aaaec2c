"""Generated pictures of blobs, with the truth about them."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
Truth = npt.NDArray[np.int32]


def blobs(
    seed: int = 0, width: int = 256, height: int = 256, count: int = 12, radius_px: float = 11
) -> tuple[Pixels, Truth]:
    """Bright ellipses that do not touch, on a dark and noisy ground."""
    rng = np.random.default_rng(seed)
    truth = np.zeros((height, width), np.int32)
    light = np.full((height, width), 18.0, np.float32)
    for _ in range(count * 20):
        number = int(truth.max()) + 1
        if number > count:
            break
        center = rng.uniform((0, 0), (width, height)).astype(int)
        axes = (radius_px * rng.uniform(0.8, 1.3, 2)).astype(int)
        shape = np.zeros((height, width), np.uint8)
        cv2.ellipse(shape, center.tolist(), axes.tolist(), rng.uniform(0, 180), 0, 360, 1, -1)
        if truth[cv2.dilate(shape, np.ones((7, 7), np.uint8)) > 0].any():
            continue
        truth[shape > 0] = number
        light[shape > 0] = rng.uniform(90, 170)
    light = cv2.GaussianBlur(light, (0, 0), 1.0) + rng.normal(0, 3, light.shape)
    grey = np.clip(light, 0, 255).astype(np.uint8)
    return np.repeat(grey[:, :, None], 3, axis=2), truth
