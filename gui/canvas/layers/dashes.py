"""Cuts outlines into dashes or dots, all outlines of a colour at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

PixelArray = npt.NDArray[np.float64]
"""Points in device pixels, float64 of shape (n, 2)."""


def dash_segments(rings: list[PixelArray], on_px: float, off_px: float) -> PixelArray:
    """Straight pieces of the dashes along closed rings, float64 of shape (m, 2, 2).

    The pattern is stretched to fit a whole number of times into each ring, so
    that there is no seam where it closes.
    """
    rings = [ring for ring in rings if len(ring) >= 2]
    if not rings:
        return np.zeros((0, 2, 2), np.float64)
    pieces = [_cut(ring, on_px, on_px + off_px) for ring in rings]
    return np.concatenate(pieces)


def _cut(ring: PixelArray, on_px: float, period_px: float) -> PixelArray:
    closed = np.concatenate((ring, ring[:1]))
    lengths = np.hypot(*np.diff(closed, axis=0).T)
    places = np.concatenate(([0.0], np.cumsum(lengths)))
    total = places[-1]
    count = round(total / period_px)
    if count < 1:
        return np.stack((closed[:-1], closed[1:]), axis=1)
    stretch = total / (count * period_px)
    starts = np.arange(count) * (period_px * stretch)
    breaks = np.unique(np.concatenate((places, starts, starts + on_px * stretch)))
    middles = (breaks[:-1] + breaks[1:]) / 2
    is_on = np.mod(middles, period_px * stretch) < on_px * stretch
    points = np.stack([np.interp(breaks, places, closed[:, axis]) for axis in (0, 1)], axis=1)
    return np.stack((points[:-1][is_on], points[1:][is_on]), axis=1)
