"""Which objects of the edited layer lie under a point or inside a rectangle."""

from __future__ import annotations

import numpy as np

from core.document.annotation import Annotation
from core.document.document import ImageDocument
from core.document.geometry import Box, FloatArray
from core.imaging.hit_test import annotations_at
from gui.tools.tool import ToolContext


class ObjectFinder:
    """Remembers the bounding boxes of a layer, so that hovering costs the same for 10,000.

    After an edit only the boxes of new or changed objects are computed again.
    """

    def __init__(self) -> None:
        self._key: tuple[ImageDocument, int, frozenset[int]] | None = None
        self._objects: tuple[Annotation, ...] = ()
        self._corners: FloatArray = np.zeros((0, 4))
        self._known: dict[int, tuple[Annotation, tuple[float, float, float, float]]] = {}

    def at(self, context: ToolContext, x: float, y: float, tolerance_px: float) -> list[int]:
        """Ids of visible objects of the layer under a point, smallest first."""
        self._update(context)
        left, top, right, bottom = self._corners.T
        near = (left - tolerance_px <= x) & (x <= right + tolerance_px)
        near &= (top - tolerance_px <= y) & (y <= bottom + tolerance_px)
        found = [self._objects[place] for place in np.flatnonzero(near)]
        return annotations_at(found, x, y, tolerance_px) if found else []

    def smallest_at(
        self, context: ToolContext, x: float, y: float, tolerance_px: float = 0.0
    ) -> Annotation | None:
        """The smallest visible object of the layer under a point."""
        ids = self.at(context, x, y, tolerance_px)
        return context.document.annotations[ids[0]] if ids else None

    def inside(self, context: ToolContext, box: Box) -> frozenset[int]:
        """Ids of visible objects of the layer that lie in a box completely."""
        self._update(context)
        left, top, right, bottom = self._corners.T
        within = (left >= box.x) & (right <= box.right) & (top >= box.y) & (bottom <= box.bottom)
        return frozenset(self._objects[place].id for place in np.flatnonzero(within))

    def _update(self, context: ToolContext) -> None:
        document, layer_id, hidden = context.document, context.layer_id, context.hidden_ids
        if self._key is not None:
            known_document, known_layer, known_hidden = self._key
            same = known_document is document and known_layer == layer_id
            if same and (known_hidden is hidden or known_hidden == hidden):
                return
        self._key = (document, layer_id, hidden)
        self._objects = tuple(
            item
            for item in document.annotations.values()
            if item.layer_id == layer_id and item.id not in hidden
        )
        self._known = {item.id: (item, self._corners_of(item)) for item in self._objects}
        corners = [corners for _, corners in self._known.values()]
        self._corners = np.array(corners, np.float64).reshape(-1, 4)

    def _corners_of(self, item: Annotation) -> tuple[float, float, float, float]:
        known = self._known.get(item.id)
        if known is not None and known[0] is item:
            return known[1]
        box = item.bounds
        return box.x, box.y, box.right, box.bottom
