"""Draw a box around the part of the picture that a model is to look at."""

from __future__ import annotations

from core.document.geometry import Box
from core.document.mask import PixelBox
from core.models.region_of_interest import SMALLEST_SIDE_PX
from gui.tools.events import PointerEvent
from gui.tools.rectangle import RectangleTool
from gui.tools.responses import clipped_point
from gui.tools.tool import DraftRecord, ToolContext, ToolResponse


class PartTool(RectangleTool):
    """Drawn like a rectangle; it makes no object and nothing of it is kept."""

    name = "part"

    def checkpoint(self, context: ToolContext) -> DraftRecord | None:
        """Nothing: a box that was not finished is drawn again."""
        return None

    def _set_point(self, event: PointerEvent, context: ToolContext) -> tuple[float, float]:
        """Where the pointer is: a part of the picture has no neighbours."""
        return clipped_point(event.x, event.y, context.document.size)

    def _made(self, box: Box, context: ToolContext) -> ToolResponse:
        part = PixelBox.around(box).clipped(context.document.size)
        if min(part.width, part.height) < SMALLEST_SIDE_PX:
            message = f"This part is too small: {SMALLEST_SIDE_PX} pixels a side at least."
            return ToolResponse(message=message, draft_changed=True)
        return ToolResponse(part=part, draft_changed=True)
