"""Select objects, move them, and move the handles of a single one."""

from __future__ import annotations

import math

from core.document.annotation import Annotation
from core.document.geometry import Keypoints, Polygon
from core.editing.annotations import allowed_shift, move_annotations
from gui.tools.draft import Draft
from gui.tools.events import (
    Button,
    Command,
    CommandEvent,
    Modifiers,
    PointerEvent,
    PointerKind,
    ToolEvent,
)
from gui.tools.handles import (
    Handle,
    HandleKind,
    edge_at,
    grip_of,
    handle_at,
    held_shape,
    side_at,
)
from gui.tools.neighbour_edges import SNAP_SCREEN_PX, NeighbourEdges
from gui.tools.object_finder import ObjectFinder
from gui.tools.responses import (
    attempt,
    clear_selection,
    delete_selected,
    selected_objects,
)
from gui.tools.select_draft import HANDLE_SCREEN_PX, SelectView, select_draft
from gui.tools.select_states import ActiveVertex, Banding, Gripping, Point, Pressing
from gui.tools.selecting import editable_object, selecting, toggled, with_visible_groups
from gui.tools.tool import NOTHING, REDRAW, DraftRecord, ToolContext, ToolResponse

_BODY_SCREEN_PX = 4.0
_SIDE_SCREEN_PX = 3.0
_DRAG_SCREEN_PX = 3.0
_SAME_PLACE_SCREEN_PX = 4.0


