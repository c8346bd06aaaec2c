"""Take regions of the hierarchy: the one under the cursor, grown or shrunk in place."""

from __future__ import annotations

from typing import Protocol

from core.document.mask import Mask
from gui.tools.draft import Cursor, Draft, DraftMask
from gui.tools.events import (
    Button,
    Command,
    CommandEvent,
    Modifiers,
    PointerEvent,
    PointerKind,
    StepEvent,
    ToolEvent,
)
from gui.tools.mask_draft import MaskDraft
from gui.tools.region_cursor import RegionCursor
from gui.tools.region_drag import RegionDrag, RegionMode
from gui.tools.responses import clipped_point
from gui.tools.tool import (
    NOTHING,
    REDRAW,
    DraftRecord,
    ToolContext,
    ToolResponse,
)

_STILL_COMPUTING = ToolResponse(message="The regions of this image are still being computed.")
_STILL_COMBINING = ToolResponse(
    message="The regions are still being combined; try again in a moment.", draft_changed=True
)
_NOTHING_FITS = ToolResponse(message="No region fits there.", draft_changed=True)
_NO_CUT = ToolResponse(message="Draw the line right across the region.", draft_changed=True)


class RegionSink(Protocol):
    """Where regions go that a hand takes: into an object, or into a map of classes."""

    @property
    def mask(self) -> Mask:
        """Pixels that were taken and are no change yet."""

    def drop(self) -> None:
        """Forget them."""

    def color(self, context: ToolContext) -> str:
        """How regions look that are about to be taken."""

    def record(
        self, context: ToolContext, dragged: Mask | None = None, subtract: bool = False
    ) -> DraftRecord | None:
        """Them as a checkpoint, together with what a drag under way would take or take away."""

    def restore(self, record: DraftRecord, context: ToolContext) -> None:
        """Take up a checkpoint."""

    def click(self, region: Mask, subtract: bool, context: ToolContext) -> ToolResponse:
        """Take a region, or take it away."""

    def complete(self, context: ToolContext) -> ToolResponse:
        """Turn them into a change."""

    def complete_and_leave(self, context: ToolContext) -> ToolResponse:
        """Turn them into a change and begin anew."""

    def command(self, command: Command, context: ToolContext) -> ToolResponse:
        """Take a key that every tool understands."""


