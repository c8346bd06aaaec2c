"""Outlines that run along edges of the picture from one point to another.

Intelligent scissors after Mortensen and Barrett (1995), as OpenCV implements
them: shortest paths over a cost of gradients, from one start to everywhere.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from core.document.geometry import FloatArray, Size
from core.document.mask import PixelBox
from core.imaging.arrays import RgbImage

_SIDE_PX = 448
"""Side of the square that is searched: its map takes some 60 ms, once for each start."""

_CANNY_LOW, _CANNY_HIGH = 16, 50
_STRONGEST_GRADIENT = 120.0
_SIMPLIFIED_PX = 0.75
_BLUR_PX = 1.0
_FAINTEST_EDGE = 40.0
"""Of Sobel's sum: about ten grey levels from one pixel to the next."""


class LiveWire:
    """Paths from one start to any point around it.

    ``image`` is uint8 of shape (height, width, 3). The square around the start
    is searched at one pixel for each ``pixel_px`` × ``pixel_px`` of the image,
    so what a person sees at a small scale costs no more than at a large one.
    Raises ValueError for a start outside of the image.
    """

    def __init__(self, image: RgbImage, start: tuple[float, float], pixel_px: int = 1) -> None:
        size = Size(image.shape[1], image.shape[0])
        if not size.box.expanded(1e-6).contains(*start):
            raise ValueError("the start lies outside of the image")
        self._start = start
        self._pixel_px = max(pixel_px, 1)
        side = _SIDE_PX * self._pixel_px
        left, top = (int(value) - side // 2 for value in start)
        self._window = PixelBox(left, top, side, side).clipped(size)
        self._shape, self._scissors = self._map(image)

    def path_to(self, x: float, y: float) -> FloatArray:
        """Points from the start to (x, y), float64 of shape (n, 2), n ≥ 2.

        Beyond the square that was searched, and where no path was found, it is
        straight.
        """
        window = self._window
        inside_x = min(max(x, window.left), window.right - 1e-6)
        inside_y = min(max(y, window.top), window.bottom - 1e-6)
        pixels = self._contour(self._pixel(inside_x, inside_y))
        between = (pixels[1:-1] + 0.5) * self._pixel_px + (window.left, window.top)
        ends = [(inside_x, inside_y)] if (inside_x, inside_y) != (x, y) else []
        return np.array([self._start, *map(tuple, between.tolist()), *ends, (x, y)], np.float64)

    def _contour(self, pixel: tuple[int, int]) -> FloatArray:
        """Pixels from the start to another, those in between left out where it runs straight."""
        try:
            contour = self._scissors.getContour(pixel)
        except cv2.error:
            # Some of OpenCV's maps run in circles, in plain colour above all.
            return np.zeros((0, 2))
        fewer = cv2.approxPolyDP(contour, _SIMPLIFIED_PX, False)
        return np.asarray(fewer, np.float64).reshape(-1, 2)

    def _map(self, image: RgbImage) -> tuple[tuple[int, int], Any]:
        """Shape (width, height) of what is searched, and OpenCV's map of paths over it."""
        crop = np.ascontiguousarray(image[self._window.slices])
        shape = (
            max(round(self._window.width / self._pixel_px), 3),
            max(round(self._window.height / self._pixel_px), 3),
        )
        if shape != (self._window.width, self._window.height):
            crop = cv2.resize(crop, shape, interpolation=cv2.INTER_AREA)
        # Perfectly sharp edges all cost nothing, and OpenCV's paths then run in circles.
        crop = cv2.GaussianBlur(crop, (0, 0), _BLUR_PX)
        scissors = cv2.segmentation.IntelligentScissorsMB()
        scissors.setEdgeFeatureCannyParameters(_CANNY_LOW, _CANNY_HIGH)
        scissors.setGradientMagnitudeMaxLimit(_STRONGEST_GRADIENT)
        scissors.applyImage(crop)
        self._shape = shape
        scissors.buildMap(self._pixel(*self._start))
        return shape, scissors

    def _pixel(self, x: float, y: float) -> tuple[int, int]:
        column = int((x - self._window.left) / self._pixel_px)
        row = int((y - self._window.top) / self._pixel_px)
        return min(max(column, 0), self._shape[0] - 1), min(max(row, 0), self._shape[1] - 1)


def strongest_edge(image: RgbImage, x: float, y: float, reach_px: float) -> tuple[float, float]:
    """The middle of the pixel with the steepest colour near a point, or the point itself.

    ``image`` is uint8 of shape (height, width, 3). Only pixels within
    ``reach_px`` of the point count, and only where the picture is not nearly
    plain.
    """
    size = Size(image.shape[1], image.shape[0])
    reach = int(np.ceil(reach_px)) + 2
    window = PixelBox(int(x) - reach, int(y) - reach, 2 * reach + 1, 2 * reach + 1).clipped(size)
    if window.width < 3 or window.height < 3:
        return x, y
    grey = cv2.cvtColor(np.ascontiguousarray(image[window.slices]), cv2.COLOR_RGB2GRAY)
    across, down = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    rows, columns = np.indices(grey.shape)
    distance = np.hypot(columns + window.left + 0.5 - x, rows + window.top + 0.5 - y)
    steepness = np.where(distance <= reach_px, np.hypot(across, down), 0.0)
    row, column = np.unravel_index(int(np.argmax(steepness)), steepness.shape)
    if steepness[row, column] < _FAINTEST_EDGE:
        return x, y
    return float(column) + window.left + 0.5, float(row) + window.top + 0.5
