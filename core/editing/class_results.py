"""The result of a semantic model kept as a map of classes, in a layer of predictions."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType

import numpy as np

from core.document.annotation import Layer, LayerRole
from core.document.change import Change, Difference, ImageChange
from core.document.document import ImageDocument, ProjectState
from core.document.mask import Mask
from core.document.semantic import SemanticMap


def keep_as_classes(
    state: ProjectState,
    document: ImageDocument,
    painted: Iterable[tuple[Mask, int]],
    layer_name: str,
) -> Change | None:
    """A map of these pixels and label ids, the first painted last; None when there are none.

    It goes into the layer of predictions of this name, which is made where there is
    none, in the place of the map that it had for this image.
    """
    parts = list(painted)
    if not parts:
        return None
    known = classes_layer(state, layer_name)
    layer = known or Layer(
        max(state.layers, default=0) + 1, LayerRole.PREDICTIONS, layer_name, source=layer_name
    )
    empty = SemanticMap(layer.id, np.zeros(document.size.shape, np.uint16))
    classes = np.full(document.size.shape, empty.unlabelled, np.uint16)
    for mask, label_id in reversed(parts):
        inside = mask.clipped(document.size)
        window = classes[inside.box.slices]
        window[inside.crop()] = label_id
    new = SemanticMap(layer.id, classes)
    old = document.semantic.get(layer.id)
    if old == new:
        return None
    added: Difference[Layer] = Difference() if known else Difference(added=(layer,))
    part = ImageChange(semantic=Difference.of_pairs([(old, new)]))
    images = MappingProxyType({document.image_id: part})
    return Change("Keep as classes", images, layers=added)


def classes_layer(state: ProjectState, name: str) -> Layer | None:
    """The layer of predictions of this name that such results go into."""
    layers = state.layers_of(LayerRole.PREDICTIONS)
    return next((layer for layer in layers if layer.name == layer.source == name), None)