class RegionTool:
    """Hover shows a region, steps climb and descend, clicks add and take away.

    Dragging takes all regions that the pointer goes over, at the level of the
    first; in other modes it fits regions into a box (also with Control held) or
    to a scribble, or splits a region along a line. With the usual sink the
    regions build a draft that Enter, N or a double-click turn into an object;
    when exactly one object with a mask is selected and there is no draft, they
    edit that object at once.
    """

    def __init__(self, sink: RegionSink | None = None, name: str = "region") -> None:
        self._name = name
        self._sink: RegionSink = sink or MaskDraft(name, "Take regions")
        self._cursor = RegionCursor()
        self._drag: RegionDrag | None = None
        self._subtracts = False
        self._mode = RegionMode.PAINT
        self._largest_px = 0.0

    @property
    def name(self) -> str:
        """Identifier, such as ``region``."""
        return self._name

    @property
    def mode(self) -> RegionMode:
        """What dragging does."""
        return self._mode

    @property
    def subject(self) -> Mask:
        """What is being worked on: the regions taken so far, else the one under the pointer."""
        return self._hovered() if self._sink.mask.is_empty else self._sink.mask

    def set_mode(self, mode: RegionMode) -> None:
        """Choose what dragging does; a drag under way is dropped."""
        self._drag = None
        self._mode = mode

    def handle(self, event: ToolEvent, context: ToolContext) -> ToolResponse:
        """Take an event."""
        if isinstance(event, StepEvent):
            return self._cursor.step(event.steps)
        if isinstance(event, CommandEvent):
            return self._command(event.command, context)
        if event.kind is PointerKind.LEAVE:
            self._cursor.forget()
            return REDRAW
        if self._drag is not None:
            return self._dragged(self._drag, event, context)
        if event.kind in (PointerKind.PRESS, PointerKind.DOUBLE_CLICK):
            return self._press(event, context)
        return self._move(event, context)

    def draft(self, context: ToolContext) -> Draft:
        """What was taken, and on top of it the regions that a click or the drag would take."""
        self._cursor.sharpen()
        masks: list[DraftMask] = []
        if not self._sink.mask.is_empty:
            masks.append(DraftMask(self._sink.mask))
        drag, hover = self._drag, self._cursor.hover
        if drag is not None:
            if drag.mask is not None and not drag.mask.is_empty:
                held = drag.mode is RegionMode.PAINT
                masks.append(DraftMask(drag.mask, drag.subtract, committed=held))
        elif hover is not None and hover.regions is context.regions:
            masks.append(DraftMask(hover.mask, self._subtracts, committed=False))
        return Draft(
            paths=() if drag is None else drag.paths(),
            masks=tuple(masks),
            boxes=() if drag is None else drag.boxes(),
            cursor=Cursor.CROSS,
            color=self._sink.color(context),
            note=self._cursor.note(context) if drag is None else None,
        )

    def finish(self, context: ToolContext) -> ToolResponse:
        """Keep the draft as an object."""
        self._drag = None
        self._begin_anew()
        self._cursor.forget()
        return self._sink.complete(context)

    def cancel(self) -> None:
        """Drop the draft."""
        self._drag = None
        self._sink.drop()

    def checkpoint(self, context: ToolContext) -> DraftRecord | None:
        """The pixels of the draft, and those of a drag that goes over regions."""
        drag = self._drag
        if drag is None or drag.mode is not RegionMode.PAINT or drag.was_a_click:
            return self._sink.record(context)
        return self._sink.record(context, drag.mask, drag.subtract)

    def restore(self, record: DraftRecord, context: ToolContext) -> None:
        """Take up the pixels of the draft."""
        self._sink.restore(record, context)

    def _command(self, command: Command, context: ToolContext) -> ToolResponse:
        if self._drag is not None:
            if command is Command.CANCEL:
                self._drag = None
                return REDRAW
            return NOTHING
        if command in (Command.FINISH, Command.CANCEL):
            self._begin_anew()
        return self._sink.command(command, context)

    def _move(self, event: PointerEvent, context: ToolContext) -> ToolResponse:
        before, subtracted = self._cursor.hover, self._subtracts
        noted = self._cursor.note(context)
        self._look(event, context)
        same = self._cursor.hover is before and subtracted == self._subtracts
        return NOTHING if same and noted is None else REDRAW

    def _look(self, event: PointerEvent, context: ToolContext) -> None:
        released = event.kind is PointerKind.RELEASE
        self._subtracts = Modifiers.SHIFT in event.modifiers or (
            event.button is Button.RIGHT and not released
        )
        self._cursor.look(event.x, event.y, context)

    def _press(self, event: PointerEvent, context: ToolContext) -> ToolResponse:
        if event.button is Button.NONE:
            return NOTHING
        if context.regions is None:
            return _STILL_COMPUTING
        self._look(event, context)
        if event.kind is PointerKind.DOUBLE_CLICK and event.button is Button.LEFT:
            taken = not self._sink.mask.is_empty
            if taken and not self._subtracts:
                # The click before has taken the region; now the object is complete.
                self._begin_anew()
                return self._sink.complete_and_leave(context)
        mode = self._mode
        if mode is RegionMode.PAINT and Modifiers.CONTROL in event.modifiers:
            mode = RegionMode.BOX
        if mode is RegionMode.PAINT and self._cursor.hover is None:
            return NOTHING
        # Boxes and lines may begin beside the image.
        place = clipped_point(event.x, event.y, context.document.size)
        self._drag = RegionDrag(mode, event.button, self._subtracts, place)
        self._drag.begin(self._cursor)
        return REDRAW

    def _dragged(self, drag: RegionDrag, event: PointerEvent, context: ToolContext) -> ToolResponse:
        """Go on with a drag; a release elsewhere is seen by the first move without a button."""
        lost = event.kind is PointerKind.MOVE and event.button is Button.NONE
        ends = event.kind is PointerKind.RELEASE and event.button is drag.button
        if not lost and event.kind in (PointerKind.MOVE, PointerKind.RELEASE):
            px = event.image_px_per_screen_px
            drag.extend(event.x, event.y, px, context, self._cursor)
        if not (ends or lost):
            return REDRAW
        self._drag = None
        if drag.mode is RegionMode.CUT:
            response = self._cut(drag)
        elif drag.was_a_click:
            response = self._take(self._hovered(), drag.subtract, context)
        else:
            response = self._take(drag.mask, drag.subtract, context)
        self._look(event, context)
        return response

    def _cut(self, drag: RegionDrag) -> ToolResponse:
        cut = drag.cut()
        if cut is None or drag.mask is None:
            return _NO_CUT
        # The sides are what is wanted next, and they are smaller.
        self._cursor.accept(drag.mask.area / 2)
        return ToolResponse(cut=cut, draft_changed=True)

    def _hovered(self) -> Mask:
        hover = self._cursor.hover
        return Mask.empty() if hover is None else hover.taken()

    def _take(self, mask: Mask | None, subtract: bool, context: ToolContext) -> ToolResponse:
        if mask is None:
            return _STILL_COMBINING
        if mask.is_empty:
            return _NOTHING_FITS
        if self._mode is not RegionMode.PAINT:
            self._cursor.accept(float(mask.area))
        if not subtract:
            self._largest_px = max(self._largest_px, float(mask.area))
        return self._sink.click(mask, subtract, context)

    def _begin_anew(self) -> None:
        """The next object opens at the size of this one, not at that of the last correction."""
        if self._largest_px > 0:
            self._cursor.accept(self._largest_px)
        self._largest_px = 0.0
