"""Annotations as what the canvas draws, each made once and kept while it looks the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import is_

from core.document.annotation import Annotation, Layer, LayerRole
from core.document.document import ImageDocument, ProjectState
from core.document.geometry import Keypoints
from core.editing.skeletons import edges_of
from gui.canvas.shapes import CanvasShape, LineStyle
from gui.objects.keypoint_shapes import KeypointShapes
from gui.objects.object_colors import ColorBy, color_of

LINES = {
    LayerRole.MINE: LineStyle.SOLID,
    LayerRole.REFERENCE: LineStyle.DOTTED,
    LayerRole.PREDICTIONS: LineStyle.DASHED,
    LayerRole.PROPOSALS: LineStyle.DASHED,
}
FILL_ALPHA = {LayerRole.MINE: 0.33, LayerRole.REFERENCE: 0.0, LayerRole.PREDICTIONS: 0.12}

OtherColor = Callable[[Annotation], str | None]
"""A colour that goes before the one that is chosen for all; None keeps that."""
Caption = Callable[[Annotation], str]
"""What is written beside an object that is pointed at or selected."""


@dataclass(frozen=True, slots=True)
class _ShownLayer:
    """What was handed out of a layer, and what it rests on."""

    basis: tuple[object, ...]
    items: tuple[Annotation, ...]
    selection: frozenset[int]
    shapes: tuple[CanvasShape, ...]


class ObjectShapes:
    """The shapes of one image's objects.

    An unchanged annotation gives the same shape again: the canvas compares by identity.
    """

    def __init__(self) -> None:
        self.color_by = ColorBy.LABEL
        self.other_color: OtherColor | None = None
        self.caption: Caption | None = None
        self._kept: dict[int, tuple[Annotation, tuple[object, ...], CanvasShape]] = {}
        self._layers: dict[int, _ShownLayer] = {}
        self._keypoints: dict[int, KeypointShapes] = {}

    def forget(self) -> None:
        """Another image is shown."""
        self._kept.clear()
        self._layers.clear()
        self._keypoints.clear()

    def of_layer(
        self,
        document: ImageDocument,
        state: ProjectState,
        layer: Layer,
        selection: frozenset[int] = frozenset(),
    ) -> tuple[CanvasShape, ...]:
        """The objects of one layer that are not hidden, back to front.

        The same tuple again while nothing of it differs.
        """
        items = document.in_layer(layer.id)
        basis = (
            state.labels,
            state.layers,
            layer.role,
            self.color_by,
            self.other_color,
            self.caption,
        )
        before = self._layers.get(layer.id)
        # What other colours and captions say may change with anything.
        is_plain = self.other_color is None and self.caption is None
        if before is None or not is_plain or not all(map(is_, before.basis, basis)):
            shapes = self._all_anew(items, state, layer.role, selection)
        elif before.items is items and before.selection == selection:
            return before.shapes
        elif before.items is items:
            turned = before.selection ^ selection
            known = document.annotations
            shapes = tuple(
                self._shape(known[shape.id], state, layer.role, shape.id in selection)
                if shape.id in turned
                else shape
                for shape in before.shapes
            )
        else:
            turned = before.selection ^ selection
            shapes = self._those_that_differ(items, state, layer.role, selection, turned)
        self._layers[layer.id] = _ShownLayer(basis, items, selection, shapes)
        return shapes

    def keypoints_beside(
        self, document: ImageDocument, state: ProjectState, layer: Layer
    ) -> tuple[CanvasShape, ...]:
        """The keypoints of the objects that ``of_layer`` gave last for a layer."""
        shown = self._layers[layer.id]
        made = self._keypoints.setdefault(layer.id, KeypointShapes())
        return made.beside(shown.items, shown.shapes, document, state)

    def _all_anew(
        self,
        items: tuple[Annotation, ...],
        state: ProjectState,
        role: LayerRole,
        selection: frozenset[int],
    ) -> tuple[CanvasShape, ...]:
        return tuple(
            self._shape(item, state, role, item.id in selection)
            for item in items
            if not item.hidden
        )

    def _those_that_differ(
        self,
        items: tuple[Annotation, ...],
        state: ProjectState,
        role: LayerRole,
        selection: frozenset[int],
        turned: frozenset[int],
    ) -> tuple[CanvasShape, ...]:
        """With ten thousand objects, only what was edited, selected or left is looked at."""
        kept = self._kept
        return tuple(
            known[2]
            if (known := kept.get(item.id)) is not None
            and known[0] is item
            and item.id not in turned
            else self._shape(item, state, role, item.id in selection)
            for item in items
            if not item.hidden
        )

    def _color(self, item: Annotation, state: ProjectState) -> str:
        other = None if self.other_color is None else self.other_color(item)
        return other or color_of(item, state, self.color_by)

    def _shape(
        self, item: Annotation, state: ProjectState, role: LayerRole, selected: bool
    ) -> CanvasShape:
        color, edges = self._color(item, state), _edges(item, state)
        caption = "" if self.caption is None else self.caption(item)
        look = (color, role, selected, edges, caption)
        kept = self._kept.get(item.id)
        if kept is not None and kept[0] is item and kept[1] == look:
            return kept[2]
        shape = CanvasShape(
            id=item.id,
            geometry=item.geometry,
            color=color,
            line=LINES[role],
            fill_alpha=FILL_ALPHA.get(role, 0.0),
            selected=selected,
            edges=edges,
            caption=caption,
        )
        self._kept[item.id] = (item, look, shape)
        return shape


def _edges(item: Annotation, state: ProjectState) -> tuple[tuple[int, int], ...]:
    return edges_of(state.labels[item.label_id]) if isinstance(item.geometry, Keypoints) else ()
