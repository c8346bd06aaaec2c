"""Which objects of the edited layer lie under a point or inside a rectangle."""

from __future__ import annotations

from core.document.annotation import Annotation
from core.document.document import ImageDocument
from core.document.geometry import Box
from core.imaging.hit_test import HitIndex
from gui.tools.tool import ToolContext


class ObjectFinder:
    """Keeps the index of a layer's visible objects while nothing changes.

    After an edit only the boxes of new or changed objects are computed again.
    """

    def __init__(self) -> None:
        self._document: ImageDocument | None = None
        self._layer_id = 0
        self._hidden: frozenset[int] = frozenset()
        self._index: HitIndex | None = None

    def at(self, context: ToolContext, x: float, y: float, tolerance_px: float) -> list[int]:
        """Ids of visible objects of the layer under a point, smallest first."""
        return self._current(context).at(x, y, tolerance_px)

    def smallest_at(self, context: ToolContext, x: float, y: float) -> Annotation | None:
        """The smallest visible object of the layer under a point."""
        ids = self.at(context, x, y, 0.0)
        return context.document.annotations[ids[0]] if ids else None

    def inside(self, context: ToolContext, box: Box) -> frozenset[int]:
        """Ids of visible objects of the layer that lie in a box completely."""
        return frozenset(self._current(context).within(box))

    def _current(self, context: ToolContext) -> HitIndex:
        document, layer_id, hidden = context.document, context.layer_id, context.hidden_ids
        same = self._document is document and self._layer_id == layer_id
        if self._index is not None and same and self._hidden == hidden:
            return self._index
        visible = [
            item
            for item in document.annotations.values()
            if item.layer_id == layer_id and item.id not in hidden
        ]
        self._index = HitIndex.of(visible, self._index)
        self._document, self._layer_id, self._hidden = document, layer_id, hidden
        return self._index
