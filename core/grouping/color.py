"""Work scale, colour space and the plain colour gradient."""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from core.grouping.interruption import Check, abandonable

RgbImage = npt.NDArray[np.uint8]
FloatImage = npt.NDArray[np.float32]

WORK_PIXELS = 260_000
"""Above this number of pixels an image is reduced before it is grouped."""


def octave_shapes(shape: tuple[int, int], work_pixels: int) -> list[tuple[int, int]]:
    """Sizes from the work scale up to ``shape``, (height, width) each, in equal steps.

    A step is about an octave: at most by 2.25, so that no last step is wasted on
    a few per cent.
    """
    height, width = shape
    ratio = math.sqrt(height * width / work_pixels)
    if ratio <= 1.0:
        return [shape]
    steps = max(1, math.ceil(math.log(ratio) / math.log(2.25)))
    factors = [ratio ** ((step - steps) / steps) for step in range(steps)]
    smaller = [(max(1, math.floor(height * f)), max(1, math.floor(width * f))) for f in factors]
    return [*smaller, shape]


def resized(image: RgbImage, shape: tuple[int, int]) -> RgbImage:
    """The image reduced to (height, width) by averaging areas."""
    if image.shape[:2] == shape:
        return image
    reduced = cv2.resize(image, (shape[1], shape[0]), interpolation=cv2.INTER_AREA)
    return np.asarray(reduced, np.uint8)


def resized_while(image: RgbImage, shape: tuple[int, int], check: Check) -> RgbImage:
    """As ``resized``; of a large image it can be called off in the middle."""
    if image.shape[:2] == shape:
        return image
    if image.size < _LARGE_VALUES:
        return resized(image, shape)
    return abandonable(lambda: resized(image, shape), check)


def stretched(image: RgbImage) -> RgbImage:
    """The image with a usual range of brightness, for dim ones such as fluorescence.

    All channels are scaled alike, at most eightfold; images that span enough,
    or next to nothing (they would show their noise only), come back as they are.
    """
    low, high = (float(value) for value in np.percentile(image, (0.5, 99.5)))
    span = high - low
    if not _LEAST_SPAN <= span < _USUAL_SPAN:
        return image
    gain = min(_USUAL_SPAN / span, _LARGEST_GAIN)
    levels = (np.arange(256) - low) * gain + max(0.0, min(low, 255 - _USUAL_SPAN))
    return np.asarray(np.clip(np.round(levels), 0, 255).astype(np.uint8)[image])


def to_lab(image: RgbImage) -> FloatImage:
    """CIELAB of a uint8 RGB image, float32 (height, width, 3); L in 0 … 100."""
    scaled = image.astype(np.float32) / np.float32(255)
    return np.asarray(cv2.cvtColor(scaled, cv2.COLOR_RGB2LAB), np.float32)


def to_coarse_lab(image: RgbImage) -> RgbImage:
    """CIELAB in bytes as OpenCV packs it: L·255/100, a + 128, b + 128; fast, for comparing."""
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2LAB), np.uint8)


def gradient_magnitude(planes: FloatImage, sigma_px: float) -> FloatImage:
    """Gradient magnitude of each plane after Gaussian smoothing; same shape as ``planes``."""
    smooth = blurred(planes, sigma_px)
    across = cv2.filter2D(smooth, cv2.CV_32F, _CENTRAL_DIFFERENCE, borderType=cv2.BORDER_REPLICATE)
    down = cv2.filter2D(smooth, cv2.CV_32F, _CENTRAL_DIFFERENCE.T, borderType=cv2.BORDER_REPLICATE)
    magnitude = np.sqrt(across * across + down * down)
    return np.asarray(magnitude, np.float32).reshape(planes.shape)


def color_gradient(lab: FloatImage, sigma_px: float) -> FloatImage:
    """Length of the gradient over all three channels of Lab, float32 (height, width)."""
    magnitude = gradient_magnitude(lab, sigma_px)
    return np.asarray(np.sqrt(np.einsum("yxc,yxc->yx", magnitude, magnitude)), np.float32)


def blurred(planes: FloatImage, sigma_px: float) -> FloatImage:
    """Gaussian smoothing, borders replicated; float32 of the same shape."""
    smooth = cv2.GaussianBlur(planes, (0, 0), sigma_px, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(smooth, np.float32).reshape(planes.shape)


_LARGE_VALUES = 10_000_000
_LEAST_SPAN, _USUAL_SPAN, _LARGEST_GAIN = 6.0, 128.0, 8.0
_CENTRAL_DIFFERENCE = np.array([[-0.5, 0.0, 0.5]], np.float32)
