"""Everything that a project holds comes back from its bytes as it was."""

from __future__ import annotations

import pickle
from contextlib import suppress
from types import MappingProxyType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.document.annotation import Annotation, Label, Layer, Provenance
from core.document.change import Change, Difference, ImageChange
from core.document.document import ImageState, ProjectState
from core.document.geometry import Box, Polygon
from core.document.mask import Mask
from core.document.semantic import SemanticMap
from core.errors import ReadError
from core.project import codec
from core.project.change_codec import decode_change, encode_change
from core.project.packing import pack, unpack
from tests.core.document import strategies as some


@given(some.objects())
def test_annotations(item: Annotation) -> None:
    again = codec.decode_annotation(codec.encode_annotation(item))

    assert again == item
    assert repr(again.geometry) == repr(item.geometry)


@given(some.labels, some.layers)
def test_labels_and_layers(label: Label, layer: Layer) -> None:
    assert codec.decode_label(codec.encode_label(label)) == label
    assert codec.decode_layer(codec.encode_layer(layer)) == layer


@given(some.semantic_maps())
def test_semantic_maps(semantic: SemanticMap) -> None:
    assert codec.decode_semantic(codec.encode_semantic(semantic)) == semantic


@settings(max_examples=50)
@given(st.data())
def test_changes(data: st.DataObject) -> None:
    document = data.draw(some.documents())
    change = data.draw(some.changes(document, ProjectState()))

    assert decode_change(encode_change(change)) == change
    assert decode_change(encode_change(change.inverted())) == change.inverted()


def test_a_state_and_a_whole_semantic_map_in_a_change() -> None:
    semantic = SemanticMap(3, np.arange(12, dtype=np.uint16).reshape(3, 4))
    part = ImageChange(
        semantic=Difference(added=(semantic,)), state=(ImageState.UNLABELLED, ImageState.APPROVED)
    )
    change = Change.of_image("x", 7, part)

    assert decode_change(encode_change(change)) == change


def test_numpy_numbers_are_kept_as_the_numbers_they_are() -> None:
    box = Box(np.float64(1.5), np.float64(2), np.float64(3), np.float64(4))
    item = Annotation(1, 1, 1, box, order=int(np.int64(3)), attributes={"n": np.float64(7.5)})

    assert codec.decode_annotation(codec.encode_annotation(item)) == item


def test_a_large_mask_is_small() -> None:
    pixels = np.zeros((4096, 4096), np.bool_)
    pixels[1000:3000, 500:3500] = True
    item = Annotation(1, 1, 1, Mask.from_array(pixels))

    data = codec.encode_annotation(item)

    assert len(data) < 10_000
    assert codec.decode_annotation(data) == item


def test_what_is_read_cannot_be_written_into() -> None:
    shape = Polygon.from_points([(0, 0), (1, 0), (1, 1)])
    item = Annotation(1, 1, 1, shape, attributes={"a": 1}, provenance=Provenance("x"))

    again = codec.decode_annotation(codec.encode_annotation(item))

    assert isinstance(again.attributes, MappingProxyType)
    assert isinstance(again.geometry, Polygon)
    assert not again.geometry.parts[0].exterior.flags.writeable


@settings(max_examples=300)
@given(st.binary(max_size=60))
def test_damaged_bytes_are_said_to_be_damaged(data: bytes) -> None:
    for decode in (codec.decode_annotation, codec.decode_layer, decode_change):
        with pytest.raises(ReadError):
            decode(data)


@settings(max_examples=300)
@given(some.objects(), st.integers(0, 10**6), st.integers(1, 255))
def test_a_changed_byte_never_ends_in_another_error(
    item: Annotation, place: int, flip: int
) -> None:
    data = bytearray(codec.encode_annotation(item))
    data[place % len(data)] ^= flip

    with suppress(ReadError):
        codec.decode_annotation(bytes(data))


def test_newer_records_and_unknown_shapes_ask_for_an_update() -> None:
    newer = pack([codec.CODEC_VERSION + 1, []])
    fields = codec.annotation_fields(Annotation(1, 1, 1, Box(0, 0, 1, 1)))
    fields[3] = ["spline", 1]

    for data in (newer, codec.with_version(fields)):
        with pytest.raises(ReadError, match="Update Maskwright"):
            codec.decode_annotation(data)


def test_a_pickle_is_never_loaded() -> None:
    with pytest.raises(ReadError):
        codec.decode_annotation(pickle.dumps(Box(0, 0, 1, 1)))


def test_a_mask_that_unfolds_to_too_much_is_refused() -> None:
    fields = codec.annotation_fields(Annotation(1, 1, 1, Mask.from_array(np.ones((99, 99)))))
    fields[3][3:5] = [2, 2]

    with pytest.raises(ReadError, match="does not fill"):
        codec.decode_annotation(codec.with_version(fields))


@given(st.recursive(some.attribute_values | st.none() | st.binary(), st.lists, max_leaves=6))
def test_packing_keeps_odd_text_and_big_numbers(value: object) -> None:
    assert unpack(pack(value)) == value


def test_what_has_no_plain_form_is_refused() -> None:
    with pytest.raises(TypeError, match="cannot keep"):
        pack(object())
