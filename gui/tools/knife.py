"""The knife: a line that cuts objects in two."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from core.document.annotation import Annotation
from core.document.geometry import Box, Keypoints, Scribble
from core.editing.knife import cut
from core.errors import MaskwrightError
from gui.tools.draft import Cursor, Draft, DraftPath
from gui.tools.events import (
    Button,
    Command,
    CommandEvent,
    PointerEvent,
    PointerKind,
    ToolEvent,
)
from gui.tools.responses import clear_selection, delete_selected, selected_objects
from gui.tools.tool import NOTHING, REDRAW, DraftRecord, ToolContext, ToolResponse

_DRAG_SCREEN_PX = 4.0

Point = tuple[float, float]


@dataclass(slots=True)
class _Line:
    """The line under way: where it began, where the pointer is, whether the button is held."""

    start: Point
    end: Point
    held: bool


class KnifeTool:
    """Idle, or drawing a line: drag it, or click both ends.

    It cuts the selected objects; with none selected, every object of the layer
    that the line crosses from edge to edge.
    """

    name = "knife"

    def __init__(self) -> None:
        self._line: _Line | None = None

    def handle(self, event: ToolEvent, context: ToolContext) -> ToolResponse:
        """Take an event; the cut is made when the second end is set."""
        if isinstance(event, PointerEvent):
            return self._point(event, context)
        if isinstance(event, CommandEvent):
            return self._command(event.command, context)
        return NOTHING

    def draft(self, context: ToolContext) -> Draft:
        """The line under way."""
        paths: tuple[DraftPath, ...] = ()
        if self._line is not None:
            paths = (DraftPath(np.array([self._line.start, self._line.end])),)
        return Draft(paths=paths, cursor=Cursor.CROSS, color=context.label.color)

    def finish(self, context: ToolContext) -> ToolResponse:
        """Drop a line of which only one end is set."""
        self.cancel()
        return REDRAW

    def cancel(self) -> None:
        """Drop the line."""
        self._line = None

    def checkpoint(self, context: ToolContext) -> DraftRecord | None:
        """None: half a line is no draft to come back to."""
        return None

    def restore(self, record: DraftRecord, context: ToolContext) -> None:
        """Nothing to take up."""

    def _point(self, event: PointerEvent, context: ToolContext) -> ToolResponse:
        point, line = (event.x, event.y), self._line
        if event.kind in (PointerKind.PRESS, PointerKind.DOUBLE_CLICK):
            return self._press(event.button, point, context)
        if line is None or event.kind is PointerKind.LEAVE:
            return NOTHING
        if event.kind is PointerKind.MOVE:
            line.end, line.held = point, line.held and event.button is Button.LEFT
            return REDRAW
        if event.button is not Button.LEFT or not line.held:
            return NOTHING
        line.end, line.held = point, False
        if math.dist(line.start, point) < _DRAG_SCREEN_PX * event.image_px_per_screen_px:
            return ToolResponse(message="Click the other end of the cut.", draft_changed=True)
        return self._cut(line, context)

    def _press(self, button: Button, point: Point, context: ToolContext) -> ToolResponse:
        if button is Button.RIGHT and self._line:
            self.cancel()
            return REDRAW
        if button is not Button.LEFT:
            return NOTHING
        if self._line is None:
            self._line = _Line(point, point, held=True)
            return REDRAW
        self._line.end = point
        return self._cut(self._line, context)

    def _cut(self, line: _Line, context: ToolContext) -> ToolResponse:
        self.cancel()
        ids = [item.id for item in selected_objects(context)] or [
            item.id for item in _under(line, context)
        ]
        try:
            change = cut(context.document, ids, (line.start, line.end))
        except MaskwrightError as error:
            return ToolResponse(message=str(error), draft_changed=True)
        if change is None:
            return ToolResponse(
                message="The line has to cross an object from edge to edge.", draft_changed=True
            )
        pieces = change.images[context.document.image_id].annotation_ids
        return ToolResponse(change, selection=pieces, draft_changed=True)

    def _command(self, command: Command, context: ToolContext) -> ToolResponse:
        if self._line is not None:
            if command is Command.FINISH:
                return self._cut(self._line, context)
            self.cancel()
            return REDRAW
        if command is Command.DELETE:
            return delete_selected(context)
        return clear_selection(context) if command is Command.CANCEL else NOTHING


def _under(line: _Line, context: ToolContext) -> list[Annotation]:
    """Objects of the layer that can be cut and whose bounds the line may cross."""
    reach = Box.from_corners(*line.start, *line.end).expanded(1.0)
    return [
        item
        for item in context.document.in_layer(context.layer_id)
        if not item.locked
        and item.id not in context.hidden_ids
        and not isinstance(item.geometry, Keypoints | Scribble)
        and item.bounds.intersects(reach)
    ]
