"""Where regions go that are painted as classes: straight into the map of the layer."""

from __future__ import annotations

from core.document.mask import Mask
from core.editing.class_painting import erase_classes, paint_class
from core.editing.paint_rules import PaintRule
from gui.tools.events import Command
from gui.tools.responses import attempt, clear_selection
from gui.tools.tool import NOTHING, DraftRecord, ToolContext, ToolResponse

_KEEPS_CLASSES = (PaintRule.UNDER, PaintRule.UNLABELLED)


class ClassMapSink:
    """Every region taken is a change of its own, so there is no draft to finish or to lose.

    The rules for painting that spare other objects spare pixels that have a class.
    """

    @property
    def mask(self) -> Mask:
        """Nothing waits."""
        return Mask.empty()

    def drop(self) -> None:
        """There is nothing to drop."""

    def record(self, context: ToolContext) -> DraftRecord | None:
        """There is no draft."""
        return None

    def restore(self, record: DraftRecord, context: ToolContext) -> None:
        """There is no draft; raises ValueError for one of another tool."""
        raise ValueError(f"a class map keeps no draft, this one is of {record.tool}")

    def click(self, region: Mask, subtract: bool, context: ToolContext) -> ToolResponse:
        """Paint a region with the active label, or make it unlabelled."""
        document, layer_id = context.document, context.layer_id
        if subtract:
            response = attempt(lambda: erase_classes(document, layer_id, region))
            unchanged = "No pixel here has a class."
        else:
            keeps = context.paint_rule in _KEEPS_CLASSES
            response = attempt(
                lambda: paint_class(
                    document, layer_id, context.label.id, region, only_unlabelled=keeps
                )
            )
            unchanged = (
                "Every pixel here has a class already."
                if keeps
                else f"This is {context.label.name} already."
            )
        if response.change is None and not response.message:
            return ToolResponse(message=unchanged, draft_changed=True)
        return response

    def complete(self, context: ToolContext) -> ToolResponse:
        """All is done already."""
        return NOTHING

    def complete_and_leave(self, context: ToolContext) -> ToolResponse:
        """All is done already."""
        return NOTHING

    def command(self, command: Command, context: ToolContext) -> ToolResponse:
        """Escape clears the selection; the last region is taken back by undo."""
        if command is Command.DROP_LAST:
            return ToolResponse(message="Ctrl+Z takes the last region back.")
        return clear_selection(context) if command is Command.CANCEL else NOTHING
