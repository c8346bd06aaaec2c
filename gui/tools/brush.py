"""Paint on an object, or erase from it, with a round brush.

The radius is in screen pixels, so zooming in paints finer. What is painted is
the exact footprint that the cursor shows; one stroke is one change.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from core.document.annotation import Annotation
from core.document.geometry import Keypoints, Size
from core.document.mask import Mask
from core.imaging.disk_strokes import disk_step
from gui.tools.checkpoint import (
    number_of,
    packed,
    packed_numbers,
    payload_of,
    record_of,
    unpacked,
    unpacked_numbers,
    unreadable,
)
from gui.tools.draft import BrushCursor, Cursor, Draft, DraftMask
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
from gui.tools.live_mask import LiveMask
from gui.tools.object_finder import ObjectFinder
from gui.tools.responses import (
    attempt,
    clear_selection,
    delete_selected,
    new_object,
    only_selected,
    painted,
)
from gui.tools.tool import NOTHING, REDRAW, DraftRecord, ToolContext, ToolResponse

SMALLEST_RADIUS_PX, LARGEST_RADIUS_PX = 0.5, 500.0
_GROWTH_PER_STEP = 1.15
_LOCKED = ToolResponse(message="This object is locked, so it was not painted on. Unlock it first.")
_NO_AREA = ToolResponse(message="Keypoints have no area to paint on. Select another object.")


@dataclass(slots=True)
class _Stroke:
    """A stroke under way, on an object or (None) for a new one."""

    pixels: LiveMask
    subtract: bool
    target_id: int | None
    held_button: Button | None
    begun_with: Mask | None = None
    """Pixels of a stroke that was restored from an older kind of checkpoint."""
    places: list[tuple[float, float, float]] = field(default_factory=list)
    """Where the brush was, and its radius there, in image pixels."""

    def step_to(self, x: float, y: float, radius_px: float, size: Size) -> None:
        """Paint from the place before to this one."""
        if self.places and self.places[-1][:2] == (x, y):
            return
        start = self.places[-1][:2] if self.places else (x, y)
        self.pixels.add(disk_step(start, (x, y), radius_px, size))
        self.places.append((x, y, radius_px))


class BrushTool:
    """The brush; with ``erases`` it is the eraser, whose buttons both take away.

    Left adds, right or Shift+left takes away. It works on the object that is
    selected alone, otherwise it begins a new one and selects it; taking away
    with nothing selected works on the object under the pointer. Enter or N
    ends the object: the next stroke begins another.
    """

    def __init__(self, erases: bool = False, radius_px: float = 12.0) -> None:
        self._erases = erases
        self._radius_px = radius_px
        self._stroke: _Stroke | None = None
        self._pointer: PointerEvent | None = None
        self._finder = ObjectFinder()

    @property
    def name(self) -> str:
        """Identifier, ``brush`` or ``eraser``."""
        return "eraser" if self._erases else "brush"

    @property
    def radius_px(self) -> float:
        """Radius in screen pixels."""
        return self._radius_px

    def set_radius(self, radius_px: float) -> None:
        """Choose the radius in screen pixels, kept within sensible limits."""
        self._radius_px = min(max(radius_px, SMALLEST_RADIUS_PX), LARGEST_RADIUS_PX)

    def handle(self, event: ToolEvent, context: ToolContext) -> ToolResponse:
        """Take an event; a stroke becomes a change when the button is released."""
        if isinstance(event, StepEvent):
            self.set_radius(self._radius_px * _GROWTH_PER_STEP**event.steps)
            return ToolResponse(message=f"Radius {self._radius_px:.1f} px", draft_changed=True)
        if isinstance(event, CommandEvent):
            return self._command(event.command, context)
        return self._point(event, context)

    def draft(self, context: ToolContext) -> Draft:
        """The stroke so far and the footprint under the pointer."""
        masks: tuple[DraftMask, ...] = ()
        if self._stroke:
            masks = (DraftMask(self._stroke.pixels.view(), self._stroke.subtract),)
        return Draft(
            masks=masks,
            brush=self._brush_cursor(),
            cursor=Cursor.NONE if self._pointer else Cursor.CROSS,
            color=context.label.color,
        )

    def finish(self, context: ToolContext) -> ToolResponse:
        """Keep the stroke that is under way."""
        self._pointer = None
        return self._commit(context)

    def cancel(self) -> None:
        """Drop the stroke that is under way."""
        self._stroke = None

    def checkpoint(self, context: ToolContext) -> DraftRecord | None:
        """Where the brush was, from which the pixels follow, and what they are for."""
        under_way = self._stroke
        if under_way is None or under_way.pixels.box.is_empty:
            return None
        payload: dict[str, object] = {
            "target": under_way.target_id,
            "subtract": under_way.subtract,
            "places": packed_numbers(np.array(under_way.places, np.float64)),
        }
        if under_way.begun_with is not None:
            payload["mask"] = packed(under_way.begun_with)
        return record_of(self.name, context, payload)

    def restore(self, record: DraftRecord, context: ToolContext) -> None:
        """Show the stroke again; it is applied by Enter, the next stroke or on leaving."""
        payload = payload_of(record, self.name, context)
        size = context.document.size
        pixels = LiveMask(size)
        under_way = _Stroke(
            pixels, payload.get("subtract") is True, number_of(payload, "target"), None
        )
        if "mask" in payload:
            under_way.begun_with = unpacked(payload["mask"], context)
            pixels.add(under_way.begun_with)
        if "places" in payload:
            for x, y, radius in _places_of(payload["places"]):
                under_way.step_to(x, y, radius, size)
        self._stroke = under_way

    def _point(self, event: PointerEvent, context: ToolContext) -> ToolResponse:
        self._pointer = None if event.kind is PointerKind.LEAVE else event
        if event.kind in (PointerKind.PRESS, PointerKind.DOUBLE_CLICK):
            return self._press(event, context)
        held_button = self._stroke.held_button if self._stroke else None
        if event.kind is PointerKind.MOVE and held_button:
            if event.button is Button.NONE:
                return self._commit(context)  # the release went elsewhere
            self._extend(event, context)
        if event.kind is PointerKind.RELEASE and held_button is event.button:
            self._extend(event, context)
            return self._commit(context)
        return REDRAW

    def _press(self, event: PointerEvent, context: ToolContext) -> ToolResponse:
        if event.button is Button.NONE or (self._stroke and self._stroke.held_button):
            return NOTHING
        restored = self._commit(context)
        if restored.selection is not None:
            self._begin(event, context, _first(restored.selection))
            return restored
        target = only_selected(context)
        if target is None and self._subtracts(event):
            target = self._finder.smallest_at(context, event.x, event.y)
            if target is None:
                return ToolResponse(message="Select an object to take from, or begin on it.")
        if target is not None and not _can_be_painted(target):
            return _LOCKED if target.locked else _NO_AREA
        self._begin(event, context, target.id if target else None)
        return ToolResponse(
            selection=frozenset({target.id}) if target else None, draft_changed=True
        )

    def _begin(self, event: PointerEvent, context: ToolContext, target_id: int | None) -> None:
        pixels = LiveMask(context.document.size)
        self._stroke = _Stroke(pixels, self._subtracts(event), target_id, event.button)
        self._extend(event, context)

    def _extend(self, event: PointerEvent, context: ToolContext) -> None:
        under_way = self._stroke
        if under_way is None:
            return
        radius = self._radius_px * event.image_px_per_screen_px
        under_way.step_to(event.x, event.y, radius, context.document.size)

    def _commit(self, context: ToolContext) -> ToolResponse:
        """Turn the stroke into a change of its object, or into a new object."""
        under_way, self._stroke = self._stroke, None
        if under_way is None:
            return NOTHING
        mask, target_id = under_way.pixels.to_mask(), under_way.target_id
        if mask.is_empty:
            return REDRAW
        if target_id in context.document.annotations and target_id is not None:
            return attempt(
                lambda: painted(context, target_id, mask, under_way.subtract),
                selection=frozenset({target_id}),
            )
        if under_way.subtract:
            return ToolResponse(message="The object is no longer there.", draft_changed=True)
        return new_object(context, mask, self.name, "Paint object")

    def _command(self, command: Command, context: ToolContext) -> ToolResponse:
        if self._stroke is not None:
            if command is Command.FINISH:
                return self._commit(context)
            if command is Command.CANCEL:
                self.cancel()
                return REDRAW
            return NOTHING
        if command is Command.DELETE:
            return delete_selected(context)
        return NOTHING if command is Command.DROP_LAST else clear_selection(context)

    def _subtracts(self, event: PointerEvent) -> bool:
        return self._erases or event.button is Button.RIGHT or Modifiers.SHIFT in event.modifiers

    def _brush_cursor(self) -> BrushCursor | None:
        event = self._pointer
        if event is None:
            return None
        under_way = self._stroke
        subtract = (
            under_way.subtract if under_way and under_way.held_button else self._subtracts(event)
        )
        radius = self._radius_px * event.image_px_per_screen_px
        return BrushCursor(event.x, event.y, radius, subtract)


def _can_be_painted(annotation: Annotation) -> bool:
    return not annotation.locked and not isinstance(annotation.geometry, Keypoints)


def _places_of(value: object) -> list[tuple[float, float, float]]:
    """Places and radii of a checkpoint; raises ConflictError when they are damaged."""
    numbers = unpacked_numbers(value, columns=3)
    if (numbers[:, 2] < 0).any():
        raise unreadable()
    return [(float(x), float(y), float(radius)) for x, y, radius in numbers]


def _first(ids: frozenset[int]) -> int | None:
    return next(iter(ids), None)
