"""The keypoints that objects have beside their outline, as what the canvas draws."""

from __future__ import annotations

from dataclasses import replace

from core.document.annotation import Annotation
from core.document.document import ImageDocument, ProjectState
from core.document.geometry import Keypoints
from core.editing.skeletons import edges_of
from gui.canvas.shapes import CanvasShape

_FIRST_ID = -(1 << 64)
"""No object and no proposal has such an id: ids of objects are 63 bits wide."""


class KeypointShapes:
    """Remembers what it made: the canvas compares by identity.

    One per layer.
    """

    def __init__(self) -> None:
        self._items: tuple[Annotation, ...] = ()
        self._with_points: dict[int, Keypoints] = {}
        self._shapes: tuple[CanvasShape, ...] = ()
        self._made: tuple[CanvasShape, ...] = ()
        self._state: ProjectState | None = None

    def beside(
        self,
        items: tuple[Annotation, ...],
        shapes: tuple[CanvasShape, ...],
        document: ImageDocument,
        state: ProjectState,
    ) -> tuple[CanvasShape, ...]:
        """The points of those objects (``items``) that are shown as ``shapes``."""
        if items is not self._items:
            self._items = items
            self._with_points = {
                item.id: item.keypoints for item in items if item.keypoints is not None
            }
        if not self._with_points:
            self._shapes, self._made = shapes, ()
        elif shapes is not self._shapes or state is not self._state:
            self._shapes, self._state = shapes, state
            self._made = tuple(
                _points(shape, self._with_points[shape.id], document, state)
                for shape in shapes
                if shape.id in self._with_points
            )
        return self._made


def _points(
    shape: CanvasShape, keypoints: Keypoints, document: ImageDocument, state: ProjectState
) -> CanvasShape:
    label = state.labels[document.annotations[shape.id].label_id]
    return replace(
        shape,
        id=_FIRST_ID - shape.id,
        geometry=keypoints,
        edges=edges_of(label),
        fill_alpha=0.0,
        caption="",
    )
