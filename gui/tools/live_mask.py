"""The pixels of a stroke while it grows."""

from __future__ import annotations

import numpy as np

from core.document.geometry import Size
from core.document.mask import EMPTY_BOX, BoolArray, Mask, PixelBox

_MARGIN_PX = 64


class LiveMask:
    """A set of pixels that is only added to, kept in a window that grows with it.

    Its cost follows the size of the stroke, not of the image.
    """

    def __init__(self, size: Size) -> None:
        self._size = size
        self._window_box = EMPTY_BOX
        self._window: BoolArray = np.zeros((0, 0), np.bool_)
        self._box = EMPTY_BOX
        self._mask: Mask | None = Mask.empty()

    @property
    def box(self) -> PixelBox:
        """Tight box around the pixels."""
        return self._box

    def add(self, footprint: Mask) -> None:
        """Add pixels; those outside the image are left out."""
        footprint = footprint.clipped(self._size)
        if footprint.is_empty:
            return
        self._box = self._box.united(footprint.box)
        self._grow()
        self._window[_within(self._window_box, footprint.box)] |= footprint.crop()
        self._mask = None

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


def _within(outer: PixelBox, inner: PixelBox) -> tuple[slice, slice]:
    return PixelBox(
        inner.left - outer.left, inner.top - outer.top, inner.width, inner.height
    ).slices
