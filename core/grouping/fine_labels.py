"""Leaves of a very large image at full resolution, worked out tile by tile where needed."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.document.mask import PixelBox
from core.grouping.color import FloatImage, RgbImage, resized_while
from core.grouping.enlarging import REACH_PX, mean_colors, move_borders, source_indices
from core.grouping.hierarchy import IntArray
from core.grouping.interruption import Check, unchecked

TILE_PX = 256


class FineLabels:
    """Labels at the scale of an image, from labels at a smaller one.

    With ``image`` borders are moved by colour, without it the small pixels are
    repeated. Tiles are kept, and are the same whichever region asks for them,
    so regions never overlap.
    """

    def __init__(self, labels: IntArray, shape: tuple[int, int], image: RgbImage | None) -> None:
        self._labels = labels
        self._shape = shape
        self._image = image
        self._rows = source_indices(shape[0], labels.shape[0])
        self._columns = source_indices(shape[1], labels.shape[1])
        self._tiles: dict[tuple[int, int], IntArray] = {}
        self._colors: FloatImage | None = None

    def label_at(self, row: int, column: int) -> int:
        """Leaf of a pixel of the image, borders not moved."""
        return int(self._labels[self._rows[row], self._columns[column]])

    def all(self, values: IntArray) -> IntArray:
        """``values`` of every pixel's leaf over the whole image, borders not moved."""
        painted = values[self._labels]
        if self._labels.shape == self._shape:
            return painted
        return np.asarray(painted[self._rows[:, None], self._columns], np.int32)

    def counts(
        self, inside: npt.NDArray[np.bool_], box: PixelBox, leaves: int, check: Check = unchecked
    ) -> npt.NDArray[np.int64]:
        """How many of the pixels marked in a rectangle each leaf has, borders not moved."""
        found = np.zeros(leaves, np.int64)
        for top in range(0, box.height, TILE_PX):
            check()
            band = inside[top : top + TILE_PX]
            part = PixelBox(box.left, box.top + top, box.width, len(band))
            found += np.bincount(self._repeated(part)[band], minlength=leaves)
        return found

    @property
    def are_moved(self) -> bool:
        """Whether borders are moved, so that ``inside`` says more than ``roughly_inside``."""
        return self._image is not None and self._labels.shape != self._shape

    def roughly_inside(
        self, first: int, last: int, box: PixelBox
    ) -> tuple[npt.NDArray[np.bool_], PixelBox]:
        """As ``inside``, borders not moved: nothing is looked at but the small labels."""
        small = _in_range(self._labels[box.slices], first, last)
        if self._labels.shape == self._shape:
            return small, box
        window = self._window_of(box)
        rows, columns = window.slices
        taken = small[self._rows[rows] - box.top]
        return taken.take(self._columns[columns] - box.left, axis=1), window

    def inside(
        self, first: int, last: int, box: PixelBox, check: Check = unchecked
    ) -> tuple[npt.NDArray[np.bool_], PixelBox]:
        """Which pixels have a leaf of ``first`` … ``last − 1``, and the rectangle meant.

        ``box`` holds these leaves in the pixels of the small labels. ``check`` is
        called between rows of tiles and may raise to stop.
        """
        if self._labels.shape == self._shape:
            return _in_range(self._labels[box.slices], first, last), box
        window = self._window_of(box)
        if self._image is None:
            found = np.zeros((window.height, window.width), np.bool_)
            for top in range(0, window.height, TILE_PX):
                check()
                band = found[top : top + TILE_PX]
                part = PixelBox(window.left, window.top + top, window.width, len(band))
                band[:] = _in_range(self._repeated(part), first, last)
            return found, window
        window = self._grown(window)
        found = np.zeros((window.height, window.width), np.bool_)
        for top in range(window.top - window.top % TILE_PX, window.bottom, TILE_PX):
            for left in range(window.left - window.left % TILE_PX, window.right, TILE_PX):
                check()
                part = window.intersected(PixelBox(left, top, TILE_PX, TILE_PX))
                found[_within(part, window).slices] = self._tile_inside(first, last, part, check)
        return found, window

    def _window_of(self, box: PixelBox) -> PixelBox:
        """The pixels of the image that a rectangle of the small labels stands for."""
        x0, x1 = (int(x) for x in np.searchsorted(self._columns, (box.left, box.right)))
        y0, y1 = (int(y) for y in np.searchsorted(self._rows, (box.top, box.bottom)))
        return PixelBox(x0, y0, x1 - x0, y1 - y0)

    def _tile_inside(
        self, first: int, last: int, part: PixelBox, check: Check
    ) -> npt.NDArray[np.bool_]:
        rows, columns = self._grown(part).slices
        seen = self._labels[self._rows[rows][0] : self._rows[rows][-1] + 1]
        seen = seen[:, self._columns[columns][0] : self._columns[columns][-1] + 1]
        rough = _in_range(seen, first, last)
        if rough.all() or not rough.any():
            return np.full((part.height, part.width), bool(rough[0, 0]))
        top, left = part.top - part.top % TILE_PX, part.left - part.left % TILE_PX
        tile = self._tiles.get((top, left))
        if tile is None:
            tile = self._tiles[top, left] = self._moved(
                PixelBox(left, top, TILE_PX, TILE_PX), check
            )
        return _in_range(tile[_within(part, PixelBox(left, top, 0, 0)).slices], first, last)

    def _moved(self, tile: PixelBox, check: Check) -> IntArray:
        """The tile with moved borders; what is around it takes part, as far as it can matter."""
        assert self._image is not None  # noqa: S101 - only asked for with an image
        tile = tile.intersected(PixelBox(0, 0, self._shape[1], self._shape[0]))
        wide = self._grown(tile)
        if self._colors is None:
            height, width = self._labels.shape
            self._colors = mean_colors(
                self._labels, resized_while(self._image, (height, width), check), check
            )
        pixels = np.ascontiguousarray(self._image[wide.slices])
        phase = (wide.top & 1, wide.left & 1)
        moved = move_borders(self._repeated(wide), pixels, self._colors, phase)
        return moved[_within(tile, wide).slices].copy()

    def _repeated(self, box: PixelBox) -> IntArray:
        rows, columns = box.slices
        return np.asarray(self._labels[self._rows[rows, None], self._columns[columns]], np.int32)

    def _grown(self, box: PixelBox) -> PixelBox:
        wider = PixelBox(
            box.left - REACH_PX,
            box.top - REACH_PX,
            box.width + 2 * REACH_PX,
            box.height + 2 * REACH_PX,
        )
        return wider.intersected(PixelBox(0, 0, self._shape[1], self._shape[0]))


def _in_range(labels: IntArray, first: int, last: int) -> npt.NDArray[np.bool_]:
    # One comparison for both ends: below the range wraps around to a large number.
    offset = labels - np.int32(first)
    return np.asarray(offset.view(np.uint32) < np.uint32(last - first))


def _within(part: PixelBox, whole: PixelBox) -> PixelBox:
    return PixelBox(part.left - whole.left, part.top - whole.top, part.width, part.height)
