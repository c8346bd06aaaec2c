"""Annotations as what the canvas draws, each made once and kept while it looks the same."""

from __future__ import annotations

from collections.abc import Callable

from core.document.annotation import Annotation, Layer, LayerRole
from core.document.document import ImageDocument, ProjectState
from core.document.geometry import Keypoints
from core.editing.skeletons import edges_of
from gui.canvas.shapes import CanvasShape, LineStyle
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


class ObjectShapes:
    """The shapes of one image's objects.

    An unchanged annotation gives the same shape again: the canvas compares by identity.
    """

    def __init__(self) -> None:
        self.color_by = ColorBy.LABEL
        self.other_color: OtherColor | None = None
        self.caption: Caption | None = None
        self._kept: dict[int, tuple[Annotation, tuple[object, ...], CanvasShape]] = {}

    def forget(self) -> None:
        """Another image is shown."""
        self._kept.clear()

    def of_layer(
        self,
        document: ImageDocument,
        state: ProjectState,
        layer: Layer,
        selection: frozenset[int] = frozenset(),
    ) -> list[CanvasShape]:
        """The objects of one layer that are not hidden, back to front."""
        return [
            self._shape(
                item,
                self._color(item, state),
                layer.role,
                item.id in selection,
                _edges(item, state),
            )
            for item in document.in_layer(layer.id)
            if not item.hidden
        ]

    def _color(self, item: Annotation, state: ProjectState) -> str:
        other = None if self.other_color is None else self.other_color(item)
        return other or color_of(item, state, self.color_by)

    def _shape(
        self,
        item: Annotation,
        color: str,
        role: LayerRole,
        selected: bool,
        edges: tuple[tuple[int, int], ...],
    ) -> CanvasShape:
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
