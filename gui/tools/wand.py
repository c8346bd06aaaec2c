"""The magic wand: connected pixels of a similar colour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.document.mask import Mask
from core.imaging.arrays import RgbImage
from core.imaging.color_region import color_region
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
from gui.tools.responses import STILL_OPENING, inside_image
from gui.tools.tool import NOTHING, REDRAW, DraftRecord, ToolContext, ToolResponse

_TOLERANCE_STEP = 4
_MOST_TOLERANCE = 255
_PREVIEW_PX = 1_000_000
"""The preview looks at no more pixels than this; a click takes all."""


@dataclass(frozen=True, slots=True, eq=False)
class _Hover:
    """What was found around a pixel of a picture."""

    image: RgbImage
    x: float
    y: float
    mask: Mask


class WandTool:
    """Hover shows the pixels, steps change the tolerance, clicks add and take away.

    The clicks build a draft as those of the region tool do, and edit a selected
    mask at once.
    """

    name = "wand"

    def __init__(self, tolerance: int = 24) -> None:
        self._tolerance = tolerance
        self._hover: _Hover | None = None
        self._subtracts = False
        self._draft = MaskDraft(self.name, "Take colour")

    @property
    def tolerance(self) -> int:
        """How far each channel may differ from the pixel that was clicked, 0 to 255."""
        return self._tolerance

    def handle(self, event: ToolEvent, context: ToolContext) -> ToolResponse:
        """Take an event."""
        if isinstance(event, StepEvent):
            return self._step(event.steps)
        if isinstance(event, CommandEvent):
            return self._draft.command(event.command, context)
        if event.kind is PointerKind.LEAVE:
            self._hover = None
            return REDRAW
        presses = event.kind in (PointerKind.PRESS, PointerKind.DOUBLE_CLICK)
        if presses and event.button is not Button.NONE:
            return self._press(event, context)
        before = (self._hover, self._subtracts)
        self._look(event, context)
        return NOTHING if before == (self._hover, self._subtracts) else REDRAW

    def draft(self, context: ToolContext) -> Draft:
        """The draft, and on top of it what a click would take."""
        masks: list[DraftMask] = []
        if not self._draft.mask.is_empty:
            masks.append(DraftMask(self._draft.mask))
        if self._hover is not None and self._hover.image is context.image:
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

    def _look(self, event: PointerEvent, context: ToolContext) -> None:
        released = event.kind is PointerKind.RELEASE
        self._subtracts = Modifiers.SHIFT in event.modifiers or (
            event.button is Button.RIGHT and not released
        )
        image = context.image
        if image is None or not _is_on(image, event, context):
            self._hover = None
        elif self._hover is None or not _is_same_region(self._hover, image, event.x, event.y):
            found = color_region(image, event.x, event.y, self._tolerance, most_px=_PREVIEW_PX)
            self._hover = _Hover(image, event.x, event.y, found)

    def _step(self, steps: int) -> ToolResponse:
        tolerance = self._tolerance + steps * _TOLERANCE_STEP
        self._tolerance = min(max(tolerance, 0), _MOST_TOLERANCE)
        hover = self._hover
        if hover is not None:
            found = color_region(
                hover.image, hover.x, hover.y, self._tolerance, most_px=_PREVIEW_PX
            )
            self._hover = _Hover(hover.image, hover.x, hover.y, found)
        return ToolResponse(message=f"Tolerance {self._tolerance} of 255", draft_changed=True)

    def _press(self, event: PointerEvent, context: ToolContext) -> ToolResponse:
        if context.image is None:
            return STILL_OPENING
        self._look(event, context)
        if self._hover is None:
            return NOTHING
        completes = event.kind is PointerKind.DOUBLE_CLICK and not self._subtracts
        if completes and not self._draft.mask.is_empty:
            return self._draft.complete_and_leave(context)
        region = color_region(context.image, event.x, event.y, self._tolerance)
        return self._draft.click(region, self._subtracts, context)


def _is_on(image: RgbImage, event: PointerEvent, context: ToolContext) -> bool:
    """Whether the pointer is over a pixel; a picture of another size has none to offer."""
    same_size = image.shape[:2] == context.document.size.shape
    return same_size and inside_image(event.x, event.y, context.document.size)


def _is_same_region(hover: _Hover, image: RgbImage, x: float, y: float) -> bool:
    """Pixels of equal colour in one region have the same region."""
    if hover.image is not image or not hover.mask.contains(x, y):
        return False
    return np.array_equal(image[int(y), int(x)], image[int(hover.y), int(hover.x)])
