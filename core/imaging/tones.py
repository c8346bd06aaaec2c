"""From any kind of pixel value to eight bits of red, green and blue."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import numpy.typing as npt

from core.imaging.arrays import RgbImage

NEUTRAL = 128
"""Grey that shows through transparent pixels: neither the black nor the white of objects."""

LOW_PERCENTILE, HIGH_PERCENTILE = 0.1, 99.9

_SAMPLES = 1 << 20

Sample = TypeVar("Sample", bound=np.generic)


def stretch(
    values: npt.NDArray[np.generic],
    low_percent: float = LOW_PERCENTILE,
    high_percent: float = HIGH_PERCENTILE,
) -> npt.NDArray[np.uint8]:
    """Values of any numeric type as uint8, the range between two percentiles over 0 … 255.

    All channels share one scale, so that colours stay. What is not finite
    becomes 0; an array of one value becomes 0 when that is 0, otherwise grey.
    Percentiles come from at most a million evenly spaced values.
    """
    if values.dtype == np.bool_:
        return values.astype(np.uint8) * np.uint8(255)
    if np.iscomplexobj(values):
        values = np.abs(values)
    sample = values.reshape(-1)[:: max(1, values.size // _SAMPLES)].astype(np.float64)
    sample = sample[np.isfinite(sample)]
    if not len(sample):
        return np.zeros(values.shape, np.uint8)
    low, high = (float(edge) for edge in np.percentile(sample, (low_percent, high_percent)))
    if high <= low:
        low, high = float(sample.min()), float(sample.max())
    if high <= low:
        return np.full(values.shape, NEUTRAL if low else 0, np.uint8)
    return _scaled(values, low, high)


def rgb_of_samples(
    samples: npt.NDArray[np.generic],
    low_percent: float = LOW_PERCENTILE,
    high_percent: float = HIGH_PERCENTILE,
) -> RgbImage:
    """RGB of an array (h, w) or (h, w, n) of any numeric type and number of channels.

    One channel is grey, two are grey and alpha, three RGB, four RGB and alpha;
    of more than four the first three are shown. Deeper values than eight bits
    are stretched between the percentiles.
    """
    if samples.ndim == 2:
        samples = samples[:, :, None]
    channels = samples.shape[2]
    has_alpha = channels in (2, 4)
    color = samples[:, :, : 1 if channels <= 2 else 3]
    eight = color if color.dtype == np.uint8 else stretch(color, low_percent, high_percent)
    rgb = np.ascontiguousarray(np.broadcast_to(eight, (*eight.shape[:2], 3)), np.uint8)
    return over_neutral(rgb, _opacity(samples[:, :, -1])) if has_alpha else rgb


def over_neutral(rgb: RgbImage, opacity: npt.NDArray[np.float32]) -> RgbImage:
    """The image laid over neutral grey; ``opacity`` is (h, w) from 0 to 1."""
    mixed = NEUTRAL + (rgb.astype(np.float32) - NEUTRAL) * opacity[:, :, None]
    rounded: RgbImage = np.rint(mixed).astype(np.uint8)
    return rounded


def turned_upright(image: npt.NDArray[Sample], orientation: int) -> npt.NDArray[Sample]:
    """The stored picture as it should be seen, C-contiguous; EXIF orientation 1 … 8.

    Any other number means that nothing is known, and changes nothing.
    """
    if orientation in (5, 6, 7, 8):
        image = image.swapaxes(0, 1)
    if orientation in (2, 3, 6, 7):
        image = image[:, ::-1]
    if orientation in (3, 4, 7, 8):
        image = image[::-1]
    return np.ascontiguousarray(image)


def _opacity(alpha: npt.NDArray[np.generic]) -> npt.NDArray[np.float32]:
    whole = np.issubdtype(alpha.dtype, np.integer)
    scale = float(2 ** (8 * alpha.dtype.itemsize) - 1) if whole else 1.0
    opacity: npt.NDArray[np.float32] = np.clip(
        np.nan_to_num(alpha.astype(np.float32)) / np.float32(scale), 0, 1
    )
    return opacity


def _scaled(values: npt.NDArray[np.generic], low: float, high: float) -> npt.NDArray[np.uint8]:
    """Linear scale in blocks of rows, so that float copies stay small."""
    result = np.zeros(values.shape, np.uint8)
    rows = max(1, _SAMPLES // max(1, values[:1].size))
    for first in range(0, len(values), rows):
        block = values[first : first + rows].astype(np.float64)
        scaled = np.clip((block - low) * (255 / (high - low)), 0, 255)
        result[first : first + rows] = np.rint(np.nan_to_num(scaled))
    return result
