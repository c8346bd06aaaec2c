"""Small documents for the tests of editing."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np

from core.document.annotation import Annotation, Geometry, Label, Layer, LayerRole, Provenance
from core.document.change import Change
from core.document.document import ImageDocument, ProjectState
from core.document.geometry import Box, Polygon, Size
from core.document.history import History
from core.document.mask import Mask

SIZE = Size(40, 30)
SQUARE = Polygon.from_points([(2, 3), (12, 3), (12, 13), (2, 13)])


def disc_mask(left: int, top: int, side: int) -> Mask:
    return Mask.from_array(np.ones((side, side), np.bool_), left, top)


def annotation(
    number: int, geometry: Geometry, label_id: int = 1, order: int = 0, locked: bool = False
) -> Annotation:
    return Annotation(
        number, 1, label_id, geometry, order, provenance=Provenance("test", "ann"), locked=locked
    )


def document(*annotations: Annotation, image_id: int = 7) -> ImageDocument:
    return ImageDocument(image_id, SIZE, MappingProxyType({item.id: item for item in annotations}))


def default_document() -> ImageDocument:
    return document(
        annotation(1, Box(5, 5, 10, 8)),
        annotation(2, SQUARE, order=1),
        annotation(3, disc_mask(20, 10, 6), order=2),
        annotation(4, Box(0, 0, 4, 4), order=3, locked=True),
    )


def state(*labels: Label) -> ProjectState:
    found = labels or (Label(1, "cell", "#e69f00", "1"), Label(2, "Nucleus", "#56b4e9", "2"))
    return ProjectState(
        labels=MappingProxyType({label.id: label for label in found}),
        layers=MappingProxyType({1: Layer(1, LayerRole.MINE, "Mine")}),
    )


def applied(start: ImageDocument, change: Change | None) -> ImageDocument:
    """The document after the change, having checked that undo brings the first one back."""
    assert change is not None
    history = History(state(), lambda _: start)
    history.apply(change)
    after = history.document(start.image_id)
    history.undo()
    assert history.document(start.image_id).annotations == start.annotations
    return after
