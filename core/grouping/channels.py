"""The 24 channels from which the edge is learned, in the manner of gPb (PAMI 2011).

Gradients of Lab at three scales; gradients of local histograms of Lab (a
convolutional stand-in for the half-disc χ² of gPb); gradients of texture
energies; local activity. Each as log(x + 0.01).
"""

from __future__ import annotations

import cv2
import numpy as np

from core.grouping.color import FloatImage, blurred, gradient_magnitude
from core.grouping.interruption import Check, unchecked

CHANNEL_COUNT = 24
BIN_COUNT = 8

_COLOR_SIGMAS_PX = (0.8, 1.6, 3.2)
_HISTOGRAM_SIGMAS_PX = (1.5, 3.0, 6.0)
_TEXTURE_SIGMAS_PX = (0.7, 1.4)
_TEXTURE_AREAS_PX = (2.0, 4.0)
_ACTIVITY_AREAS_PX = (3.0, 8.0)
_LOWEST = np.array([0.0, -40.0, -40.0], np.float32)
_SPAN = np.array([100.0, 80.0, 80.0], np.float32)


def edge_channels(lab: FloatImage, check: Check = unchecked) -> FloatImage:
    """Channels of a Lab image (height, width, 3), float32 (24, height, width).

    ``check`` is called between them and may raise to stop.
    """
    shape = (lab.shape[0], lab.shape[1])
    color = [gradient_magnitude(lab, sigma) for sigma in _COLOR_SIGMAS_PX]
    check()
    planes = [magnitude[:, :, plane] for magnitude in color for plane in range(3)]
    half = _halved(lab)
    planes += [_doubled(plane, shape) for plane in _histogram_gradients(half, check)]
    planes += [_doubled(plane, shape) for plane in _texture_gradients(half[:, :, 0])]
    check()
    activity = color[0][:, :, 0]
    planes += [_doubled(blurred(_halved(activity), s / 2), shape) for s in _ACTIVITY_AREAS_PX]
    stacked = np.stack(planes)
    stacked += np.float32(0.01)
    np.log(stacked, out=stacked)
    return stacked


def histogram_bins(lab: FloatImage) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Bin 0 … 7 of each pixel's L, a and b, uint8 (height, width, 3)."""
    scaled = (lab - _LOWEST) * (BIN_COUNT / _SPAN)
    return scaled.clip(0, BIN_COUNT - 1).astype(np.uint8)


def _histogram_gradients(lab: FloatImage, check: Check) -> list[FloatImage]:
    """Gradient of smoothed 8-bin soft histograms: for L, a, b at each scale."""
    position = ((lab - _LOWEST) * ((BIN_COUNT - 1) / _SPAN)).clip(0, BIN_COUNT - 1)
    bins = np.arange(BIN_COUNT, dtype=np.float32)
    gradients = []
    for plane in range(3):
        soft = np.maximum(1.0 - np.abs(position[:, :, plane, None] - bins), 0.0)
        for sigma in _HISTOGRAM_SIGMAS_PX:
            gradients.append(10.0 * _joint_gradient(soft, sigma))
        check()
    return gradients


def _texture_gradients(lightness: FloatImage) -> list[FloatImage]:
    """Gradient of the log energies of second derivatives in four directions."""
    gradients = []
    for sigma in _TEXTURE_SIGMAS_PX:
        smooth = blurred(lightness, sigma)
        xx = cv2.Sobel(smooth, cv2.CV_32F, 2, 0, borderType=cv2.BORDER_REPLICATE)
        yy = cv2.Sobel(smooth, cv2.CV_32F, 0, 2, borderType=cv2.BORDER_REPLICATE)
        xy = cv2.Sobel(smooth, cv2.CV_32F, 1, 1, borderType=cv2.BORDER_REPLICATE)
        mean = (xx + yy) * 0.5
        energies = np.log(np.abs(np.stack([xx, yy, mean + xy, mean - xy], axis=2)) + 1.0)
        gradients += [_joint_gradient(energies, area) for area in _TEXTURE_AREAS_PX]
    return gradients


def _joint_gradient(planes: FloatImage, sigma_px: float) -> FloatImage:
    """Length of the gradient over all planes after smoothing, float32 (height, width)."""
    smooth = np.ascontiguousarray(blurred(planes, sigma_px).transpose(2, 0, 1))
    squared = np.zeros(planes.shape[:2], np.float32)
    for plane in smooth:
        squared += gradient_squared(plane)
    return np.sqrt(squared)


def gradient_squared(plane: FloatImage) -> FloatImage:
    """Squared gradient of one plane by central differences."""
    padded = cv2.copyMakeBorder(plane, 1, 1, 1, 1, cv2.BORDER_REPLICATE)
    across = padded[1:-1, 2:] - padded[1:-1, :-2]
    down = padded[2:, 1:-1] - padded[:-2, 1:-1]
    return np.asarray((across * across + down * down) * np.float32(0.25), np.float32)


def _halved(planes: FloatImage) -> FloatImage:
    height, width = planes.shape[:2]
    size = ((width + 1) // 2, (height + 1) // 2)
    return np.asarray(cv2.resize(planes, size, interpolation=cv2.INTER_AREA), np.float32)


def _doubled(plane: FloatImage, shape: tuple[int, int]) -> FloatImage:
    size = (shape[1], shape[0])
    return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_LINEAR), np.float32)
