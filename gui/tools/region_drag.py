"""What a drag with a region tool means: regions gathered, a box, a scribble, a cut."""

from __future__ import annotations

import math
from enum import Enum

import numpy as np

from core.document.geometry import Box, FloatArray
from core.document.mask import Mask
from gui.tools.draft import DraftPath
from gui.tools.events import Button
from gui.tools.region_cursor import RegionCursor
from gui.tools.responses import clipped_point, inside_image
from gui.tools.tool import RegionCut, RegionSource, ToolContext

_SAMPLE_PX = 2.0
_MOST_SAMPLES = 256
_CLICK_PX = 4.0
"""A pointer that moved less than this on the screen has clicked and not dragged."""


class RegionMode(Enum):
    """What dragging does; the value is for people."""

    PAINT = "take what the pointer goes over"
    BOX = "fit regions into a box"
    SCRIBBLE = "fit regions to a scribble"
    CUT = "split a region along a line"

    @property
    def next(self) -> RegionMode:
        """The mode after this one, round and round."""
        modes = list(RegionMode)
        return modes[(modes.index(self) + 1) % len(modes)]


class RegionDrag:
    """The way of the pointer while a button is held, and the regions that it stands for.

    ``mask`` is what a release would take or take away; None while the regions
    cannot be combined yet.
    """

    def __init__(
        self, mode: RegionMode, button: Button, subtract: bool, place: tuple[float, float]
    ) -> None:
        self.mode = mode
        self.button = button
        self.subtract = subtract
        self.mask: Mask | None = Mask.empty()
        self.node: int | None = None
        self._points = [place]
        self._reach_px = 0.0
        self._taken: set[int] = set()

    @property
    def was_a_click(self) -> bool:
        """Whether the pointer stayed where it was pressed."""
        return self._reach_px < _CLICK_PX

    @property
    def box(self) -> Box:
        """The rectangle between the press and the pointer."""
        (x0, y0), (x1, y1) = self._points[0], self._points[-1]
        return Box.from_corners(x0, y0, x1, y1)

    @property
    def points(self) -> FloatArray:
        """The way so far, (n, 2) image coordinates."""
        return np.array(self._points, np.float64)

    def begin(self, cursor: RegionCursor) -> None:
        """Take the region under the pointer at once."""
        hover = cursor.hover
        if hover is not None and self.mode is RegionMode.PAINT:
            self.mask = hover.taken()
            self._taken.add(hover.node)
            cursor.accept(float(self.mask.area))

    def extend(
        self, x: float, y: float, px: float, context: ToolContext, cursor: RegionCursor
    ) -> None:
        """The pointer moved; ``px`` is the size of a screen pixel in the image."""
        regions = context.regions
        last = self._points[-1]
        self._reach_px = max(self._reach_px, math.dist(self._points[0], (x, y)) / px)
        if regions is None or (x, y) == last:
            return
        if self.mode is RegionMode.PAINT:
            self._points.append((x, y))
            if not self.was_a_click:
                self._gather(last, (x, y), px, context, regions, cursor)
            return
        point = clipped_point(x, y, context.document.size)
        if math.dist(last, point) >= px or len(self._points) < 2:
            self._points.append(point)
        if self.was_a_click:
            return
        if self.mode is RegionMode.BOX:
            self.mask = regions.in_box(self.box)
        elif self.mode is RegionMode.SCRIBBLE:
            self.mask = regions.under_scribble(self.points)
        else:
            middle = self._points[len(self._points) // 2]
            if inside_image(*middle, context.document.size):
                self.node, self.mask = cursor.region_at(*middle, regions)

    def cut(self) -> RegionCut | None:
        """The region to be split, and where."""
        if self.node is None or len(self._points) < 2:
            return None
        return RegionCut(self.node, self.points)

    def paths(self) -> tuple[DraftPath, ...]:
        """The line of a scribble or a cut."""
        if self.mode in (RegionMode.SCRIBBLE, RegionMode.CUT):
            return (DraftPath(self.points, vertices=False),)
        return ()

    def boxes(self) -> tuple[Box, ...]:
        """The rectangle of a box."""
        return (self.box,) if self.mode is RegionMode.BOX and not self.was_a_click else ()

    def _gather(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        px: float,
        context: ToolContext,
        regions: RegionSource,
        cursor: RegionCursor,
    ) -> None:
        """Take every region between two places, so that a quick hand skips none."""
        count = min(max(math.ceil(math.dist(start, end) / (_SAMPLE_PX * px)), 1), _MOST_SAMPLES)
        mask = self.mask or Mask.empty()
        for share in np.linspace(0.0, 1.0, count + 1)[1:]:
            x = start[0] + (end[0] - start[0]) * float(share)
            y = start[1] + (end[1] - start[1]) * float(share)
            if not inside_image(x, y, context.document.size) or mask.contains(x, y):
                continue
            node, region = cursor.region_at(x, y, regions)
            if node not in self._taken:
                self._taken.add(node)
                mask = mask.united(region)
        self.mask = mask
