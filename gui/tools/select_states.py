"""What the select tool may be doing: gripping a handle, pressing on objects, drawing a band."""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.document.annotation import Annotation, Geometry
from core.document.geometry import Box, Keypoints, Polygon, RotatedBox, Size, Visibility
from core.editing.annotations import set_geometry, set_keypoints
from gui.tools.handles import (
    Handle,
    HandleKind,
    dragged,
    ends_of,
    has_vertex,
    held_shape,
    with_vertex,
    without_vertex,
)
from gui.tools.keypoints import with_visibility
from gui.tools.responses import attempt, clipped_point
from gui.tools.tool import REDRAW, ToolContext, ToolResponse

Point = tuple[float, float]


@dataclass(slots=True)
class Gripping:
    """A handle that was at ``place`` is held; ``geometry`` is the shape as it would become."""

    annotation: Annotation
    handle: Handle
    geometry: Geometry
    start: Point
    place: Point
    moved: bool = False

    @classmethod
    def of(cls, annotation: Annotation, handle: Handle, start: Point) -> Gripping:
        """Grip a handle; the middle of an edge becomes a vertex at once."""
        place, polygon = (handle.x, handle.y), annotation.geometry
        if handle.kind is HandleKind.EDGE and isinstance(polygon, Polygon):
            geometry, vertex = with_vertex(polygon, handle, *place)
            return cls(annotation, vertex, geometry, start, place, moved=True)
        return cls(annotation, handle, held_shape(annotation, handle), start, place)

    def drag_to(self, point: Point, size: Size) -> None:
        """Move the handle as far as the pointer has moved, within the image."""
        x = self.place[0] + point[0] - self.start[0]
        y = self.place[1] + point[1] - self.start[1]
        if self.handle.kind is HandleKind.SIDE:
            self._drag_side(x, y, size)
            return
        if self.handle.kind is not HandleKind.TURN:
            x, y = clipped_point(x, y, size)
        # A box may turn inside out, so it is resized from what it was at first.
        whole = isinstance(self.geometry, Box | RotatedBox)
        base = self.annotation.geometry if whole else self.geometry
        shape = dragged(base, self.handle, x, y)
        if isinstance(shape, RotatedBox) and not _stays_inside(shape, self.annotation, size):
            return
        self.geometry = shape
        self.handle = replace(self.handle, x=x, y=y)
        self.moved = True

    def _drag_side(self, x: float, y: float, size: Size) -> None:
        """Both ends of an edge go together, as far as both stay inside the image."""
        polygon = self.annotation.geometry
        if not isinstance(polygon, Polygon):
            return
        ring = polygon.parts[self.handle.part].rings[self.handle.ring]
        ends = ring[list(ends_of(ring, self.handle))]
        (left, top), (right, bottom) = ends.min(axis=0), ends.max(axis=0)
        dx = min(max(x - self.place[0], min(-left, 0.0)), max(size.width - right, 0.0))
        dy = min(max(y - self.place[1], min(-top, 0.0)), max(size.height - bottom, 0.0))
        grip = replace(self.handle, x=self.place[0], y=self.place[1])
        moved_x, moved_y = self.place[0] + float(dx), self.place[1] + float(dy)
        self.geometry = dragged(polygon, grip, moved_x, moved_y)
        self.handle = replace(self.handle, x=moved_x, y=moved_y)
        self.moved = True

    def let_go(self, context: ToolContext) -> ToolResponse:
        """The change of the shape."""
        if not self.moved:
            return REDRAW
        shape = self.geometry
        if isinstance(shape, Box | RotatedBox) and shape.width * shape.height == 0:
            return ToolResponse(message="A box needs a width and a height.", draft_changed=True)
        name, number = self._change_name(), self.annotation.id
        if self.handle.beside and isinstance(shape, Keypoints):
            return attempt(lambda: set_keypoints(context.document, number, shape, name))
        return attempt(lambda: set_geometry(context.document, number, self.geometry, name))

    def _change_name(self) -> str:
        if self.handle.kind is HandleKind.TURN:
            return "Turn box"
        if self.handle.kind is HandleKind.BOX:
            return "Resize box"
        if self.handle.kind is HandleKind.SIDE:
            return "Move edge"
        before = self.annotation.geometry
        if not (isinstance(self.geometry, Polygon) and isinstance(before, Polygon)):
            return "Move point"
        added = self.geometry.vertex_count > before.vertex_count
        return "Add vertex" if added else "Move vertex"


