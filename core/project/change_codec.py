"""Changes as bytes for the edit log, and back."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from types import MappingProxyType
from typing import Any, TypeVar

import numpy as np

from core.document.change import Change, Difference, ImageChange, MaskEdit
from core.document.document import ImageState
from core.document.mask import PixelBox
from core.document.semantic import ClassArray, SemanticPatch
from core.project import codec
from core.project.comment_codec import comment_fields, comment_from
from core.project.geometry_codec import patch_fields, patch_from
from core.project.packing import compress, decompress

T = TypeVar("T", bound=Hashable)

_NO_DIFFERENCE: list[Any] = [[], [], []]
_FIRST_IMAGE_FIELDS = 5


def encode_change(change: Change) -> bytes:
    """A change as it stands in the log."""
    return codec.with_version(
        [
            change.name,
            [[image_id, *_image_fields(part)] for image_id, part in change.images.items()],
            _difference_fields(change.labels, codec.label_fields),
            _difference_fields(change.layers, codec.layer_fields),
            _difference_fields(change.attributes, codec.attribute_fields),
        ]
    )


def decode_change(data: bytes) -> Change:
    """The change that was encoded; raises ReadError when the bytes are none."""
    return codec.without_version(data, _change_from)


def _change_from(fields: list[Any]) -> Change:
    # Entries of the first version say nothing of attributes.
    name, images, labels, layers, attributes = (*fields, _NO_DIFFERENCE)[:5]
    return Change(
        name,
        MappingProxyType({image_id: _image_from(part) for image_id, *part in images}),
        _difference_from(labels, codec.label_from),
        _difference_from(layers, codec.layer_from),
        _difference_from(attributes, codec.attribute_from),
    )


def _image_fields(change: ImageChange) -> list[Any]:
    return [
        _difference_fields(change.annotations, codec.annotation_fields),
        [_edit_fields(edit) for edit in change.mask_edits],
        _difference_fields(change.semantic, codec.semantic_fields),
        [_semantic_patch_fields(patch) for patch in change.semantic_patches],
        [state.value for state in change.state] if change.state else None,
        [dict(values) for values in change.attributes] if change.attributes else None,
        _difference_fields(change.comments, comment_fields),
    ]


def _image_from(fields: list[Any]) -> ImageChange:
    # Entries of older versions end with the state or with the attributes.
    missing: list[Any] = [None, _NO_DIFFERENCE][len(fields) - _FIRST_IMAGE_FIELDS :]
    annotations, edits, semantic, patches, state, attributes, comments = [*fields, *missing]
    return ImageChange(
        _difference_from(annotations, codec.annotation_from),
        tuple(_edit_from(edit) for edit in edits),
        _difference_from(semantic, codec.semantic_from),
        tuple(_semantic_patch_from(patch) for patch in patches),
        (ImageState(state[0]), ImageState(state[1])) if state else None,
        (codec.values_from(attributes[0]), codec.values_from(attributes[1]))
        if attributes
        else None,
        _difference_from(comments, comment_from),
    )


def _difference_fields(difference: Difference[T], fields: Callable[[T], Any]) -> list[Any]:
    return [
        [fields(item) for item in difference.added],
        [fields(item) for item in difference.removed],
        [[fields(before), fields(after)] for before, after in difference.updated],
    ]


def _difference_from(stored: list[Any], build: Callable[[Any], T]) -> Difference[T]:
    added, removed, updated = stored
    return Difference(
        tuple(map(build, added)),
        tuple(map(build, removed)),
        tuple((build(before), build(after)) for before, after in updated),
    )


def _edit_fields(edit: MaskEdit) -> list[Any]:
    return [
        edit.annotation_id,
        patch_fields(edit.patch),
        codec.provenance_fields(edit.provenance_before),
        codec.provenance_fields(edit.provenance_after),
        edit.edited_before,
        edit.edited_after,
    ]


def _edit_from(fields: list[Any]) -> MaskEdit:
    annotation_id, patch, before, after, edited_before, edited_after = fields
    return MaskEdit(
        annotation_id,
        patch_from(patch),
        codec.provenance_from(before),
        codec.provenance_from(after),
        edited_before,
        edited_after,
    )


def _semantic_patch_fields(patch: SemanticPatch) -> list[Any]:
    box = patch.box
    place = [box.left, box.top, box.width, box.height]
    return [patch.layer_id, place, compress(patch.before), compress(patch.after)]


def _semantic_patch_from(fields: list[Any]) -> SemanticPatch:
    layer_id, place, before, after = fields
    box = PixelBox(*place)
    return SemanticPatch(layer_id, box, _classes(before, box), _classes(after, box))


def _classes(data: bytes, box: PixelBox) -> ClassArray:
    flat = decompress(data, "<u2", box.width * box.height)
    return np.asarray(flat, np.uint16).reshape(box.height, box.width)
