"""What the select tool shows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.document.annotation import Annotation, Geometry
from core.document.geometry import Box, Keypoints, Polygon, RotatedBox, Scribble, Visibility
from core.document.mask import Mask
from core.editing.annotations import moved_geometry
from core.editing.skeletons import edges_of, skeleton_lines
from gui.tools.draft import Cursor, Draft, DraftMask, DraftNote, DraftPath
from gui.tools.handles import Handle, HandleKind, box_handles, edge_middles, held_shape
from gui.tools.keypoints import names_of
from gui.tools.responses import only_selected, selected_objects
from gui.tools.rotated_handles import grip_points, turning_point
from gui.tools.tool import ToolContext

HANDLE_SCREEN_PX = 7.0
"""How near to a handle the pointer has to be."""

_EDGE_WITH_MIDDLE_SCREEN_PX = 28.0
_MOST_MIDDLES = 300
_MOST_MOVED_SHAPES = 500


@dataclass(slots=True)
class SelectView:
    """What the tool is doing; ``scale`` is image pixels per screen pixel.

    ``edited`` is the single selected shape as it would become, ``shift`` how
    far the selection is dragged.
    """

    scale: float
    hovered_id: int | None = None
    hovered_handle: Handle | None = None
    active: Handle | None = None
    edited: Geometry | None = None
    shift: tuple[float, float] | None = None
    band: Box | None = None


@dataclass(slots=True)
class _Shapes:
    paths: tuple[DraftPath, ...] = ()
    masks: tuple[DraftMask, ...] = ()
    boxes: tuple[Box, ...] = ()
    handles: tuple[tuple[float, float], ...] = ()

    def plus(self, other: _Shapes) -> _Shapes:
        return _Shapes(
            self.paths + other.paths,
            self.masks + other.masks,
            self.boxes + other.boxes,
            self.handles + other.handles,
        )


def select_draft(view: SelectView, context: ToolContext) -> Draft:
    """The handles of a single object, or the selection where it is dragged to."""
    shapes, note, replaced = _Shapes(), None, None
    chosen = selected_objects(context)
    label = context.labels.get(chosen[0].label_id) if chosen else None
    if view.shift is not None:
        shapes = _dragged_selection(chosen, view.shift)
    else:
        single = only_selected(context)
        if single is not None and not single.locked:
            shapes = _single(single, view, context)
            note = _keypoint_note(single, view, context)
            replaced = _replaced(single, view)
    boxes = shapes.boxes if view.band is None else (*shapes.boxes, view.band)
    return Draft(
        paths=shapes.paths,
        masks=shapes.masks,
        boxes=boxes,
        handles=shapes.handles,
        hovered_id=view.hovered_id,
        cursor=_cursor(view, context),
        color=(label or context.label).color,
        note=note,
        replaced=replaced,
    )


def _single(item: Annotation, view: SelectView, context: ToolContext) -> _Shapes:
    """The shape of an object with its handles, and the keypoints beside it with theirs."""
    label = context.labels.get(item.label_id)
    edges = edges_of(label) if label else ()
    held = view.active if view.edited is not None else None
    holds_point = held is not None and held.beside
    shape = item.geometry if view.edited is None or holds_point else view.edited
    shapes = _gripped(shape, view, edges, is_edited=shape is view.edited)
    if item.keypoints is None:
        return shapes
    points = view.edited if view.edited is not None and holds_point else item.keypoints
    return shapes.plus(_gripped(points, view, edges, is_edited=holds_point))


def _replaced(item: Annotation, view: SelectView) -> Keypoints | None:
    """The skeleton of which a point is held: two of them would be one too many to read."""
    if view.active is None or not isinstance(view.edited, Keypoints):
        return None
    held = held_shape(item, view.active)
    return held if isinstance(held, Keypoints) else None


def _keypoint_note(item: Annotation, view: SelectView, context: ToolContext) -> DraftNote | None:
    """The name of the keypoint that is held or under the pointer."""
    handle = view.active if view.edited is not None else view.hovered_handle
    if handle is None:
        return None
    geometry = view.edited if view.edited is not None else held_shape(item, handle)
    if not isinstance(geometry, Keypoints):
        return None
    hidden = geometry.points[handle.index][2] is Visibility.HIDDEN
    name = names_of(item, context)[handle.index]
    return DraftNote(handle.x, handle.y, f"{name} (hidden)" if hidden else name)


def _gripped(
    geometry: Geometry,
    view: SelectView,
    edges: tuple[tuple[int, int], ...],
    *,
    is_edited: bool,
) -> _Shapes:
    """One shape with its handles; the canvas draws the shape itself unless it is edited."""
    if isinstance(geometry, Box):
        handles = tuple((handle.x, handle.y) for handle in box_handles(geometry))
        return _Shapes(boxes=(geometry,) if is_edited else (), handles=handles)
    if isinstance(geometry, RotatedBox):
        turning = turning_point(geometry, HANDLE_SCREEN_PX * view.scale)
        arm = DraftPath(np.array([grip_points(geometry)[1], turning]), vertices=False)
        outline = DraftPath(geometry.corners(), closed=True, vertices=False)
        return _Shapes(
            paths=(outline, arm) if is_edited else (arm,),
            handles=(*grip_points(geometry), turning),
        )
    if isinstance(geometry, Polygon):
        middles = edge_middles(geometry, _EDGE_WITH_MIDDLE_SCREEN_PX * view.scale)
        shown = () if is_edited or len(middles) > _MOST_MIDDLES else tuple(middles)
        hovered = view.hovered_handle
        if hovered is not None and hovered.kind is HandleKind.EDGE and not shown:
            shown = ((hovered.x, hovered.y),)
        return _Shapes(paths=_outlines(geometry, view.active), handles=shown)
    if isinstance(geometry, Keypoints):
        points = [(x, y) for x, y, seen in geometry.points if seen is not Visibility.UNLABELLED]
        lines = skeleton_lines(geometry, edges) if is_edited else []
        paths = tuple(DraftPath(np.array(line), vertices=False) for line in lines)
        return _Shapes(paths=paths, handles=tuple(points))
    return _Shapes()


def _dragged_selection(chosen: tuple[Annotation, ...], shift: tuple[float, float]) -> _Shapes:
    shapes = _Shapes()
    for annotation in chosen[:_MOST_MOVED_SHAPES]:
        shapes = shapes.plus(_plain(moved_geometry(annotation.geometry, *shift)))
        if annotation.keypoints is not None:
            shapes = shapes.plus(_plain(annotation.keypoints.moved(*shift)))
    return shapes


def _plain(geometry: Geometry) -> _Shapes:
    """A shape without handles."""
    if isinstance(geometry, Mask):
        return _Shapes(masks=(DraftMask(geometry),))
    if isinstance(geometry, Box):
        return _Shapes(boxes=(geometry,))
    if isinstance(geometry, Polygon):
        rings = (ring for part in geometry.parts for ring in part.rings)
        return _Shapes(paths=tuple(DraftPath(ring, closed=True, vertices=False) for ring in rings))
    if isinstance(geometry, RotatedBox):
        return _Shapes(paths=(DraftPath(geometry.corners(), closed=True, vertices=False),))
    if isinstance(geometry, Scribble):
        return _Shapes(paths=(DraftPath(np.asarray(geometry.points), vertices=False),))
    return _Shapes(handles=tuple((x, y) for x, y, seen in geometry.points if seen))


def _outlines(polygon: Polygon, active: Handle | None) -> tuple[DraftPath, ...]:
    return tuple(
        DraftPath(ring, closed=True, active=_active_in(active, part, number))
        for part, piece in enumerate(polygon.parts)
        for number, ring in enumerate(piece.rings)
    )


def _active_in(active: Handle | None, part: int, ring: int) -> int | None:
    if active is None or active.kind is not HandleKind.VERTEX or active.beside:
        return None
    return active.index if (active.part, active.ring) == (part, ring) else None


def _cursor(view: SelectView, context: ToolContext) -> Cursor:
    if view.shift is not None:
        return Cursor.MOVE
    hovered = view.hovered_handle
    if view.edited is None and hovered is not None and hovered.kind is HandleKind.SIDE:
        return Cursor.MOVE
    if view.edited is not None or view.hovered_handle is not None:
        return Cursor.POINTING
    if view.band is not None or view.hovered_id is None:
        return Cursor.ARROW
    return Cursor.MOVE if view.hovered_id in context.selection else Cursor.POINTING
