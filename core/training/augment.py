"""Random changes to training pictures, so that few of them stand for many kinds.

Every function takes its random generator; equal seeds give equal pictures.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from core.training.data import LabelMap, RgbImage

_IDENTITY = np.eye(3)


@dataclass(frozen=True, slots=True)
class AugmentSettings:
    """How strong the changes are; shares are probabilities."""

    smallest_scale: float = 0.6
    largest_scale: float = 1.8
    stretch: float = 0.15
    rotates: bool = True
    flips_upside_down: bool = True
    invert_share: float = 0.2
    grey_share: float = 0.15
    hue_share: float = 0.3
    noise_share: float = 0.4
    blur_share: float = 0.2


def random_transform(
    rng: np.random.Generator,
    height: int,
    width: int,
    crop_px: int,
    settings: AugmentSettings,
    near: tuple[float, float] | None = None,
) -> npt.NDArray[np.float64]:
    """A 2 × 3 matrix from picture to crop: turn, flip, scale, stretch and shift.

    Coordinates are pixel-edge. The crop's centre falls on a random point of the
    picture, or ``near`` a point (x, y), that keeps the crop inside where the
    picture is large enough.
    """
    scale = float(np.exp(rng.uniform(*np.log((settings.smallest_scale, settings.largest_scale)))))
    stretch = 1 + rng.uniform(-settings.stretch, settings.stretch)
    angle = rng.uniform(0, 2 * np.pi) if settings.rotates else 0.0
    cosine, sine = np.cos(angle), np.sin(angle)
    turn = np.array([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]])
    flips = rng.choice((-1.0, 1.0), size=2)
    if not settings.flips_upside_down:
        flips[1] = 1.0
    zoom = np.diag([scale * stretch * flips[0], scale / stretch * flips[1], 1.0])
    covered = crop_px / scale
    center = _random_center(rng, width, covered), _random_center(rng, height, covered)
    if near is not None:
        center = _held_inside(near[0], width, covered), _held_inside(near[1], height, covered)
    matrix = _shift(crop_px / 2, crop_px / 2) @ turn @ zoom @ _shift(-center[0], -center[1])
    return np.asarray(matrix[:2], dtype=np.float64)


def warp(
    pixels: RgbImage, instances: LabelMap, matrix: npt.NDArray[np.float64], crop_px: int
) -> tuple[RgbImage, LabelMap]:
    """Picture and label map under a transform, mirrored beyond the picture's edge.

    A mirrored part keeps the number of its object; ``targets.split_pieces``
    tells them apart.
    """
    centred = _to_pixel_centres(matrix)
    size = (crop_px, crop_px)
    shrinking = abs(float(np.linalg.det(matrix[:, :2]))) < 0.7
    method = cv2.INTER_AREA if shrinking else cv2.INTER_LINEAR
    image = cv2.warpAffine(pixels, centred, size, flags=method, borderMode=cv2.BORDER_REFLECT_101)
    labels = cv2.warpAffine(
        instances.astype(np.float32),
        centred,
        size,
        flags=cv2.INTER_NEAREST,
        borderMode=cv2.BORDER_REFLECT_101,
    )
    return image, labels.astype(np.int32)


def recolour(rng: np.random.Generator, pixels: RgbImage, settings: AugmentSettings) -> RgbImage:
    """Other staining, exposure and camera: inversion, hue, gamma, contrast, blur and noise."""
    image: npt.NDArray[np.float32] = pixels.astype(np.float32) / np.float32(255)
    if rng.random() < settings.grey_share:
        image = np.repeat(image @ rng.dirichlet((2, 2, 2))[:, None].astype(np.float32), 3, axis=2)
    if rng.random() < settings.invert_share:
        image = 1 - image
    if rng.random() < settings.hue_share:
        image = image[:, :, rng.permutation(3)]
    image = _change_exposure(rng, image)
    if rng.random() < 0.3:
        image = image + float(np.ptp(image)) * _shading(rng, image.shape[0], image.shape[1])
    if rng.random() < settings.blur_share:
        image = cv2.GaussianBlur(image, (0, 0), float(rng.uniform(0.4, 1.4)))
    if rng.random() < settings.noise_share:
        deviation = rng.uniform(0.005, 0.06) * max(float(image.std()) * 4, 0.05)
        image = image + rng.normal(0, deviation, image.shape).astype(np.float32)
    return np.asarray(np.clip(image * 255 + 0.5, 0, 255), dtype=np.uint8)


def _change_exposure(
    rng: np.random.Generator, image: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """Gamma over the picture's own range, then gain and offset by channel."""
    low, high = float(image.min()), float(image.max())
    span = max(high - low, 1e-3)
    gamma = float(np.exp(rng.uniform(-0.8, 0.6)))
    curved = low + span * ((image - low) / span) ** gamma
    spread = rng.uniform(0, 0.25)
    gain = rng.uniform(0.6, 1.2) * (1 + rng.uniform(-spread, spread, size=3))
    offset = rng.uniform(-0.05, 0.15) + rng.uniform(-spread, spread, size=3) * 0.3
    return np.clip(curved * gain + offset, 0, 1).astype(np.float32)


def _shading(rng: np.random.Generator, height: int, width: int) -> npt.NDArray[np.float32]:
    """Uneven light: a smooth field of few random values."""
    coarse = rng.normal(0, 0.05, size=(3, 3)).astype(np.float32)
    field = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(field[:, :, None], dtype=np.float32)


def _random_center(rng: np.random.Generator, extent: int, covered: float) -> float:
    slack = extent - covered
    return extent / 2 if slack <= 0 else float(rng.uniform(covered / 2, extent - covered / 2))


def _held_inside(wanted: float, extent: int, covered: float) -> float:
    slack = extent - covered
    return extent / 2 if slack <= 0 else float(np.clip(wanted, covered / 2, extent - covered / 2))


def _shift(dx: float, dy: float) -> npt.NDArray[np.float64]:
    matrix = _IDENTITY.copy()
    matrix[:2, 2] = dx, dy
    return matrix


def _to_pixel_centres(matrix: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The same transform for OpenCV, whose whole numbers are the centres of pixels."""
    full = np.vstack((matrix, (0, 0, 1)))
    moved = _shift(-0.5, -0.5) @ full @ _shift(0.5, 0.5)
    return np.asarray(moved[:2], dtype=np.float64)
