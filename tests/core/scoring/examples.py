"""Small documents with two layers, for the tests of scoring."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import MappingProxyType

import numpy as np

from core.document.annotation import Annotation, Geometry, Label, Layer, LayerRole
from core.document.document import ImageDocument, ProjectState
from core.document.geometry import Size
from core.document.images import Dataset, ImageRecord
from core.document.mask import Mask
from core.document.semantic import ClassArray, SemanticMap

TRUTH, PREDICTION = 1, 2
CAT, DOG = 1, 2
SIZE = Size(40, 30)

STATE = ProjectState(
    labels=MappingProxyType({CAT: Label(CAT, "cat", "#112233"), DOG: Label(DOG, "dog", "#445566")}),
    layers=MappingProxyType(
        {
            TRUTH: Layer(TRUTH, LayerRole.REFERENCE, "truth"),
            PREDICTION: Layer(PREDICTION, LayerRole.PREDICTIONS, "model"),
        }
    ),
)


def rectangle(left: int, top: int, width: int, height: int) -> Mask:
    """Mask of a filled rectangle."""
    return Mask.from_array(np.ones((height, width), np.bool_), left, top)


def document(
    truth: Sequence[tuple[int, Geometry]] = (),
    prediction: Sequence[tuple[int, Geometry]] = (),
    *,
    crowds: Sequence[tuple[int, Geometry]] = (),
    maps: Sequence[tuple[int, ClassArray]] = (),
    image_id: int = 7,
) -> ImageDocument:
    """A document of objects (label, shape) on both sides; ids count from 1."""
    objects = [
        *((TRUTH, label, shape, False) for label, shape in truth),
        *((PREDICTION, label, shape, False) for label, shape in prediction),
        *((TRUTH, label, shape, True) for label, shape in crowds),
    ]
    annotations = {
        number: Annotation(number, layer, label, shape, is_crowd=crowd)
        for number, (layer, label, shape, crowd) in enumerate(objects, start=1)
    }
    semantic = {layer: SemanticMap(layer, classes) for layer, classes in maps}
    return ImageDocument(
        image_id, SIZE, MappingProxyType(annotations), MappingProxyType(semantic), revision=3
    )


def dataset(*documents: ImageDocument) -> Dataset:
    """A data set of documents; their files are not needed."""
    by_id = {item.image_id: item for item in documents}
    images = tuple(ImageRecord(number, f"folder/{number}.png", SIZE) for number in by_id)
    return Dataset(Path("images"), images, STATE, by_id.__getitem__)
