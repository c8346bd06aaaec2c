"""The records of a project as bytes, and back: lossless, versioned, no pickle.

Every record starts with the version of this codec. Fields are stored by
position; a later version may add fields at the end of a list.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from core.document.annotation import (
    NO_ATTRIBUTES,
    Annotation,
    AttributeValue,
    Label,
    Layer,
    LayerRole,
    Provenance,
    ReviewState,
)
from core.document.attributes import AttributeDefinition, AttributeKind, AttributeScope
from core.document.semantic import SemanticMap
from core.errors import ReadError
from core.project.geometry_codec import geometry_fields, geometry_from, keypoints_from
from core.project.packing import compress, decompress, pack, unpack

CODEC_VERSION = 1

T = TypeVar("T")


def encode_annotation(annotation: Annotation) -> bytes:
    """An annotation as it stands in its row."""
    return with_version(annotation_fields(annotation))


def decode_annotation(data: bytes) -> Annotation:
    """The annotation that was encoded; raises ReadError when the bytes are none."""
    return without_version(data, annotation_from)


def encode_label(label: Label) -> bytes:
    """A label as it stands in its row."""
    return with_version(label_fields(label))


def decode_label(data: bytes) -> Label:
    """The label that was encoded; raises ReadError when the bytes are none."""
    return without_version(data, label_from)


def encode_layer(layer: Layer) -> bytes:
    """A layer as it stands in its row."""
    return with_version(layer_fields(layer))


def decode_layer(data: bytes) -> Layer:
    """The layer that was encoded; raises ReadError when the bytes are none."""
    return without_version(data, layer_from)


def encode_attribute(definition: AttributeDefinition) -> bytes:
    """The definition of an attribute as it stands in its row."""
    return with_version(attribute_fields(definition))


def decode_attribute(data: bytes) -> AttributeDefinition:
    """The definition that was encoded; raises ReadError when the bytes are none."""
    return without_version(data, attribute_from)


def encode_values(values: Mapping[str, AttributeValue]) -> bytes:
    """The attributes of an image as they stand in its row."""
    return with_version(dict(values))


def decode_values(data: bytes) -> Mapping[str, AttributeValue]:
    """The values that were encoded; raises ReadError when the bytes are none."""
    return without_version(data, values_from)


def encode_semantic(semantic: SemanticMap) -> bytes:
    """A semantic map as it stands in its row."""
    return with_version(semantic_fields(semantic))


def decode_semantic(data: bytes) -> SemanticMap:
    """The semantic map that was encoded; raises ReadError when the bytes are none."""
    return without_version(data, semantic_from)


def with_version(fields: Any) -> bytes:
    """Bytes of one record."""
    return pack([CODEC_VERSION, fields])


def without_version(data: bytes, build: Callable[[Any], T]) -> T:
    """The record that ``build`` makes of the fields; raises ReadError when it cannot."""
    record = unpack(data)
    if not (isinstance(record, list) and len(record) == 2 and isinstance(record[0], int)):
        raise ReadError("A record of the project is damaged.", _BACKUP)
    if record[0] > CODEC_VERSION:
        raise ReadError(
            "A record of the project was written by a newer Maskwright.",
            "Update Maskwright to open it.",
        )
    try:
        return build(record[1])
    except (ValueError, TypeError, KeyError, IndexError) as error:
        raise ReadError(f"A record of the project is damaged ({error}).", _BACKUP) from error


_LATER_ANNOTATION_FIELDS: tuple[Any, ...] = (False, None, None)
"""What records of earlier versions say of being hidden, of the group and of keypoints."""
_ANNOTATION_FIELDS = 15
_BACKUP = "Open a backup of the project, if there is one."


def annotation_fields(item: Annotation) -> list[Any]:
    """Plain values of an annotation."""
    return [
        item.id,
        item.layer_id,
        item.label_id,
        geometry_fields(item.geometry),
        item.order,
        item.review.value,
        provenance_fields(item.provenance),
        dict(item.attributes),
        item.is_crowd,
        item.locked,
        item.raw,
        item.edited,
        item.hidden,
        item.group_id,
        None if item.keypoints is None else geometry_fields(item.keypoints)[1],
    ]


def annotation_from(fields: list[Any]) -> Annotation:
    """The annotation of ``annotation_fields``."""
    missing = _ANNOTATION_FIELDS - len(fields)
    if missing > 0:
        fields = [*fields, *_LATER_ANNOTATION_FIELDS[-missing:]]
    return Annotation(
        id=fields[0],
        layer_id=fields[1],
        label_id=fields[2],
        geometry=geometry_from(fields[3]),
        order=fields[4],
        review=ReviewState(fields[5]),
        provenance=provenance_from(fields[6]),
        attributes=_read_only(fields[7]),
        is_crowd=fields[8],
        locked=fields[9],
        raw=fields[10],
        edited=fields[11],
        hidden=fields[12],
        group_id=fields[13],
        keypoints=None if fields[14] is None else keypoints_from(fields[14]),
    )


def provenance_fields(item: Provenance) -> list[Any]:
    """Plain values of a provenance."""
    return [
        item.source,
        item.author,
        item.model,
        item.weights_hash,
        item.score,
        dict(item.parameters),
        item.edited_fraction,
    ]


def provenance_from(fields: list[Any]) -> Provenance:
    """The provenance of ``provenance_fields``."""
    source, author, model, weights_hash, score, parameters, edited_fraction = fields
    return Provenance(
        source, author, model, weights_hash, score, _read_only(parameters), edited_fraction
    )


def label_fields(item: Label) -> list[Any]:
    """Plain values of a label."""
    return [
        item.id,
        item.name,
        item.color,
        item.shortcut,
        item.source_id,
        list(item.keypoint_names),
        [list(pair) for pair in item.skeleton],
    ]


def label_from(fields: list[Any]) -> Label:
    """The label of ``label_fields``."""
    number, name, color, shortcut, source_id, keypoint_names, skeleton = fields
    pairs = tuple((first, second) for first, second in skeleton)
    return Label(number, name, color, shortcut, source_id, tuple(keypoint_names), pairs)


def layer_fields(item: Layer) -> list[Any]:
    """Plain values of a layer."""
    return [item.id, item.role.value, item.name, item.source, item.author, item.visible]


def layer_from(fields: list[Any]) -> Layer:
    """The layer of ``layer_fields``."""
    number, role, name, source, author, visible = fields
    return Layer(number, LayerRole(role), name, source, author, visible)


def semantic_fields(item: SemanticMap) -> list[Any]:
    """Plain values of a semantic map."""
    height, width = item.classes.shape
    return [item.layer_id, height, width, compress(item.classes), item.void, item.unlabelled]


def semantic_from(fields: list[Any]) -> SemanticMap:
    """The semantic map of ``semantic_fields``."""
    layer_id, height, width, data, void, unlabelled = fields
    classes = decompress(data, "<u2", height * width).reshape(height, width)
    return SemanticMap(layer_id, classes, void, unlabelled)


def attribute_fields(item: AttributeDefinition) -> list[Any]:
    """Plain values of the definition of an attribute."""
    return [
        item.id,
        item.name,
        item.kind.value,
        item.scope.value,
        list(item.choices),
        list(item.label_ids),
    ]


def attribute_from(fields: list[Any]) -> AttributeDefinition:
    """The definition of ``attribute_fields``."""
    number, name, kind, scope, choices, label_ids = fields
    return AttributeDefinition(
        number,
        name,
        AttributeKind(kind),
        AttributeScope(scope),
        tuple(choices),
        tuple(label_ids),
    )


def values_from(fields: Any) -> Mapping[str, AttributeValue]:
    """Attributes of an image; raises ValueError when they are none."""
    if not isinstance(fields, dict):
        raise ValueError("the attributes of an image are a mapping")
    return _read_only(fields)


def _read_only(values: dict[str, AttributeValue]) -> Mapping[str, AttributeValue]:
    return MappingProxyType(values) if values else NO_ATTRIBUTES
