"""Take regions of the hierarchy: the one under the cursor, grown or shrunk in place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.document.mask import Mask
from gui.tools.draft import Cursor, Draft, DraftMask
from gui.tools.events import (
    Button,
    CommandEvent,
    Modifiers,
    PointerEvent,
    PointerKind,
    StepEvent,
    ToolEvent,
)
from gui.tools.mask_draft import MaskDraft
from gui.tools.responses import inside_image
from gui.tools.tool import (
    NOTHING,
    REDRAW,
    DraftRecord,
    RegionSource,
    ToolContext,
    ToolResponse,
)

_STILL_COMPUTING = ToolResponse(message="The regions of this image are still being computed.")


@dataclass(frozen=True, slots=True, eq=False)
class _Hover:
    """The region under the cursor: one of the levels around the leaf there."""

    regions: RegionSource
    leaf: int
    nodes: tuple[int, ...]
    level: int
    mask: Mask

    @property
    def node(self) -> int:
        return self.nodes[self.level]


class RegionTool:
    """Hover shows a region, steps climb and descend, clicks add and take away.

    The clicks build a draft that Enter, N or a double-click turn into an
    object. When exactly one object with a mask is selected and there is no
    draft, a click edits that object at once. New places open at the level whose
    size is nearest to the one shown or accepted last.
    """

    name = "region"

    def __init__(self) -> None:
        self._hover: _Hover | None = None
        self._area_px: float | None = None
        self._subtracts = False
        self._draft = MaskDraft(self.name, "Take regions")

    def handle(self, event: ToolEvent, context: ToolContext) -> ToolResponse:
        """Take an event."""
        if isinstance(event, StepEvent):
            return self._step(event.steps)
        if isinstance(event, CommandEvent):
            return self._draft.command(event.command, context)
        if event.kind is PointerKind.LEAVE:
            self._hover = None
            return REDRAW
        if event.kind is PointerKind.DOUBLE_CLICK and event.button is Button.LEFT:
            return self._double_click(event, context)
        if event.kind in (PointerKind.PRESS, PointerKind.DOUBLE_CLICK):
            return self._press(event, context)
        return self._move(event, context)

    def draft(self, context: ToolContext) -> Draft:
        """The draft, and on top of it the region that a click would take."""
        masks: list[DraftMask] = []
        if not self._draft.mask.is_empty:
            masks.append(DraftMask(self._draft.mask))
        if self._hover is not None and self._hover.regions is context.regions:
            masks.append(DraftMask(self._hover.mask, self._subtracts, committed=False))
        return Draft(masks=tuple(masks), cursor=Cursor.CROSS, color=context.label.color)

    def finish(self, context: ToolContext) -> ToolResponse:
        """Keep the draft as an object."""
        self._hover = None
        return self._draft.complete(context)

    def cancel(self) -> None:
        """Drop the draft."""
        self._draft.drop()

    def checkpoint(self, context: ToolContext) -> DraftRecord | None:
        """The pixels of the draft."""
        return self._draft.record(context)

    def restore(self, record: DraftRecord, context: ToolContext) -> None:
        """Take up the pixels of the draft."""
        self._draft.restore(record, context)

    def _move(self, event: PointerEvent, context: ToolContext) -> ToolResponse:
        before, subtracted = self._hover, self._subtracts
        self._look(event, context)
        if self._hover is before and subtracted == self._subtracts:
            return NOTHING
        return REDRAW

    def _look(self, event: PointerEvent, context: ToolContext) -> None:
        """Find the region under the cursor; stay in the one shown while the cursor does."""
        released = event.kind is PointerKind.RELEASE
        self._subtracts = Modifiers.SHIFT in event.modifiers or (
            event.button is Button.RIGHT and not released
        )
        regions, hover = context.regions, self._hover
        if regions is None or not inside_image(event.x, event.y, context.document.size):
            self._hover = None
            return
        leaf = regions.leaf_at(event.x, event.y)
        if hover is not None and hover.regions is regions:
            if hover.leaf == leaf:
                return
            nodes = tuple(int(node) for node in regions.levels(leaf))
            if hover.node in nodes:
                level = nodes.index(hover.node)
                self._hover = _Hover(regions, leaf, nodes, level, hover.mask)
                return
        self._hover = self._opened(regions, event.x, event.y, leaf)

    def _opened(self, regions: RegionSource, x: float, y: float, leaf: int) -> _Hover:
        levels = regions.levels(leaf)
        areas = regions.areas(np.append(levels, regions.opening_node(x, y, self._area_px)))
        level = min(int(np.searchsorted(areas[:-1], areas[-1])), len(levels) - 1)
        nodes = tuple(int(node) for node in levels)
        return _Hover(regions, leaf, nodes, level, regions.region(nodes[level]))

    def _step(self, steps: int) -> ToolResponse:
        hover = self._hover
        if hover is None:
            return NOTHING
        level = min(max(hover.level + steps, 0), len(hover.nodes) - 1)
        if level == hover.level:
            ends = "This is the whole image." if steps > 0 else "This is the smallest region here."
            return ToolResponse(message=ends)
        mask = hover.regions.region(hover.nodes[level])
        self._hover = _Hover(hover.regions, hover.leaf, hover.nodes, level, mask)
        self._area_px = float(mask.area)
        return ToolResponse(message=f"Region of {mask.area:,} px", draft_changed=True)

    def _press(self, event: PointerEvent, context: ToolContext) -> ToolResponse:
        if event.button is Button.NONE:
            return NOTHING
        if context.regions is None:
            return _STILL_COMPUTING
        self._look(event, context)
        if self._hover is None:
            return NOTHING
        region = self._hover.mask
        response = self._draft.click(region, self._subtracts, context)
        if not response.message:
            self._area_px = float(region.area)
        return response

    def _double_click(self, event: PointerEvent, context: ToolContext) -> ToolResponse:
        """The click before has taken the region; now the object is complete."""
        if self._draft.mask.is_empty or Modifiers.SHIFT in event.modifiers:
            return self._press(event, context)
        return self._draft.complete_and_leave(context)
