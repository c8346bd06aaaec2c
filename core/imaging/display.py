"""How a picture is shown: tones, channels and the range of deep values; never what is stored."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from core.imaging.arrays import BgraImage, RgbImage, SampleImage
from core.imaging.tones import HIGH_PERCENTILE, LOW_PERCENTILE, rgb_of_samples, stretch

STRETCH_LOW_PERCENT, STRETCH_HIGH_PERCENT = 1.0, 99.8
_OPAQUE = np.array([0, 0, 0, 255], np.uint8).view(np.uint32)[0]


@dataclass(frozen=True, slots=True)
class Tones:
    """What a person chose to see.

    ``brightness`` and ``contrast`` lie within -1 … 1 with 0 for as it is; ``gamma``
    above 1 lifts the shadows. ``stretched`` spreads the tones between two
    percentiles of the picture over the whole range of the screen. ``band`` shows
    one channel alone as grey (0 is red), ``grey`` the luminance.
    """

    brightness: float = 0.0
    contrast: float = 0.0
    gamma: float = 1.0
    stretched: bool = False
    low_percent: float = STRETCH_LOW_PERCENT
    high_percent: float = STRETCH_HIGH_PERCENT
    band: int | None = None
    grey: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class ToneMap:
    """Tones worked out for one picture: a table of shape (256,) and the channel it is read from.

    ``band`` is a channel of red, green, blue; None for all of them.
    """

    table: npt.NDArray[np.uint8]
    band: int | None = None
    grey: bool = False

    def applied(self, pixels: BgraImage) -> BgraImage:
        """The pixels as they are to be seen; the same shape, a new array, opaque."""
        if self.band is None and not self.grey:
            shown = cv2.LUT(pixels, self.table)
            whole = shown.view(np.uint32)
            np.bitwise_or(whole, _OPAQUE, out=whole)
            return np.asarray(shown, np.uint8)
        if self.grey:
            single = cv2.cvtColor(pixels, cv2.COLOR_BGRA2GRAY)
        else:
            single = cv2.extractChannel(pixels, 2 - min(self.band or 0, 2))
        single = cv2.LUT(single, self.table)
        return np.asarray(cv2.cvtColor(single, cv2.COLOR_GRAY2BGRA), np.uint8)


def tone_map(tones: Tones, smallest_level: BgraImage, *, is_ranged: bool = False) -> ToneMap | None:
    """What to do to the pixels of a picture; None when they are shown as they are.

    Percentiles are read off its smallest level (uint8 of shape (h, w, 4)), over all
    colours together, so that hues stay. ``is_ranged`` says that the pixels were made
    of deeper values between those percentiles, and of the band, already.
    """
    band, grey = (None, False) if is_ranged and tones.band is not None else (tones.band, tones.grey)
    low, high = 0.0, 255.0
    if tones.stretched and not is_ranged:
        seen = smallest_level[..., :3]
        if band is not None or grey:
            seen = ToneMap(np.arange(256, dtype=np.uint8), band, grey).applied(smallest_level)
        low, high = np.percentile(seen[..., :3], (tones.low_percent, tones.high_percent))
    table = _table(tones, float(low), float(high))
    if band is None and not grey and np.array_equal(table, np.arange(256)):
        return None
    return ToneMap(table, band, grey)


def needs_samples(tones: Tones) -> bool:
    """Whether deep or many-channelled values have to be brought to eight bits anew."""
    return tones.stretched or tones.band is not None


def rgb_of_band(samples: SampleImage, tones: Tones) -> RgbImage:
    """Eight bits of the file's own values: the chosen band and range; (h, w, 3), contiguous.

    A band that the picture does not have is its last one. Without a stretch the
    range is the usual one of deep pictures.
    """
    low, high = LOW_PERCENTILE, HIGH_PERCENTILE
    if tones.stretched:
        low, high = tones.low_percent, tones.high_percent
    if tones.band is None or samples.ndim == 2:
        return rgb_of_samples(samples, low, high)
    single = samples[:, :, min(tones.band, samples.shape[2] - 1)]
    eight = stretch(np.ascontiguousarray(single), low, high)
    return np.ascontiguousarray(np.broadcast_to(eight[:, :, None], (*eight.shape, 3)))


def band_count(samples: SampleImage | None) -> int:
    """Number of channels that a picture has; three for RGB of eight bits."""
    if samples is None:
        return 3
    return 1 if samples.ndim == 2 else int(samples.shape[2])


def _table(tones: Tones, low: float, high: float) -> npt.NDArray[np.uint8]:
    values = (np.arange(256, dtype=np.float64) - low) / max(high - low, 1.0)
    values = np.clip(values, 0.0, 1.0) ** (1.0 / max(tones.gamma, 0.01))
    values = (values - 0.5) * 4.0**tones.contrast + 0.5 + tones.brightness
    table: npt.NDArray[np.uint8] = np.rint(np.clip(values, 0.0, 1.0) * 255).astype(np.uint8)
    return table
