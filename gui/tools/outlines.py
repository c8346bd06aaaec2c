"""The outlines of objects as vertices may lie on them, traced once and kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from core.document.annotation import Geometry
from core.document.geometry import Box, FloatArray, Polygon, RotatedBox
from core.document.mask import Mask, PixelBox
from core.imaging.tracing import trace_mask

_MOST_KEPT = 256
_LARGEST_TRACED_PX = 4_000_000  # tracing a larger mask as a whole would be felt under the hand
_CELL_PX = 512
MARGIN_PX = 256
"""So far around the pointer the outline of a large mask is known at least."""

_EVERYWHERE = Box.from_corners(-1e9, -1e9, 1e9, 1e9)


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """A closed ring, float64 of shape (n, 2).

    Where the ring runs along the sides of ``known`` it is no outline: a large mask
    was cut off there.
    """

    ring: FloatArray
    known: Box = _EVERYWHERE

    def is_real(self, points: FloatArray) -> bool:
        """Whether none of some vertices lies where the mask was cut off."""
        left, top = self.known.x, self.known.y
        corner = (self.known.right, self.known.bottom)
        return not bool(((points <= (left, top)) | (points >= corner)).any())


class OutlineCache:
    """Gives the same outlines each time, so that points on one are known as such."""

    def __init__(self) -> None:
        self._kept: OrderedDict[
            tuple[int, tuple[int, int] | None], tuple[Geometry, tuple[Outline, ...]]
        ] = OrderedDict()

    def near(self, geometry: Geometry, x: float, y: float) -> tuple[Outline, ...]:
        """The outlines of a shape; of a large mask those around a point."""
        cell = None
        if isinstance(geometry, Mask) and _area(geometry.box) > _LARGEST_TRACED_PX:
            cell = int(x // _CELL_PX), int(y // _CELL_PX)
        key = (id(geometry), cell)
        kept = self._kept.get(key)
        if kept is None:
            kept = (geometry, tuple(_outlines(geometry, cell)))
            self._kept[key] = kept
            if len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        return kept[1]


def _outlines(geometry: Geometry, cell: tuple[int, int] | None) -> Iterator[Outline]:
    known = _EVERYWHERE
    if isinstance(geometry, Mask):
        if cell is not None:
            geometry, known = _around_cell(geometry, cell)
        if geometry.is_empty:
            return
        geometry = trace_mask(geometry)
    if isinstance(geometry, Polygon):
        for part in geometry.parts:
            yield from (Outline(ring, known) for ring in part.rings)
    elif isinstance(geometry, RotatedBox):
        yield Outline(geometry.corners())
    elif isinstance(geometry, Box):
        box = geometry
        corners = [(box.x, box.y), (box.right, box.y), (box.right, box.bottom), (box.x, box.bottom)]
        yield Outline(np.array(corners, np.float64))


def _around_cell(mask: Mask, cell: tuple[int, int]) -> tuple[Mask, Box]:
    """The part of a mask in and around a cell, and the box beyond whose sides it goes on."""
    side = _CELL_PX + 2 * MARGIN_PX
    left, top = (number * _CELL_PX - MARGIN_PX for number in cell)
    window = PixelBox(left, top, side, side).intersected(mask.box)
    part = Mask.from_array(mask.window(window), window.left, window.top)
    whole = mask.box
    known = Box.from_corners(
        window.left if window.left > whole.left else _EVERYWHERE.x,
        window.top if window.top > whole.top else _EVERYWHERE.y,
        window.right if window.right < whole.right else _EVERYWHERE.right,
        window.bottom if window.bottom < whole.bottom else _EVERYWHERE.bottom,
    )
    return part, known


def _area(box: PixelBox) -> int:
    return box.width * box.height
