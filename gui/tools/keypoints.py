"""Place the keypoints of a label one after the other."""

from __future__ import annotations

import numpy as np

from core.document.annotation import Annotation
from core.document.geometry import Keypoints, Visibility
from core.editing.annotations import set_geometry, set_keypoints
from core.editing.skeletons import edges_of, skeleton_lines
from gui.tools.checkpoint import payload_of, points_of, record_of, unreadable
from gui.tools.draft import Cursor, Draft, DraftNote, DraftPath
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
from gui.tools.responses import (
    attempt,
    clear_selection,
    clipped_point,
    delete_selected,
    new_object,
    only_selected,
)
from gui.tools.tool import NOTHING, REDRAW, DraftRecord, ToolContext, ToolResponse

KeypointList = list[tuple[float, float, Visibility]]

_NO_KEYPOINTS = ToolResponse(
    message="This label has no keypoints yet. Define them with Edit, Keypoints of the label."
)


class KeypointsTool:
    """The points so far; the next one is named beside the pointer.

    Left sets a point that is seen, right or Shift one that is hidden, ``]`` says
    that it is absent, Backspace or ``[`` goes back. After the last one the
    object is done; Enter finishes earlier, and the rest is absent. On a single
    selected object with absent points the next click sets its first absent one; points
    that are set while one outline, mask or box of the label is selected belong to it.
    """

    name = "keypoints"

    def __init__(self) -> None:
        self._points: KeypointList = []
        self._pointer: tuple[float, float] | None = None

    def handle(self, event: ToolEvent, context: ToolContext) -> ToolResponse:
        """Take an event; the object is added when its last point is there."""
        if isinstance(event, PointerEvent):
            return self._point(event, context)
        if isinstance(event, StepEvent):
            return self._step(event.steps, context)
        return self._command(event, context)

    def draft(self, context: ToolContext) -> Draft:
        """The points and the lines between them, and the name of the next one."""
        color, note = context.label.color, None
        name = self._next_name(context)
        if self._pointer is not None and name:
            note = DraftNote(*self._pointer, name)
        seen = [(x, y) for x, y, state in self._points if state is not Visibility.UNLABELLED]
        lines = tuple(
            DraftPath(np.array(line), vertices=False)
            for line in skeleton_lines(Keypoints(tuple(self._points)), edges_of(context.label))
        )
        return Draft(paths=lines, handles=tuple(seen), cursor=Cursor.CROSS, color=color, note=note)

    def finish(self, context: ToolContext) -> ToolResponse:
        """Keep an object that has a point."""
        response = self._complete(context)
        self.cancel()
        return response if response.change else REDRAW

    def cancel(self) -> None:
        """Drop all points."""
        self._points = []

    def checkpoint(self, context: ToolContext) -> DraftRecord | None:
        """The points so far."""
        if not self._points:
            return None
        places = [(x, y) for x, y, _ in self._points]
        seen = [int(state) for _, _, state in self._points]
        return record_of(self.name, context, {"points": places, "seen": seen})

    def restore(self, record: DraftRecord, context: ToolContext) -> None:
        """Go on behind the last point."""
        payload = payload_of(record, self.name, context)
        places, seen = points_of(payload, "points"), payload.get("seen")
        if not isinstance(seen, list) or len(seen) != len(places):
            raise unreadable()
        try:
            states = [Visibility(state) for state in seen]
        except ValueError as error:
            raise unreadable() from error
        size = context.document.size
        self._points = [
            (*clipped_point(*place, size), state)
            for place, state in zip(places, states, strict=True)
        ]

    def _point(self, event: PointerEvent, context: ToolContext) -> ToolResponse:
        if event.kind is PointerKind.LEAVE:
            self._pointer = None
            return REDRAW
        self._pointer = clipped_point(event.x, event.y, context.document.size)
        pressed = event.kind in (PointerKind.PRESS, PointerKind.DOUBLE_CLICK)
        if not pressed or event.button is Button.NONE:
            return REDRAW if event.kind is PointerKind.MOVE else NOTHING
        hidden = event.button is Button.RIGHT or Modifiers.SHIFT in event.modifiers
        state = Visibility.HIDDEN if hidden else Visibility.VISIBLE
        unfinished = self._unfinished(context)
        if unfinished is not None:
            return _with_point(context, unfinished, (*self._pointer, state))
        return self._add((*self._pointer, state), context)

    def _step(self, steps: int, context: ToolContext) -> ToolResponse:
        if steps < 0:
            return self._drop_last()
        return self._add((0.0, 0.0, Visibility.UNLABELLED), context)

    def _add(self, point: tuple[float, float, Visibility], context: ToolContext) -> ToolResponse:
        count = len(context.label.keypoint_names)
        if not count:
            return _NO_KEYPOINTS
        self._points.append(point)
        if len(self._points) < count:
            return REDRAW
        return self._complete(context)

    def _drop_last(self) -> ToolResponse:
        if not self._points:
            return NOTHING
        self._points.pop()
        return REDRAW

    def _complete(self, context: ToolContext) -> ToolResponse:
        missing = len(context.label.keypoint_names) - len(self._points)
        points = [*self._points, *[(0.0, 0.0, Visibility.UNLABELLED)] * max(missing, 0)]
        if not any(state for _, _, state in points):
            self.cancel()
            return ToolResponse(message="Set at least one keypoint.", draft_changed=True)
        self.cancel()
        shape = Keypoints(tuple(points))
        owner = self._owner(context)
        if owner is not None:
            name, document = "Set keypoints", context.document
            return attempt(lambda: set_keypoints(document, owner.id, shape, name), frozenset())
        response = new_object(context, shape, self.name, "Set keypoints")
        # Unselected, so that the next click begins another object.
        return ToolResponse(response.change, frozenset(), draft_changed=True)

    def _command(self, event: CommandEvent, context: ToolContext) -> ToolResponse:
        command = event.command
        if not self._points:
            if command is Command.DELETE:
                return delete_selected(context)
            cancels = command in (Command.CANCEL, Command.FINISH)
            return clear_selection(context) if cancels else NOTHING
        if command is Command.FINISH:
            return self._complete(context)
        if command is Command.CANCEL:
            self.cancel()
            return REDRAW
        return self._drop_last()

    def _unfinished(self, context: ToolContext) -> Annotation | None:
        """The single selected object, while it has absent points and nothing is under way."""
        item = only_selected(context)
        if self._points or item is None or item.locked:
            return None
        return item if first_absent(item) is not None else None

    def _owner(self, context: ToolContext) -> Annotation | None:
        """The single selected object when it has an outline of this label, and no points yet."""
        item = only_selected(context)
        if item is None or item.locked or item.label_id != context.label.id:
            return None
        return item if points_of_object(item) is None else None

    def _next_name(self, context: ToolContext) -> str:
        unfinished = self._unfinished(context)
        if unfinished is not None:
            names, place = names_of(unfinished, context), first_absent(unfinished) or 0
        else:
            names, place = context.label.keypoint_names, len(self._points)
        return f"{place + 1}/{len(names)}  {names[place]}" if place < len(names) else ""


