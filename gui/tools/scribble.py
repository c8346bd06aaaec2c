"""Scribble on some of each kind of pixel; what is like them is found as one draws."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np

from core.errors import ConflictError
from core.training.scribble_classifier import FoundPart, Stroke
from gui.tools.checkpoint import payload_of, record_of
from gui.tools.draft import BrushCursor, Cursor, Draft, DraftMask, DraftPath
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
from gui.tools.responses import STILL_OPENING
from gui.tools.tool import NOTHING, REDRAW, DraftRecord, ToolContext, ToolResponse

BACKGROUND = 0
_GROWTH_PER_STEP = 1.25
_SMALLEST_RADIUS_PX, _LARGEST_RADIUS_PX = 0.5, 60.0

Listener = Callable[[], None]


def _nobody() -> None:
    return


class ScribbleTool:
    """Left scribbles the active label, right or Shift background; Enter keeps what was found.

    The tool knows nothing of classifiers: ``on_strokes`` is called when strokes
    have changed, ``on_wanted`` when they are to become objects, and whoever finds
    pixels hands them to ``show``.
    """

    name = "scribble"

    def __init__(self, radius_px: float = 3.0) -> None:
        self._radius_px = radius_px
        self._strokes: list[Stroke] = []
        self._points: list[tuple[float, float]] = []
        self._held: Button | None = None
        self._label = BACKGROUND
        self._scale = 1.0
        self._pointer: PointerEvent | None = None
        self._found: tuple[FoundPart, ...] = ()
        self.on_strokes: Listener = _nobody
        self.on_wanted: Listener = _nobody

    @property
    def strokes(self) -> tuple[Stroke, ...]:
        """All strokes, the one under way too."""
        return (*self._strokes, *self._stroke_under_way())

    def show(self, found: tuple[FoundPart, ...]) -> None:
        """Draw these pixels over the picture."""
        self._found = found

    def handle(self, event: ToolEvent, context: ToolContext) -> ToolResponse:
        """Take an event."""
        if isinstance(event, StepEvent):
            radius = self._radius_px * _GROWTH_PER_STEP**event.steps
            self._radius_px = min(max(radius, _SMALLEST_RADIUS_PX), _LARGEST_RADIUS_PX)
            return REDRAW
        if isinstance(event, CommandEvent):
            return self._command(event.command)
        self._pointer = None if event.kind is PointerKind.LEAVE else event
        if event.kind in (PointerKind.PRESS, PointerKind.DOUBLE_CLICK):
            return self._press(event, context)
        if self._held is not None:
            if event.kind is PointerKind.MOVE and event.button is not Button.NONE:
                self._points.append((event.x, event.y))
                self.on_strokes()
            elif event.kind is not PointerKind.LEAVE:
                self._end_stroke()
        return REDRAW

    def draft(self, context: ToolContext) -> Draft:
        """The strokes as lines, and over the picture what is like them."""
        masks = tuple(DraftMask(part.mask, subtract=False, committed=False) for part in self._found)
        paths = tuple(
            DraftPath(stroke.points, vertices=False)
            for stroke in self.strokes
            if len(stroke.points) > 1
        )
        brush = None
        if self._pointer is not None:
            takes_away = self._is_background(self._pointer)
            radius = self._radius_px * self._pointer.image_px_per_screen_px
            brush = BrushCursor(self._pointer.x, self._pointer.y, radius, takes_away)
        return Draft(
            paths=paths, masks=masks, brush=brush, cursor=Cursor.CROSS, color=context.label.color
        )

    def finish(self, context: ToolContext) -> ToolResponse:
        """Leave the tool; scribbles that became no objects are dropped."""
        self.cancel()
        return REDRAW

    def cancel(self) -> None:
        """Drop the scribbles and what was found."""
        self._strokes, self._points, self._held, self._found = [], [], None, ()

    def checkpoint(self, context: ToolContext) -> DraftRecord | None:
        """The strokes."""
        if not self._strokes:
            return None
        strokes = [
            [stroke.label, stroke.radius_px, stroke.points.round(2).tolist()]
            for stroke in self._strokes
        ]
        return record_of(self.name, context, {"strokes": json.dumps(strokes)})

    def restore(self, record: DraftRecord, context: ToolContext) -> None:
        """Take up the strokes."""
        payload = payload_of(record, self.name, context)
        try:
            self._strokes = [
                Stroke(int(label), np.array(points, np.float64).reshape(-1, 2), float(radius))
                for label, radius, points in json.loads(str(payload["strokes"]))
            ]
        except (KeyError, TypeError, ValueError) as error:
            raise ConflictError("The unfinished scribbles could not be read.") from error
        self.on_strokes()

    def _press(self, event: PointerEvent, context: ToolContext) -> ToolResponse:
        if context.image is None:
            return STILL_OPENING
        if event.button is Button.NONE:
            return NOTHING
        self._held = event.button
        self._label = BACKGROUND if self._is_background(event) else context.label.id
        self._scale = event.image_px_per_screen_px
        self._points = [(event.x, event.y)]
        self.on_strokes()
        return REDRAW

    def _command(self, command: Command) -> ToolResponse:
        if command is Command.FINISH and self._strokes:
            self.on_wanted()
            return REDRAW
        if command is Command.CANCEL:
            self.cancel()
            self.on_strokes()
            return REDRAW
        if command is Command.DROP_LAST and self._strokes:
            self._strokes.pop()
            self.on_strokes()
            return REDRAW
        return NOTHING

    def _end_stroke(self) -> None:
        self._strokes += self._stroke_under_way()
        self._points, self._held = [], None
        self.on_strokes()

    def _stroke_under_way(self) -> list[Stroke]:
        if not self._points:
            return []
        points = np.array(self._points, np.float64)
        return [Stroke(self._label, points, self._radius_px * self._scale)]

    def _is_background(self, event: PointerEvent) -> bool:
        return event.button is Button.RIGHT or Modifiers.SHIFT in event.modifiers
