"""Generated pictures for the grouping tests."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]


def shapes_picture(height: int = 120, width: int = 160, seed: int = 0) -> Picture:
    """Coloured discs and rectangles on a shaded ground, with a little noise."""
    rng = np.random.default_rng(seed)
    shade = np.linspace(60, 110, width)[None, :, None] * np.ones((height, 1, 3))
    picture = np.ascontiguousarray(shade.astype(np.uint8))
    for _ in range(6):
        color = tuple(int(value) for value in rng.integers(0, 256, 3))
        x, y = int(rng.integers(0, width)), int(rng.integers(0, height))
        if rng.random() < 0.5:
            cv2.circle(picture, (x, y), int(rng.integers(8, 25)), color, -1)
        else:
            corner = (x + int(rng.integers(8, 40)), y + int(rng.integers(8, 40)))
            cv2.rectangle(picture, (x, y), corner, color, -1)
    noisy = picture.astype(np.float64) + rng.normal(0, 4, picture.shape)
    return noisy.clip(0, 255).astype(np.uint8)


def noise_picture(height: int, width: int, seed: int = 0) -> Picture:
    """Independent random pixels: the hardest picture to group."""
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (height, width, 3), dtype=np.uint8)


def checkerboard(height: int, width: int) -> Picture:
    """Two colours in squares of 4 pixels: very many equal costs."""
    squares = np.add.outer(np.arange(height) // 4, np.arange(width) // 4) % 2
    return np.repeat((squares * 200 + 20).astype(np.uint8)[..., None], 3, axis=2)