def points_of_object(item: Annotation) -> Keypoints | None:
    """The keypoints that an object is, or has beside its shape."""
    return item.geometry if isinstance(item.geometry, Keypoints) else item.keypoints


def first_absent(item: Annotation) -> int | None:
    """The place of the first keypoint of an object that is not set; None when all are."""
    shown = points_of_object(item)
    if shown is None:
        return None
    states = enumerate(state for _, _, state in shown.points)
    return next((place for place, state in states if state is Visibility.UNLABELLED), None)


def names_of(item: Annotation, context: ToolContext) -> tuple[str, ...]:
    """The names of an object's keypoints; numbers for those that have none."""
    label = context.labels.get(item.label_id)
    names = label.keypoint_names if label else ()
    shown = points_of_object(item)
    count = 0 if shown is None else len(shown.points)
    return (*names[:count], *(str(place + 1) for place in range(len(names), count)))


def with_visibility(keypoints: Keypoints, place: int, state: Visibility) -> Keypoints | None:
    """The keypoints with one of them seen, hidden or absent; None when none would be left."""
    points = list(keypoints.points)
    x, y, _ = points[place]
    points[place] = (x, y, state) if state else (0.0, 0.0, state)
    return Keypoints(tuple(points)) if any(seen for _, _, seen in points) else None


def _with_point(
    context: ToolContext, item: Annotation, point: tuple[float, float, Visibility]
) -> ToolResponse:
    place, shown = first_absent(item), points_of_object(item)
    if place is None or shown is None:
        return NOTHING
    points = list(shown.points)
    points[place] = point
    name = f"Set {names_of(item, context)[place]}"
    shape = Keypoints(tuple(points))
    if shown is item.keypoints:
        return attempt(lambda: set_keypoints(context.document, item.id, shape, name))
    return attempt(lambda: set_geometry(context.document, item.id, shape, name))
