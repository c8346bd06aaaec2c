"""The similarities of selective search: colour, texture, size, fill (Uijlings, IJCV 2013)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.grouping.color import FloatImage, blurred
from core.grouping.hierarchy import IntArray
from core.grouping.interruption import Check, unchecked
from core.grouping.region_graph import SumArray

COLOR_BINS = 25
DIRECTIONS = 8
TEXTURE_BINS = 10
BOX_COLUMNS = 4

_COLORS = slice(1, 1 + 3 * COLOR_BINS)
_TEXTURES = slice(_COLORS.stop, _COLORS.stop + 3 * DIRECTIONS * TEXTURE_BINS)
_LOWEST = np.array([0.0, -60.0, -60.0], np.float32)
_SPAN = np.array([100.0, 120.0, 120.0], np.float32)
_STEEPEST = np.array([10.0, 8.0, 8.0], np.float32)
"""Lab per pixel beyond which a derivative falls into the last bin."""


@dataclass(frozen=True, slots=True)
class SimilarityCost:
    """One minus the mean of the four similarities; ``image_area`` in pixels."""

    image_area: float

    def __call__(self, first: SumArray, second: SumArray, border: SumArray) -> SumArray:
        """Cost in [0, 1] of every pair of rows of ``similarity_sums``."""
        areas, other_areas = first[:, 0], second[:, 0]
        one, other = first / areas[:, None], second / other_areas[:, None]
        color = np.minimum(one[:, _COLORS], other[:, _COLORS]).sum(axis=1) / 3
        texture = np.minimum(one[:, _TEXTURES], other[:, _TEXTURES]).sum(axis=1)
        texture /= 3 * DIRECTIONS
        together = areas + other_areas
        size = 1.0 - together / self.image_area
        edges = np.maximum(first[:, -BOX_COLUMNS:], second[:, -BOX_COLUMNS:])
        box = (edges[:, 2] + edges[:, 0]) * (edges[:, 3] + edges[:, 1])
        fill = 1.0 - (box - together) / self.image_area
        return np.asarray(np.clip(1.0 - (color + texture + size + fill) / 4, 0.0, 1.0))


def similarity_sums(labels: IntArray, lab: FloatImage, check: Check = unchecked) -> SumArray:
    """Area, histograms of colour and texture, and box of every region, float64 (n, 320).

    The box comes last as −left, −top, right, bottom, which unite by their maximum.
    ``check`` is called between the histograms and may raise to stop.
    """
    count = int(labels.max()) + 1
    flat = labels.reshape(-1)
    sums = np.zeros((count, _TEXTURES.stop + BOX_COLUMNS))
    sums[:, 0] = np.bincount(flat, minlength=count)
    place = 1
    for plane in range(3):
        share = (lab[:, :, plane] - _LOWEST[plane]) / _SPAN[plane]
        sums[:, place : place + COLOR_BINS] = _histogram(flat, share, COLOR_BINS, count)
        place += COLOR_BINS
        check()
    smooth = blurred(lab, 1.0)
    for plane in range(3):
        down, across = _derivatives(smooth[:, :, plane])
        for turn in np.arange(DIRECTIONS) * (2 * np.pi / DIRECTIONS):
            steepness = np.float32(np.cos(turn)) * across + np.float32(np.sin(turn)) * down
            share = np.maximum(steepness, 0) / _STEEPEST[plane]
            sums[:, place : place + TEXTURE_BINS] = _histogram(flat, share, TEXTURE_BINS, count)
            place += TEXTURE_BINS
            check()
    sums[:, place:] = _boxes(labels, count)
    return sums


def _derivatives(plane: FloatImage) -> tuple[FloatImage, FloatImage]:
    """Down and across, zero along the border."""
    down, across = np.zeros_like(plane), np.zeros_like(plane)
    down[1:-1] = (plane[2:] - plane[:-2]) * np.float32(0.5)
    across[:, 1:-1] = (plane[:, 2:] - plane[:, :-2]) * np.float32(0.5)
    return down, across


def _histogram(flat: IntArray, share: FloatImage, bins: int, count: int) -> SumArray:
    places = (share.reshape(-1) * np.float32(bins)).clip(0, bins - 1).astype(np.int64)
    places += flat.astype(np.int64) * bins
    found = np.bincount(places, minlength=count * bins).reshape(count, bins)
    return found.astype(np.float64)


def _boxes(labels: IntArray, count: int) -> SumArray:
    flat = labels.reshape(-1)
    rows, columns = np.divmod(np.arange(labels.size), labels.shape[1])
    edges = np.full((count, BOX_COLUMNS), -np.inf)
    for column, values in enumerate((-columns, -rows, columns + 1, rows + 1)):
        np.maximum.at(edges[:, column], flat, values.astype(np.float64))
    return edges
