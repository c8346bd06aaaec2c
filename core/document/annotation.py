"""Annotations, their labels and layers, and where each came from."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from types import MappingProxyType

from core.document.geometry import Box, Keypoints, Polygon, RotatedBox, Scribble
from core.document.mask import Mask

Geometry = Box | RotatedBox | Polygon | Mask | Keypoints | Scribble

AttributeValue = str | int | float | bool
NO_ATTRIBUTES: Mapping[str, AttributeValue] = MappingProxyType({})


class LayerRole(Enum):
    """What a layer is for."""

    MINE = "mine"
    REFERENCE = "reference"
    PREDICTIONS = "predictions"
    PROPOSALS = "proposals"


class ReviewState(Enum):
    """What people have said about an annotation."""

    UNREVIEWED = "unreviewed"
    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Label:
    """A category: its name as shown and exported, its colour as ``#rrggbb``, its key.

    ``id`` is at least 1 and below 65534, so that it fits a semantic map.
    ``shortcut`` is one character or empty. ``source_id`` is the number that the
    category had in the file it came from, if any.
    """

    id: int
    name: str
    color: str
    shortcut: str = ""
    source_id: int | None = None
    keypoint_names: tuple[str, ...] = ()
    skeleton: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Layer:
    """Annotations of one origin; everything annotated belongs to exactly one layer."""

    id: int
    role: LayerRole
    name: str
    source: str = ""
    author: str = ""
    visible: bool = True


@dataclass(frozen=True, slots=True)
class Provenance:
    """How an annotation came to be.

    ``source`` names the tool or file; ``model``, ``weights_hash`` and ``score``
    are set for what a model proposed. ``edited_fraction`` is the share of the
    mask that people have changed since: changed pixels over pixels in either.
    """

    source: str
    author: str = ""
    model: str = ""
    weights_hash: str = ""
    score: float | None = None
    parameters: Mapping[str, AttributeValue] = field(default_factory=lambda: NO_ATTRIBUTES)
    edited_fraction: float = 0.0

    def __hash__(self) -> int:
        return hash((self.source, self.model, self.weights_hash, self.score))


@dataclass(frozen=True, slots=True)
class Annotation:
    """One object of an image in one layer.

    ``order`` decides what lies on top (higher is in front). ``raw`` is the
    record as it was read from a file (JSON text), kept so that what was not
    edited is written back as it was; an edit of the geometry or the label
    leaves it in place and sets ``edited``. ``hidden`` takes it off the screen
    and away from the tools, and changes nothing else. Objects of one image with
    the same ``group_id`` are selected together. ``keypoints`` are points beside the
    shape, as a person in COCO has both; None when ``geometry`` is keypoints itself.
    """

    id: int
    layer_id: int
    label_id: int
    geometry: Geometry
    order: int = 0
    review: ReviewState = ReviewState.UNREVIEWED
    provenance: Provenance = Provenance("")
    attributes: Mapping[str, AttributeValue] = field(default_factory=lambda: NO_ATTRIBUTES)
    is_crowd: bool = False
    locked: bool = False
    raw: str | None = None
    edited: bool = False
    hidden: bool = False
    group_id: int | None = None
    keypoints: Keypoints | None = None

    def __hash__(self) -> int:
        return hash((self.id, self.layer_id, self.label_id, self.order, self.geometry))

    @property
    def bounds(self) -> Box:
        """Upright box around the geometry."""
        return bounds_of_geometry(self.geometry)

    def with_geometry(self, geometry: Geometry) -> Annotation:
        """The same object with another shape, marked as edited."""
        return replace(self, geometry=geometry, edited=True)

    def with_label(self, label_id: int) -> Annotation:
        """The same object under another label, marked as edited."""
        return replace(self, label_id=label_id, edited=True)


def bounds_of_geometry(geometry: Geometry) -> Box:
    """Upright box around any geometry."""
    return geometry if isinstance(geometry, Box) else geometry.bounds


def new_annotation_id() -> int:
    """A random 63-bit id, unique across people who work on copies of one project."""
    return secrets.randbits(62) + 1
