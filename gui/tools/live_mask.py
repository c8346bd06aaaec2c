"""The pixels of a stroke while it grows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.document.geometry import Box, Size
from core.document.mask import EMPTY_BOX, BoolArray, Mask, PixelBox
from core.imaging.disk_strokes import RowRuns

_MARGIN_PX = 64


class LiveMask:
    """A set of pixels that is only added to, kept in a window that grows with it.

    What an addition costs follows its own size, not that of the stroke or the image.
    """

    def __init__(self, size: Size) -> None:
        self._size = size
        self._window_box = EMPTY_BOX
        self._window: BoolArray = np.zeros((0, 0), np.bool_)
        self._box = EMPTY_BOX
        self._mask: Mask | None = Mask.empty()
        self._added: list[PixelBox] = []

    @property
    def box(self) -> PixelBox:
        """Tight box around the pixels."""
        return self._box

    def add(self, footprint: Mask | RowRuns) -> None:
        """Add pixels; those of a mask that lie outside the image are left out."""
        if isinstance(footprint, Mask):
            footprint = footprint.clipped(self._size)
        box = footprint.box
        if box.is_empty:
            return
        self._box = self._box.united(box)
        self._grow()
        if isinstance(footprint, Mask):
            self._window[_within(self._window_box, box)] |= footprint.crop()
        else:
            footprint.fill(self._window, self._window_box.left, self._window_box.top)
        self._added.append(box)
        self._mask = None

    def view(self) -> StrokePixels:
        """The pixels so far, to be looked at without a copy."""
        return StrokePixels(self, len(self._added), self._box)

    def pixels_in(self, box: PixelBox) -> BoolArray:
        """The pixels of a rectangle inside of the tight box; to be read only."""
        return self._window[_within(self._window_box, box)]

    def added_since(self, count: int) -> PixelBox:
        """A box around all that was added after the first ``count`` additions."""
        around = EMPTY_BOX
        for box in self._added[count:]:
            around = around.united(box)
        return around

    def to_mask(self) -> Mask:
        """The pixels so far; the same object until something is added."""
        if self._mask is None:
            # The box of a union is the union of the boxes, so there is nothing to tighten.
            pixels = self._window[_within(self._window_box, self._box)]
            self._mask = Mask(self._box, np.packbits(pixels))
        return self._mask

    def _grow(self) -> None:
        """Make the window hold the box, with room for what comes next on the sides that moved."""
        old, box = self._window_box, self._box
        if not old.is_empty and old.united(box) == old:
            return
        reach_x, reach_y = box.width // 2 + _MARGIN_PX, box.height // 2 + _MARGIN_PX
        left = box.left - reach_x if old.is_empty or box.left < old.left else old.left
        top = box.top - reach_y if old.is_empty or box.top < old.top else old.top
        right = box.right + reach_x if old.is_empty or box.right > old.right else old.right
        bottom = box.bottom + reach_y if old.is_empty or box.bottom > old.bottom else old.bottom
        self._window_box = PixelBox(left, top, right - left, bottom - top).clipped(self._size)
        window = np.zeros((self._window_box.height, self._window_box.width), np.bool_)
        if not old.is_empty:
            window[_within(self._window_box, old)] = self._window
        self._window = window


@dataclass(frozen=True, slots=True, eq=False)
class StrokePixels:
    """A look at a growing stroke: what it held after so many additions, and where.

    Pixels are read from the stroke itself, so one that was taken earlier shows what
    has been added since as well.
    """

    stroke: LiveMask
    additions: int
    box: PixelBox

    @property
    def bounds(self) -> Box:
        """Bounding box in pixel-edge floats."""
        return self.box.box

    @property
    def is_empty(self) -> bool:
        """Whether it has no pixel."""
        return self.box.is_empty

    def pixels_in(self, box: PixelBox) -> BoolArray:
        """The pixels of a rectangle inside of ``box``; to be read only."""
        return self.stroke.pixels_in(box)

    def grown_since(self, earlier: StrokePixels) -> PixelBox:
        """A box around every pixel that an earlier look at the same stroke lacked."""
        return self.stroke.added_since(earlier.additions)


def _within(outer: PixelBox, inner: PixelBox) -> tuple[slice, slice]:
    return PixelBox(
        inner.left - outer.left, inner.top - outer.top, inner.width, inner.height
    ).slices