def _stays_inside(shape: RotatedBox, annotation: Annotation, size: Size) -> bool:
    """Whether no corner leaves the image; what lies outside already may be changed freely."""
    reach = size.box.expanded(1e-6)
    return _holds(reach, shape.bounds) or not _holds(reach, annotation.bounds)


def _holds(outer: Box, inner: Box) -> bool:
    return outer.united(inner) == outer


@dataclass(slots=True)
class Pressing:
    """The body of an object is held; ``fresh`` says that this press selected it."""

    start: Point
    fresh: bool
    end: Point | None = None


@dataclass(slots=True)
class Banding:
    """A rubber band is drawn; ``adds`` keeps what was selected."""

    start: Point
    adds: bool
    end: Point | None = None

    @property
    def box(self) -> Box | None:
        """The band, None while the pointer has hardly moved."""
        return None if self.end is None else Box.from_corners(*self.start, *self.end)


@dataclass(frozen=True, slots=True)
class ActiveVertex:
    """The vertex that was gripped last: Delete takes it away."""

    annotation_id: int
    handle: Handle

    def is_in(self, annotation: Annotation | None) -> bool:
        """Whether this object still has the vertex at its place."""
        if annotation is None or annotation.id != self.annotation_id:
            return False
        shape = held_shape(annotation, self.handle)
        if isinstance(shape, Keypoints):
            place = self.handle.index
            return place < len(shape.points) and shape.points[place][2] is not Visibility.UNLABELLED
        return isinstance(shape, Polygon) and has_vertex(shape, self.handle)

    def covered(self, context: ToolContext) -> ToolResponse:
        """The change that makes a keypoint hidden, or seen again."""
        shape = held_shape(context.document.annotations[self.annotation_id], self.handle)
        if not isinstance(shape, Keypoints):
            return REDRAW
        is_seen = shape.points[self.handle.index][2] is Visibility.VISIBLE
        return self._shown(context, shape, Visibility.HIDDEN if is_seen else Visibility.VISIBLE)

    def _shown(self, context: ToolContext, shape: Keypoints, state: Visibility) -> ToolResponse:
        after = with_visibility(shape, self.handle.index, state)
        number = self.annotation_id
        if after is None and not self.handle.beside:
            return ToolResponse(message="An object keeps at least one keypoint.")
        words = {
            Visibility.HIDDEN: "Hide keypoint",
            Visibility.VISIBLE: "Show keypoint",
            Visibility.UNLABELLED: "Delete keypoint",
        }
        if after is None or self.handle.beside:
            return attempt(lambda: set_keypoints(context.document, number, after, words[state]))
        return attempt(lambda: set_geometry(context.document, number, after, words[state]))

    def dropped(self, context: ToolContext) -> ToolResponse:
        """The change that takes the vertex away."""
        polygon = held_shape(context.document.annotations[self.annotation_id], self.handle)
        if isinstance(polygon, Keypoints):
            return self._shown(context, polygon, Visibility.UNLABELLED)
        if not isinstance(polygon, Polygon):
            return ToolResponse(message="Only vertices of polygons can be taken away.")
        remaining = without_vertex(polygon, self.handle)
        if remaining is None:
            return ToolResponse(message="A polygon keeps at least three vertices.")
        return attempt(
            lambda: set_geometry(context.document, self.annotation_id, remaining, "Delete vertex")
        )
