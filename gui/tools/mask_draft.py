"""Pixels that clicks gather until they become an object."""

from __future__ import annotations

from dataclasses import dataclass

from core.document.annotation import Annotation
from core.document.mask import Mask
from gui.tools.checkpoint import number_of, packed, payload_of, record_of, unpacked
from gui.tools.events import Command
from gui.tools.responses import (
    attempt,
    clear_selection,
    delete_selected,
    new_object,
    only_selected,
    painted,
)
from gui.tools.tool import NOTHING, REDRAW, DraftRecord, ToolContext, ToolResponse


@dataclass(frozen=True, slots=True, eq=False)
class _Click:
    """The pixels that a click changed in the draft."""

    changed: Mask
    subtract: bool

    def done_to(self, draft: Mask) -> Mask:
        return draft.without(self.changed) if self.subtract else draft.united(self.changed)

    def taken_back(self, draft: Mask) -> Mask:
        return draft.united(self.changed) if self.subtract else draft.without(self.changed)


@dataclass(frozen=True, slots=True)
class _LeftEdit:
    """A drag over regions that edited an object when the program ended; its pixels wait."""

    target_id: int
    subtract: bool


class MaskDraft:
    """What the tools share whose clicks add whole regions or take them away.

    Enter or N makes an object of it. While there is no draft and exactly one
    object with a mask is selected, a click edits that object at once.
    """

    def __init__(self, tool: str, source_name: str) -> None:
        self._tool = tool
        self._source_name = source_name
        self._mask = Mask.empty()
        self._clicks: list[_Click] = []
        self._edit_left: _LeftEdit | None = None

    @property
    def mask(self) -> Mask:
        """The pixels so far."""
        return self._mask

    def drop(self) -> None:
        """Forget everything."""
        self._mask = Mask.empty()
        self._clicks.clear()
        self._edit_left = None

    def color(self, context: ToolContext) -> str:
        """That of the label."""
        return context.label.color

    def record(
        self, context: ToolContext, dragged: Mask | None = None, subtract: bool = False
    ) -> DraftRecord | None:
        """The pixels as a checkpoint, None without any.

        What a drag under way is about to add, or take away, is in it already.
        """
        mask, left = self._mask, self._edit_left
        if dragged is not None and not dragged.is_empty:
            target = self._target(context)
            if target is not None:
                mask, left = dragged, _LeftEdit(target.id, subtract)
            else:
                mask = mask.without(dragged) if subtract else mask.united(dragged)
        if mask.is_empty:
            return None
        payload: dict[str, object] = {"mask": packed(mask)}
        if left is not None:
            payload |= {"target": left.target_id, "subtract": left.subtract}
        return record_of(self._tool, context, payload)

    def restore(self, record: DraftRecord, context: ToolContext) -> None:
        """Take up the pixels of a checkpoint."""
        payload = payload_of(record, self._tool, context)
        mask = unpacked(payload.get("mask"), context)
        target = number_of(payload, "target")
        self.drop()
        self._mask = mask
        if target is not None:
            self._edit_left = _LeftEdit(target, payload.get("subtract") is True)

    def click(self, region: Mask, subtract: bool, context: ToolContext) -> ToolResponse:
        """Add a region or take it away, from the selected mask or from the draft."""
        if self._edit_left is not None:
            return self.complete(context)
        target = self._target(context)
        if target is not None:
            return self._edit(target, region, subtract, context)
        changed = self._mask.intersected(region) if subtract else region.without(self._mask)
        if changed.is_empty:
            return ToolResponse(message=_unchanged(subtract), draft_changed=True)
        click = _Click(changed, subtract)
        self._clicks.append(click)
        self._mask = click.done_to(self._mask)
        return REDRAW

    def complete(self, context: ToolContext) -> ToolResponse:
        """Make an object of the draft and select it."""
        mask, left = self._mask.clipped(context.document.size), self._edit_left
        self.drop()
        if mask.is_empty:
            return REDRAW
        if left is not None and left.target_id in context.document.annotations:
            name = _edit_name(left.subtract)
            return attempt(lambda: painted(context, left.target_id, mask, left.subtract, name))
        if left is not None and left.subtract:
            return REDRAW
        return new_object(context, mask, self._tool, self._source_name)

    def complete_and_leave(self, context: ToolContext) -> ToolResponse:
        """Make an object and select nothing, so that the next click begins another."""
        response = self.complete(context)
        return ToolResponse(
            response.change, selection=frozenset(), message=response.message, draft_changed=True
        )

    def command(self, command: Command, context: ToolContext) -> ToolResponse:
        """Finish, drop, or take the last click back; without a draft: the selection."""
        if self._mask.is_empty and not self._clicks:
            if command is Command.DELETE:
                return delete_selected(context)
            return NOTHING if command is Command.DROP_LAST else clear_selection(context)
        if command is Command.FINISH:
            return self.complete_and_leave(context)
        if command is Command.CANCEL:
            self.drop()
            return REDRAW
        if not self._clicks:
            return ToolResponse(message="There is no click to take back. Esc drops the draft.")
        self._mask = self._clicks.pop().taken_back(self._mask)
        return REDRAW

    def _target(self, context: ToolContext) -> Annotation | None:
        """The object that clicks edit directly."""
        selected = only_selected(context) if self._mask.is_empty else None
        return selected if selected and isinstance(selected.geometry, Mask) else None

    def _edit(
        self, target: Annotation, region: Mask, subtract: bool, context: ToolContext
    ) -> ToolResponse:
        name = _edit_name(subtract)
        response = attempt(lambda: painted(context, target.id, region, subtract, name))
        if response.change is None and not response.message:
            return ToolResponse(message=_unchanged(subtract), draft_changed=True)
        return response


def _edit_name(subtract: bool) -> str:
    return "Take region away" if subtract else "Add region"


def _unchanged(subtract: bool) -> str:
    return "Nothing of this region is taken." if subtract else "This region is taken already."