class SelectTool:
    """Idle, gripping a handle, pressing on an object, or drawing a rubber band.

    A click takes the smallest object under the pointer, another click at the
    same place the next larger one, round and round. Ctrl adds and removes.
    """

    name = "select"

    def __init__(self) -> None:
        self._finder = ObjectFinder()
        self._edges = NeighbourEdges()
        self._state: Gripping | Pressing | Banding | None = None
        self._vertex: ActiveVertex | None = None
        self._clicked: tuple[Point, int] | None = None
        self._hovered_id: int | None = None
        self._hovered_handle: Handle | None = None
        self._scale = 1.0

    def handle(self, event: ToolEvent, context: ToolContext) -> ToolResponse:
        """Take an event; what is dragged becomes a change when the button is released."""
        if isinstance(event, PointerEvent):
            return self._point(event, context)
        if isinstance(event, CommandEvent):
            return self._command(event.command, context)
        return NOTHING

    def draft(self, context: ToolContext) -> Draft:
        """Handles of a single object, what is dragged, the rubber band, the hovered object."""
        state, view = self._state, SelectView(scale=self._scale)
        if self._hovered_id in context.document.annotations:
            view.hovered_id = self._hovered_id
        view.hovered_handle = self._hovered_handle
        if isinstance(state, Gripping):
            view.edited, view.active = state.geometry, state.handle
        elif isinstance(state, Pressing) and state.end:
            view.shift = self._shift(state.start, state.end, context)
        elif isinstance(state, Banding):
            view.band = state.box
        if view.active is None:
            vertex = self._active_vertex(context)
            view.active = vertex.handle if vertex else None
        return select_draft(view, context)

    def finish(self, context: ToolContext) -> ToolResponse:
        """Drop a drag that was not released."""
        self.cancel()
        self._hovered_id = self._hovered_handle = None
        return REDRAW

    def cancel(self) -> None:
        """Drop what is dragged."""
        self._state = None
        self._vertex = None

    def checkpoint(self, context: ToolContext) -> DraftRecord | None:
        """None: a drag is no draft to come back to."""
        return None

    def restore(self, record: DraftRecord, context: ToolContext) -> None:
        """Nothing to take up."""

    def _point(self, event: PointerEvent, context: ToolContext) -> ToolResponse:
        self._scale = event.image_px_per_screen_px
        left = event.button is Button.LEFT
        if event.kind is PointerKind.LEAVE:
            self._hovered_id = self._hovered_handle = None
            return REDRAW
        if event.kind is PointerKind.MOVE:
            return self._move(event, context)
        if event.kind is PointerKind.RELEASE:
            return self._release(event, context) if left else NOTHING
        if not left:
            return NOTHING
        if event.kind is PointerKind.DOUBLE_CLICK:
            return self._double_click(event, context)
        return self._press(event, context)

    def _move(self, event: PointerEvent, context: ToolContext) -> ToolResponse:
        if self._state is None:
            return self._hover(event, context)
        if event.button is Button.NONE:
            return self._settle(event, context)  # the release went elsewhere
        return self._drag(event, context)

    def _hover(self, event: PointerEvent, context: ToolContext) -> ToolResponse:
        editable = editable_object(context)
        handle = self._grip_under(event, editable)
        hits = [] if handle else self._hits(event, context)
        before = (self._hovered_id, self._hovered_handle)
        self._hovered_id, self._hovered_handle = (hits[0] if hits else None), handle
        return NOTHING if before == (self._hovered_id, self._hovered_handle) else REDRAW

    def _press(self, event: PointerEvent, context: ToolContext) -> ToolResponse:
        editable = editable_object(context)
        handle = self._grip_under(event, editable)
        if editable and handle:
            return self._grip(editable, handle, event, context)
        self._vertex = None
        start, hits = (event.x, event.y), self._hits(event, context)
        if Modifiers.CONTROL in event.modifiers and hits:
            self._clicked = None
            return selecting(toggled(hits[0], context))
        if not hits:
            self._state = Banding(start, adds=Modifiers.CONTROL in event.modifiers)
            return REDRAW
        fresh = context.selection.isdisjoint(hits)
        self._state = Pressing(start, fresh)
        if fresh:
            self._clicked = (start, hits[0])
            return selecting(with_visible_groups(context, hits[:1]))
        return REDRAW

    def _grip_under(self, event: PointerEvent, editable: Annotation | None) -> Handle | None:
        """A handle of the editable object, else an edge of its outline."""
        if editable is None:
            return None
        shape, x, y = editable.geometry, event.x, event.y
        handle = grip_of(editable, x, y, HANDLE_SCREEN_PX * self._scale)
        if handle or not isinstance(shape, Polygon) or Modifiers.CONTROL in event.modifiers:
            return handle
        return side_at(shape, x, y, _SIDE_SCREEN_PX * self._scale)

    def _grip(
        self, annotation: Annotation, handle: Handle, event: PointerEvent, context: ToolContext
    ) -> ToolResponse:
        if Modifiers.SHIFT in event.modifiers and handle.kind is HandleKind.VERTEX:
            self._vertex = None
            vertex = ActiveVertex(annotation.id, handle)
            is_keypoint = isinstance(held_shape(annotation, handle), Keypoints)
            return vertex.covered(context) if is_keypoint else vertex.dropped(context)
        self._state = Gripping.of(annotation, handle, (event.x, event.y))
        return REDRAW

    def _drag(self, event: PointerEvent, context: ToolContext) -> ToolResponse:
        state, point = self._state, (event.x, event.y)
        if isinstance(state, Gripping):
            if state.moved or self._beyond(state.start, point):
                state.drag_to(self._snapped(state, event, context), context.document.size)
        elif state is not None and (state.end or self._beyond(state.start, point)):
            state.end = point
        return REDRAW

    def _snapped(self, state: Gripping, event: PointerEvent, context: ToolContext) -> Point:
        """The pointer, or where it must be for the vertex to lie on a neighbour's outline."""
        point = event.x, event.y
        is_vertex = state.handle.kind is HandleKind.VERTEX and not state.handle.beside
        if not (context.snaps and is_vertex) or Modifiers.CONTROL in event.modifiers:
            return point
        off_x, off_y = state.place[0] - state.start[0], state.place[1] - state.start[1]
        x, y = point[0] + off_x, point[1] + off_y
        reach = SNAP_SCREEN_PX * self._scale
        found = self._edges.nearest(context, x, y, reach, state.annotation.id)
        return point if found is None else (found.x - off_x, found.y - off_y)

    def _release(self, event: PointerEvent, context: ToolContext) -> ToolResponse:
        if self._state is None:
            return NOTHING
        self._drag(event, context)
        return self._settle(event, context)

    def _settle(self, event: PointerEvent, context: ToolContext) -> ToolResponse:
        """Turn what was held into a change or a selection."""
        state, self._state = self._state, None
        if isinstance(state, Gripping):
            if state.handle.kind is HandleKind.SIDE and not state.moved:
                return self._click_through(event, context)
            if state.handle.kind is HandleKind.VERTEX:
                self._vertex = ActiveVertex(state.annotation.id, state.handle)
            self._hovered_handle = state.handle
            return state.let_go(context)
        if isinstance(state, Banding):
            return self._select_inside(state, context)
        if state is None:
            return NOTHING
        if state.end is None:
            return REDRAW if state.fresh else self._click_through(event, context)
        self._clicked = None
        dx, dy = state.end[0] - state.start[0], state.end[1] - state.start[1]
        ids = [item.id for item in selected_objects(context)]
        return attempt(lambda: move_annotations(context.document, ids, dx, dy))

    def _select_inside(self, state: Banding, context: ToolContext) -> ToolResponse:
        kept = context.selection if state.adds else frozenset()
        self._clicked = None
        if state.box is None:
            return selecting(kept)
        inside = self._finder.inside(context, state.box)
        return selecting(kept | with_visible_groups(context, inside))

    def _click_through(self, event: PointerEvent, context: ToolContext) -> ToolResponse:
        """The smallest object, or the next larger one when the same place is clicked again.

        An object of a group is selected with its group first, then alone.
        """
        hits, point = self._hits(event, context), (event.x, event.y)
        if not hits:
            return REDRAW
        chosen = hits[0]
        if self._clicked is not None:
            place, last = self._clicked
            reach = _SAME_PLACE_SCREEN_PX * self._scale
            if math.dist(place, point) <= reach and last in hits and last in context.selection:
                if len(context.selection) > 1 and context.selection == with_visible_groups(
                    context, [last]
                ):
                    self._clicked = (point, last)
                    return selecting(frozenset({last}))
                chosen = hits[(hits.index(last) + 1) % len(hits)]
        self._clicked = (point, chosen)
        return selecting(with_visible_groups(context, [chosen]))

    def _double_click(self, event: PointerEvent, context: ToolContext) -> ToolResponse:
        """On an edge of the selected polygon: a new vertex there. Else: a press like any other."""
        editable = editable_object(context)
        if editable and isinstance(editable.geometry, Polygon):
            reach = HANDLE_SCREEN_PX * self._scale
            at_vertex = handle_at(editable.geometry, event.x, event.y, reach)
            edge = edge_at(editable.geometry, event.x, event.y, reach)
            if edge and not at_vertex:
                return self._grip(editable, edge, event, context)
        return self._press(event, context)

    def _command(self, command: Command, context: ToolContext) -> ToolResponse:
        if command is Command.CANCEL:
            if self._state or self._vertex:
                self.cancel()
                return REDRAW
            return clear_selection(context)
        if command is Command.DELETE and self._state is None:
            vertex, self._vertex = self._active_vertex(context), None
            return vertex.dropped(context) if vertex else delete_selected(context)
        return NOTHING

    def _active_vertex(self, context: ToolContext) -> ActiveVertex | None:
        """The active vertex while its object is the one selected and still has it."""
        vertex = self._vertex
        return vertex if vertex and vertex.is_in(editable_object(context)) else None

    def _hits(self, event: PointerEvent, context: ToolContext) -> list[int]:
        return self._finder.at(context, event.x, event.y, _BODY_SCREEN_PX * self._scale)

    def _shift(self, start: Point, end: Point, context: ToolContext) -> Point:
        chosen = selected_objects(context)
        return allowed_shift(context.document, chosen, end[0] - start[0], end[1] - start[1])

    def _beyond(self, start: Point, point: Point) -> bool:
        return math.dist(start, point) > _DRAG_SCREEN_PX * self._scale
