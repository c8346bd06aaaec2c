"""Changes of the layers: rename, say what one is for, delete with everything in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from types import MappingProxyType

from core.document.annotation import Layer, LayerRole
from core.document.change import Change, Difference, ImageChange
from core.document.document import ImageDocument, ProjectState
from core.errors import MaskwrightError

COMPARED_ROLES = (LayerRole.REFERENCE, LayerRole.PREDICTIONS)
"""What a layer that is not edited may be for."""


def rename_layer(state: ProjectState, layer_id: int, name: str) -> Change | None:
    """Give a layer another name; raises MaskwrightError when it is empty or taken."""
    layer = _layer(state, layer_id)
    tidy = " ".join(name.split())
    if not tidy:
        raise MaskwrightError("A layer needs a name.", "Type at least one character.")
    if any(other.name == tidy for other in state.layers.values() if other.id != layer_id):
        raise MaskwrightError(f"There is already a layer “{tidy}”.", "Choose another name.")
    return _updated(layer, replace(layer, name=tidy), f"Rename layer to {tidy}")


def set_layer_role(state: ProjectState, layer_id: int, role: LayerRole) -> Change | None:
    """Say whether a layer is a reference or predictions.

    Raises MaskwrightError for the layer that people work in, and for other roles.
    """
    layer = _layer(state, layer_id)
    if layer.role not in COMPARED_ROLES or role not in COMPARED_ROLES:
        raise MaskwrightError(
            f"“{layer.name}” cannot become that.", "Only references and predictions can change."
        )
    return _updated(layer, replace(layer, role=role), f"Use {layer.name} as {role.value}")


def delete_layer(state: ProjectState, documents: Iterable[ImageDocument], layer_id: int) -> Change:
    """Delete a layer and all that is in it, in all images, as one step.

    Raises MaskwrightError for a layer that people work in.
    """
    layer = _layer(state, layer_id)
    if layer.role not in COMPARED_ROLES:
        raise MaskwrightError(
            f"“{layer.name}” is the layer that you work in.", "Delete its objects instead."
        )
    images: dict[int, ImageChange] = {}
    for document in documents:
        semantic = document.semantic.get(layer_id)
        part = ImageChange(
            annotations=Difference(removed=document.in_layer(layer_id)),
            semantic=Difference(removed=() if semantic is None else (semantic,)),
        )
        if part.annotations or part.semantic:
            images[document.image_id] = part
    return Change(
        f"Delete layer {layer.name}",
        MappingProxyType(images),
        layers=Difference(removed=(layer,)),
    )


def _layer(state: ProjectState, layer_id: int) -> Layer:
    if layer_id not in state.layers:
        raise MaskwrightError("This layer is no longer in the project.", "Choose another one.")
    return state.layers[layer_id]


def _updated(before: Layer, after: Layer, name: str) -> Change | None:
    return Change(name, layers=Difference(updated=((before, after),))) if before != after else None
