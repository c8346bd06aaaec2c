"""Random documents, and edits that fit them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from hypothesis import strategies as st

from core.document.annotation import (
    Annotation,
    AttributeValue,
    Geometry,
    Label,
    Layer,
    LayerRole,
    Provenance,
    ReviewState,
)
from core.document.attributes import AttributeDefinition, AttributeKind, AttributeScope
from core.document.change import Change, Difference, ImageChange, MaskEdit
from core.document.comment import Comment
from core.document.document import ImageDocument, ImageState, ProjectState
from core.document.geometry import (
    Box,
    Keypoints,
    Polygon,
    PolygonPart,
    RotatedBox,
    Scribble,
    Size,
    Visibility,
)
from core.document.mask import Mask
from core.document.mask_patch import MaskPatch
from core.document.semantic import SemanticMap, SemanticPatch

SIZE = Size(12, 9)

coordinates = st.floats(-1e4, 1e4)
lengths = st.floats(0, 1e4)
texts = st.text(max_size=8)
# Text that is none and numbers of any size come in through damaged files.
odd_texts = st.text(st.characters(exclude_categories=()), max_size=4)
attribute_values: st.SearchStrategy[AttributeValue] = st.one_of(
    odd_texts, st.integers(-(2**80), 2**80), st.floats(allow_nan=False), st.booleans()
)
attributes = st.dictionaries(texts, attribute_values, max_size=2).map(MappingProxyType)
boxes = st.builds(Box, coordinates, coordinates, lengths, lengths)


@st.composite
def point_arrays(
    draw: st.DrawFn, minimum: int
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    count = 2 * draw(st.integers(minimum, 6))
    return np.array(draw(st.lists(coordinates, min_size=count, max_size=count))).reshape(-1, 2)


@st.composite
def masks(draw: st.DrawFn, max_side: int = 9) -> Mask:
    height, width = draw(st.integers(1, max_side)), draw(st.integers(1, max_side))
    count = (height * width + 7) // 8
    bits = np.frombuffer(draw(st.binary(min_size=count, max_size=count)), np.uint8)
    pixels = np.unpackbits(bits, count=height * width)
    left, top = draw(st.integers(-5, 9)), draw(st.integers(-5, 9))
    return Mask.from_array(pixels.reshape(height, width), left, top)


parts = st.builds(PolygonPart, point_arrays(3), st.lists(point_arrays(3), max_size=2).map(tuple))
polygons = st.lists(parts, min_size=1, max_size=3).map(lambda found: Polygon(tuple(found)))
keypoints = st.lists(
    st.tuples(coordinates, coordinates, st.sampled_from(Visibility)), max_size=4
).map(lambda found: Keypoints(tuple(found)))
geometries: st.SearchStrategy[Geometry] = st.one_of(
    boxes,
    st.builds(RotatedBox, coordinates, coordinates, lengths, lengths, coordinates),
    polygons,
    masks(),
    keypoints,
    st.builds(Scribble, point_arrays(1), lengths),
)
provenances = st.builds(
    Provenance,
    texts,
    texts,
    texts,
    texts,
    st.none() | st.floats(0, 1),
    attributes,
    st.floats(0, 1),
)


BESIDE = Keypoints(((1.5, 2.25, Visibility.VISIBLE), (0.0, 0.0, Visibility.UNLABELLED)))


def objects(number: int | None = None) -> st.SearchStrategy[Annotation]:
    return st.builds(
        Annotation,
        st.integers(1, 2**62) if number is None else st.just(number),
        st.integers(1, 5),
        st.integers(1, 5),
        geometries,
        st.integers(-3, 9),
        st.sampled_from(ReviewState),
        provenances,
        attributes,
        st.booleans(),
        st.booleans(),
        st.none() | texts,
        st.booleans(),
        st.booleans(),
        st.none() | st.integers(0, 2**62),
        st.sampled_from((None, BESIDE)),
    )


def comments(number: int | None = None) -> st.SearchStrategy[Comment]:
    return st.builds(
        Comment,
        st.integers(1, 2**62) if number is None else st.just(number),
        coordinates,
        coordinates,
        texts,
        texts,
        st.none() | st.integers(1, 2**62),
        texts,
        st.booleans(),
        st.floats(0, 1e10),
    )


attribute_definitions = st.builds(
    AttributeDefinition,
    st.integers(1, 9),
    texts,
    st.sampled_from(AttributeKind),
    st.sampled_from(AttributeScope),
    st.lists(texts, max_size=3).map(tuple),
    st.lists(st.integers(1, 9), max_size=2).map(tuple),
)
labels = st.builds(
    Label,
    st.integers(1, 9),
    texts,
    st.just("#102030"),
    st.sampled_from(["", "a"]),
    st.none() | st.integers(-5, 2**40),
    st.lists(texts, max_size=2).map(tuple),
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=2).map(tuple),
)
layers = st.builds(
    Layer, st.integers(1, 9), st.sampled_from(LayerRole), texts, texts, texts, st.booleans()
)


@st.composite
def semantic_maps(draw: st.DrawFn, layer_id: int = 1) -> SemanticMap:
    data = draw(st.binary(min_size=216, max_size=216))
    return SemanticMap(layer_id, np.frombuffer(data, np.uint16).reshape(SIZE.shape))


@st.composite
def documents(draw: st.DrawFn, image_id: int = 1) -> ImageDocument:
    found = draw(st.lists(objects(), max_size=3, unique_by=lambda item: item.id))
    maps = draw(st.lists(semantic_maps(), max_size=1))
    said = draw(st.lists(comments(), max_size=2, unique_by=lambda item: item.id))
    return ImageDocument(
        image_id,
        SIZE,
        MappingProxyType({item.id: item for item in found}),
        MappingProxyType({item.layer_id: item for item in maps}),
        draw(st.integers(0, 5)),
        MappingProxyType({item.id: item for item in said}),
    )


@st.composite
def comment_changes(draw: st.DrawFn, document: ImageDocument) -> Difference[Comment]:
    """Comments that come, go and change."""
    pairs: list[tuple[Comment | None, Comment | None]] = []
    for item in document.comments.values():
        what = draw(st.sampled_from(["keep", "remove", "update"]))
        if what != "keep":
            pairs.append((item, draw(comments(item.id)) if what == "update" else None))
    fresh = comments().filter(lambda item: item.id not in document.comments)
    pairs += [(None, item) for item in draw(st.lists(fresh, max_size=1))]
    return Difference.of_pairs(pairs)


@st.composite
def image_changes(
    draw: st.DrawFn,
    document: ImageDocument,
    state: ImageState | None = None,
    values: Mapping[str, AttributeValue] | None = None,
) -> ImageChange:
    """A change that fits a document, and a state when its state and values are given."""
    removed, updated, edits = [], [], []
    for item in document.annotations.values():
        what = draw(st.sampled_from(["keep", "remove", "update", "paint"]))
        if what == "remove":
            removed.append(item)
        elif what == "update":
            updated.append((item, draw(objects(item.id))))
        elif what == "paint" and isinstance(item.geometry, Mask):
            edits.append(_stroke(item, draw(masks()), draw(provenances)))
    known = set(document.annotations)
    fresh = objects().filter(lambda item: item.id not in known)
    added = draw(st.lists(fresh, max_size=2, unique_by=lambda item: item.id))
    patches = [draw(semantic_patches(item)) for item in document.semantic.values()]
    step = None if state is None else (state, draw(st.sampled_from(ImageState)))
    difference = Difference(tuple(added), tuple(removed), tuple(updated))
    return ImageChange(
        difference,
        tuple(edits),
        semantic_patches=tuple(draw(st.lists(st.sampled_from(patches), max_size=1)))
        if patches
        else (),
        state=step,
        attributes=None if values is None else (values, draw(attributes)),
        comments=draw(comment_changes(document)),
    )


@st.composite
def semantic_patches(draw: st.DrawFn, semantic: SemanticMap) -> SemanticPatch:
    box = draw(masks(4)).moved(5, 5).clipped(SIZE).box
    before = semantic.classes[box.slices].copy()
    return SemanticPatch(
        semantic.layer_id, box, before, before ^ np.uint16(draw(st.integers(1, 9)))
    )


def _stroke(item: Annotation, pixels: Mask, provenance: Provenance) -> MaskEdit:
    assert isinstance(item.geometry, Mask)
    patch = MaskPatch.between(item.geometry, item.geometry.united(pixels))
    return MaskEdit(item.id, patch, item.provenance, provenance, item.edited)


@st.composite
def changes(draw: st.DrawFn, document: ImageDocument, state: ProjectState) -> Change:
    """A change of one image and of the labels that fits."""
    number = document.image_id
    part = draw(image_changes(document, state.state_of(number), state.attributes_of_image(number)))
    known = list(state.labels.values())
    label = draw(labels)
    if label.id in state.labels:
        difference = Difference(updated=((state.labels[label.id], label),))
    else:
        gone = draw(st.lists(st.sampled_from(known), max_size=1)) if known else []
        difference = Difference(added=(label,), removed=tuple(gone))
    definition = draw(attribute_definitions)
    before = state.attributes.get(definition.id)
    return Change(
        draw(texts),
        MappingProxyType({number: part}),
        difference,
        attributes=Difference.of_pairs([(before, definition)]),
    )
