"""Boundaries between superpixels, drawn at the resolution of the view."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from core.document.geometry import Size
from gui.canvas.layers.raster import ArgbArray
from gui.canvas.layers.window import RenderWindow

LabelArray = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Superpixels:
    """A partition of the image: ``regions`` of the labels of its pixels.

    ``labels`` is int32 of shape (h, w) and spans the whole image, at its own or at
    a smaller resolution. ``regions`` joins labels, int32 (labels,); None when each
    is a superpixel of its own. So another cut of a hierarchy is a short array.
    """

    labels: LabelArray
    regions: LabelArray | None = None

    def sampled(
        self, rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp]
    ) -> npt.NDArray[np.integer]:
        """The superpixel of every pixel of a grid of rows and columns."""
        labels = self.labels.take(rows, axis=0).take(columns, axis=1)
        if self.regions is None:
            return labels
        # Half as wide numbers are compared twice as fast; there are no more regions than labels.
        small = len(self.regions) < _MOST_SMALL
        table = self.regions.astype(np.uint16) if small else self.regions
        return table.take(labels)


_MOST_SMALL = 65536
LINE = (165, 165, 165, 165)
HALO = (0, 0, 0, 80)
_PIXELS = np.array([(0, 0, 0, 0), HALO, LINE], np.uint8).view(np.uint32)[:, 0]


def draw_boundaries(
    target: ArgbArray, shown: Superpixels, image: Size, window: RenderWindow, line_px: int
) -> None:
    """Draw the edges between superpixels into a window's array, in place.

    A boundary lies in the first device pixel behind the edge, wherever the window
    begins.
    """
    inside = window.pixels_of(image.box).intersected(window.box)
    if inside.is_empty:
        return
    scale = window.scale
    height, width = shown.labels.shape
    rows = sources(inside.top - 1, inside.height + 1, scale, image.height, height)
    columns = sources(inside.left - 1, inside.width + 1, scale, image.width, width)
    sampled = shown.sampled(rows, columns)
    edges = (sampled[1:, 1:] != sampled[:-1, 1:]) | (sampled[1:, 1:] != sampled[1:, :-1])
    line = edges.view(np.uint8)
    if line_px > 1:
        line = cv2.dilate(line, np.ones((line_px, line_px), np.uint8), anchor=(line_px - 1,) * 2)
    # 0 where nothing is drawn, 1 on the halo, 2 on the line: one table paints both.
    codes = cv2.dilate(line, np.ones((3, 3), np.uint8)) + line
    left, top = inside.left - window.box.left, inside.top - window.box.top
    part = target[top : top + inside.height, left : left + inside.width].view(np.uint32)[:, :, 0]
    np.copyto(part, _PIXELS.take(codes), where=codes != 0)


def sources(
    start: int, count: int, scale: float, image_extent: int, label_extent: int
) -> npt.NDArray[np.intp]:
    """Index of the label under the centre of each device pixel."""
    centres = (np.arange(start, start + count) + 0.5) / scale
    places = np.floor(centres * (label_extent / image_extent)).astype(np.intp)
    inside: npt.NDArray[np.intp] = np.clip(places, 0, label_extent - 1)
    return inside
