"""Pixels as network input: what training and running must do alike. NumPy only."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

_SMALLEST_RANGE = 8.0
_SMALLEST_SHARE = 0.25
_CLIP_LOW, _CLIP_HIGH = -0.5, 2.0


def normalise_percentiles(
    pixels: npt.NDArray[np.uint8], low_percent: float = 1.0, high_percent: float = 99.0
) -> npt.NDArray[np.float32]:
    """Stretch each channel so that its low and high percentile become 0 and 1.

    Takes (H, W, 3), gives float32 (H, W, 3) within [-0.5, 2]. A channel that is
    nearly flat beside the others is stretched less, so that its noise is not
    taken for a picture.
    """
    flat = pixels.reshape(-1, pixels.shape[2])
    step = max(1, len(flat) // 1_000_000)
    low, high = np.percentile(flat[::step], (low_percent, high_percent), axis=0)
    span = high - low
    span = np.maximum(span, max(_SMALLEST_RANGE, _SMALLEST_SHARE * float(span.max())))
    stretched = (pixels.astype(np.float32) - low.astype(np.float32)) / span.astype(np.float32)
    result: npt.NDArray[np.float32] = np.clip(stretched, _CLIP_LOW, _CLIP_HIGH)
    return result
