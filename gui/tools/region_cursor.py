"""The region under the pointer, and the level at which regions are looked at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.document.mask import Mask
from gui.tools.draft import DraftNote
from gui.tools.responses import inside_image
from gui.tools.tool import NOTHING, RegionSource, ToolContext, ToolResponse


@dataclass(frozen=True, slots=True, eq=False)
class Hover:
    """The region under the cursor: one of the levels around the leaf there.

    ``mask`` is what is shown; where it ``is_sharp``, it is what a click takes too.
    """

    regions: RegionSource
    leaf: int
    nodes: tuple[int, ...]
    level: int
    mask: Mask
    is_sharp: bool

    @classmethod
    def of(cls, regions: RegionSource, leaf: int, nodes: tuple[int, ...], level: int) -> Hover:
        """The region of a level, as it can be shown now."""
        node = nodes[level]
        sharp = regions.is_sharp(node)
        return cls(regions, leaf, nodes, level, regions.glance(node), sharp)

    @property
    def node(self) -> int:
        """The region that is shown."""
        return self.nodes[self.level]

    def taken(self) -> Mask:
        """What a click takes: the region with its borders where they belong."""
        return self.mask if self.is_sharp else self.regions.region(self.node)


class RegionCursor:
    """Follows the pointer through the regions of the image on the screen.

    It stays in the region that is shown while the pointer does. New places open
    at the level whose size is nearest to the one shown or accepted last.
    """

    def __init__(self) -> None:
        self._hover: Hover | None = None
        self._area_px: float | None = None
        self._place = (0.0, 0.0)
        self._shows_size = False

    @property
    def hover(self) -> Hover | None:
        """The region under the pointer; None outside of the image or without regions."""
        return self._hover

    def sharpen(self) -> None:
        """Show the borders where they belong, once that is known."""
        hover = self._hover
        if hover is not None and not hover.is_sharp and hover.regions.is_sharp(hover.node):
            self._hover = Hover.of(hover.regions, hover.leaf, hover.nodes, hover.level)

    def forget(self) -> None:
        """The pointer left the canvas."""
        self._hover = None

    def accept(self, area_px: float) -> None:
        """Open at this size from now on."""
        self._area_px = area_px

    def look(self, x: float, y: float, context: ToolContext) -> Hover | None:
        """Find the region under the pointer."""
        self._place = (x, y)
        before = self._hover
        self._hover = self._found(x, y, context)
        shown = None if self._hover is None else self._hover.mask
        self._shows_size = self._shows_size and before is not None and shown is before.mask
        return self._hover

    def region_at(self, x: float, y: float, regions: RegionSource) -> tuple[int, Mask]:
        """The node at the level of the size accepted last, and its pixels."""
        node = regions.opening_node(x, y, self._area_px)
        return node, regions.region(node)

    def step(self, steps: int) -> ToolResponse:
        """Climb or descend, and say how large the region is."""
        hover = self._hover
        if hover is None:
            return NOTHING
        level = min(max(hover.level + steps, 0), len(hover.nodes) - 1)
        if level == hover.level:
            ends = "This is the whole image." if steps > 0 else "This is the smallest region here."
            return ToolResponse(message=ends)
        self._hover = Hover.of(hover.regions, hover.leaf, hover.nodes, level)
        mask = self._hover.mask
        self._area_px = float(mask.area)
        self._shows_size = True
        return ToolResponse(message=f"Region of {mask.area:,} px", draft_changed=True)

    def note(self, context: ToolContext) -> DraftNote | None:
        """The size beside the pointer, from a step on until another region is shown."""
        hover = self._hover
        if hover is None or not self._shows_size:
            return None
        size = context.document.size
        share = hover.mask.area / (size.width * size.height)
        text = f"{hover.mask.area:,} px · {share:.1%}"
        return DraftNote(*self._place, text)

    def _found(self, x: float, y: float, context: ToolContext) -> Hover | None:
        regions, hover = context.regions, self._hover
        if regions is None or not inside_image(x, y, context.document.size):
            return None
        leaf = regions.leaf_at(x, y)
        if hover is not None and hover.regions is regions:
            if hover.leaf == leaf:
                return hover
            nodes = tuple(int(node) for node in regions.levels(leaf))
            if hover.node in nodes:
                level = nodes.index(hover.node)
                return Hover(regions, leaf, nodes, level, hover.mask, hover.is_sharp)
        return self._opened(regions, x, y, leaf)

    def _opened(self, regions: RegionSource, x: float, y: float, leaf: int) -> Hover:
        levels = regions.levels(leaf)
        areas = regions.areas(np.append(levels, regions.opening_node(x, y, self._area_px)))
        level = min(int(np.searchsorted(areas[:-1], areas[-1])), len(levels) - 1)
        nodes = tuple(int(node) for node in levels)
        return Hover.of(regions, leaf, nodes, level)
