"""What is known of one image, and of the project around all images."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from operator import attrgetter
from types import MappingProxyType

from core.document.annotation import (
    NO_ATTRIBUTES,
    Annotation,
    AttributeValue,
    Label,
    Layer,
    LayerRole,
)
from core.document.attributes import AttributeDefinition
from core.document.comment import Comment
from core.document.geometry import Size
from core.document.semantic import SemanticMap

BACK_TO_FRONT = attrgetter("order", "id")
"""Sorts annotations in the order in which they are painted."""


class ImageState(Enum):
    """How far the work on an image is."""

    UNLABELLED = "unlabelled"
    IN_PROGRESS = "in progress"
    NEEDS_REVIEW = "needs review"
    APPROVED = "approved"
    REJECTED = "rejected"

    @classmethod
    def _missing_(cls, value: object) -> ImageState | None:
        # The edit log of older projects says "done" for what is approved.
        return cls.APPROVED if value == "done" else None


@dataclass(frozen=True, slots=True)
class ImageDocument:
    """Everything annotated on one image; a value that is never changed in place.

    ``annotations`` maps id to annotation, ``semantic`` layer id to map.
    ``revision`` grows by one with every change that touches the image. ``comments``
    are what people say about places on it, by id.
    """

    image_id: int
    size: Size
    annotations: Mapping[int, Annotation] = field(default_factory=lambda: MappingProxyType({}))
    semantic: Mapping[int, SemanticMap] = field(default_factory=lambda: MappingProxyType({}))
    revision: int = 0
    comments: Mapping[int, Comment] = field(default_factory=lambda: MappingProxyType({}))
    _in_layers: dict[int, tuple[Annotation, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def in_layer(self, layer_id: int) -> tuple[Annotation, ...]:
        """Annotations of a layer, back to front; the same tuple each time."""
        found = self._in_layers.get(layer_id)
        if found is None:
            items = [item for item in self.annotations.values() if item.layer_id == layer_id]
            items.sort(key=BACK_TO_FRONT)
            found = self._in_layers[layer_id] = tuple(items)
        return found

    def next_order(self) -> int:
        """An order in front of everything that is there."""
        return max((item.order for item in self.annotations.values()), default=-1) + 1


@dataclass(frozen=True, slots=True)
class ProjectState:
    """What all images share: labels, layers, attributes, and how far each image is.

    Images that ``states`` does not name are unlabelled. ``attributes`` are the
    definitions by id; ``image_attributes`` are the values of the images that
    have any.
    """

    labels: Mapping[int, Label] = field(default_factory=lambda: MappingProxyType({}))
    layers: Mapping[int, Layer] = field(default_factory=lambda: MappingProxyType({}))
    states: Mapping[int, ImageState] = field(default_factory=lambda: MappingProxyType({}))
    attributes: Mapping[int, AttributeDefinition] = field(
        default_factory=lambda: MappingProxyType({})
    )
    image_attributes: Mapping[int, Mapping[str, AttributeValue]] = field(
        default_factory=lambda: MappingProxyType({})
    )

    def layers_of(self, role: LayerRole) -> Iterator[Layer]:
        """Layers with this role, oldest first."""
        return (layer for _, layer in sorted(self.layers.items()) if layer.role is role)

    def layer_of(self, role: LayerRole) -> Layer | None:
        """The oldest layer with this role."""
        return next(self.layers_of(role), None)

    def label_named(self, name: str) -> Label | None:
        """The label of exactly this name."""
        return next((label for label in self.labels.values() if label.name == name), None)

    def state_of(self, image_id: int) -> ImageState:
        """How far the work on an image is."""
        return self.states.get(image_id, ImageState.UNLABELLED)

    def attributes_of_image(self, image_id: int) -> Mapping[str, AttributeValue]:
        """The values that an image has."""
        return self.image_attributes.get(image_id, NO_ATTRIBUTES)
