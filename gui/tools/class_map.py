"""Where regions go that are painted as classes: straight into the map of the layer."""

from __future__ import annotations

from dataclasses import dataclass

from core.document.mask import Mask
from core.editing.class_painting import erase_classes, paint_class
from core.editing.paint_rules import PaintRule
from gui.tools.checkpoint import number_of, packed, payload_of, record_of, unpacked
from gui.tools.events import Command
from gui.tools.responses import attempt, clear_selection
from gui.tools.tool import NOTHING, REDRAW, DraftRecord, ToolContext, ToolResponse

VOID_COLOR = "#9aa0a6"
"""Grey, as no label has by itself: pixels that are in no class and not scored."""
_KEEPS_CLASSES = (PaintRule.UNDER, PaintRule.UNLABELLED)


@dataclass(frozen=True, slots=True, eq=False)
class _Left:
    """Pixels and what they are to be: erased, of a label, or void without one."""

    pixels: Mask
    subtract: bool
    label_id: int | None


_LEFT_NOTHING = _Left(Mask.empty(), False, None)


class ClassMapSink:
    """Every region taken is a change of its own, so only a drag can be unfinished.

    The rules for painting that spare other objects spare pixels that have a class.
    """

    def __init__(self, name: str = "classes") -> None:
        self._name = name
        self._left = _LEFT_NOTHING

    @property
    def mask(self) -> Mask:
        """What a drag had gone over when the program ended; Enter paints it."""
        return self._left.pixels

    def drop(self) -> None:
        """Forget it."""
        self._left = _LEFT_NOTHING

    def color(self, context: ToolContext) -> str:
        """That of the label, or of void."""
        return VOID_COLOR if context.paints_void else context.label.color

    def record(
        self, context: ToolContext, dragged: Mask | None = None, subtract: bool = False
    ) -> DraftRecord | None:
        """What a drag under way has gone over, and what for; None without any."""
        left = self._left
        if dragged is not None and not dragged.is_empty:
            left = _Left(dragged, subtract, None if context.paints_void else context.label.id)
        if left.pixels.is_empty:
            return None
        payload = {
            "mask": packed(left.pixels),
            "subtract": left.subtract,
            "label": left.label_id,
        }
        return record_of(self._name, context, payload)

    def restore(self, record: DraftRecord, context: ToolContext) -> None:
        """Show the drag again; it is painted by Enter, a click or on leaving."""
        payload = payload_of(record, self._name, context)
        pixels = unpacked(payload.get("mask"), context)
        self._left = _Left(pixels, payload.get("subtract") is True, number_of(payload, "label"))

    def click(self, region: Mask, subtract: bool, context: ToolContext) -> ToolResponse:
        """Paint a region with the active label or void, or make it unlabelled."""
        if not self._left.pixels.is_empty:
            return self.complete(context)
        label_id = None if context.paints_void else context.label.id
        return self._paint(_Left(region, subtract, label_id), context)

    def _paint(self, wanted: _Left, context: ToolContext) -> ToolResponse:
        document, layer_id = context.document, context.layer_id
        region, subtract = wanted.pixels, wanted.subtract
        if subtract:
            response = attempt(lambda: erase_classes(document, layer_id, region))
            unchanged = "No pixel here has a class."
        else:
            keeps = context.paint_rule in _KEEPS_CLASSES
            response = attempt(
                lambda: paint_class(
                    document, layer_id, wanted.label_id, region, only_unlabelled=keeps
                )
            )
            unchanged = (
                "Every pixel here has a class already."
                if keeps
                else f"This is {_name_of(wanted.label_id, context)} already."
            )
        if response.change is None and not response.message:
            return ToolResponse(message=unchanged, draft_changed=True)
        return response

    def complete(self, context: ToolContext) -> ToolResponse:
        """Paint what an unfinished drag had gone over; all else is done already."""
        left = self._left
        self.drop()
        if left.label_id is not None and left.label_id not in context.labels:
            return ToolResponse(message="The label of the unfinished drag is gone.")
        return NOTHING if left.pixels.is_empty else self._paint(left, context)

    def complete_and_leave(self, context: ToolContext) -> ToolResponse:
        """As ``complete``."""
        return self.complete(context)

    def command(self, command: Command, context: ToolContext) -> ToolResponse:
        """Escape clears the selection; the last region is taken back by undo."""
        if not self._left.pixels.is_empty:
            if command is Command.FINISH:
                return self.complete(context)
            self.drop()
            return REDRAW
        if command is Command.DROP_LAST:
            return ToolResponse(message="Ctrl+Z takes the last region back.")
        return clear_selection(context) if command is Command.CANCEL else NOTHING


def _name_of(label_id: int | None, context: ToolContext) -> str:
    label = None if label_id is None else context.labels.get(label_id)
    return "void" if label_id is None else label.name if label else context.label.name
