"""The shapes of a layer: whatever happened before, they are those of the objects as they are."""

from __future__ import annotations

from dataclasses import astuple, replace
from types import MappingProxyType

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.document.annotation import Annotation, Label, Layer, LayerRole
from core.document.document import ImageDocument, ProjectState
from core.document.geometry import Box, Keypoints, Size, Visibility
from gui.objects.object_colors import ColorBy
from gui.objects.object_shapes import ObjectShapes

LAYER = Layer(1, LayerRole.MINE, "Mine")
STATE = ProjectState(
    labels=MappingProxyType({1: Label(1, "cell", "#ff0000"), 2: Label(2, "dirt", "#00ff00")}),
    layers=MappingProxyType({1: LAYER}),
)
COUNT = 6


def document_of(items: dict[int, Annotation]) -> ImageDocument:
    return ImageDocument(1, Size(100, 100), MappingProxyType(dict(items)))


def first_items() -> dict[int, Annotation]:
    return {
        number: Annotation(number, 1, 1, Box(number, 0, 5, 5), order=number)
        for number in range(COUNT)
    }


@given(st.integers(0, 2**32 - 1))
def test_after_any_steps_the_shapes_are_those_of_a_fresh_start(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shapes, items, selection, state = ObjectShapes(), first_items(), frozenset[int](), STATE
    document = document_of(items)
    for _ in range(12):
        number = int(rng.integers(COUNT))
        match int(rng.integers(7)):
            case 0 if number in items:
                items[number] = replace(items[number], hidden=not items[number].hidden)
            case 1 if number in items:
                items[number] = replace(items[number], label_id=3 - items[number].label_id)
            case 2 if number in items:
                del items[number]
            case 3:
                items[number] = Annotation(number, 1, 1, Box(0, 0, 9, 9), order=20)
            case 4:
                selection = selection ^ {number}
            case 5:
                label = replace(state.labels[1], color=f"#0000{number:02x}")
                state = replace(state, labels=MappingProxyType({**state.labels, 1: label}))
            case 6:
                shapes.color_by = (ColorBy.INSTANCE, ColorBy.LABEL)[number % 2]
        if dict(document.annotations) != items:
            document = document_of(items)
        fresh = ObjectShapes()
        fresh.color_by = shapes.color_by
        shown = shapes.of_layer(document, state, LAYER, selection)
        expected = fresh.of_layer(document, state, LAYER, selection)
        assert list(map(astuple, shown)) == list(map(astuple, expected))
        assert shapes.of_layer(document, state, LAYER, selection) is shown


def test_what_was_not_touched_is_the_same_shape_again() -> None:
    shapes, items = ObjectShapes(), first_items()
    before = shapes.of_layer(document_of(items), STATE, LAYER)
    items[2] = replace(items[2], geometry=Box(50, 50, 5, 5))
    after = shapes.of_layer(document_of(items), STATE, LAYER, frozenset({4}))
    same = [old is new for old, new in zip(before, after, strict=True)]
    assert same == [True, True, False, True, False, True]


def test_captions_and_other_colours_are_asked_for_each_time() -> None:
    shapes, document, words = ObjectShapes(), document_of(first_items()), ["first"]
    shapes.caption = lambda _item: words[0]
    assert {shape.caption for shape in shapes.of_layer(document, STATE, LAYER)} == {"first"}
    words[0] = "second"
    assert {shape.caption for shape in shapes.of_layer(document, STATE, LAYER)} == {"second"}
    shapes.caption = None
    assert {shape.caption for shape in shapes.of_layer(document, STATE, LAYER)} == {""}


def test_keypoints_beside_an_outline_are_drawn_as_a_shape_of_their_own() -> None:
    shapes, items = ObjectShapes(), first_items()
    points = Keypoints(((3.0, 3.0, Visibility.VISIBLE), (5.0, 6.0, Visibility.HIDDEN)))
    person = replace(items[0], keypoints=points)
    document = document_of({**items, 0: person})
    outlines = shapes.of_layer(document, STATE, LAYER, frozenset({person.id}))
    (drawn,) = shapes.keypoints_beside(document, STATE, LAYER)
    assert drawn.geometry is points
    assert drawn.selected
    assert drawn.id not in {shape.id for shape in outlines}
    assert shapes.keypoints_beside(document, STATE, LAYER)[0] is drawn
    hidden = document_of({**items, 0: replace(person, hidden=True)})
    shapes.of_layer(hidden, STATE, LAYER)
    assert shapes.keypoints_beside(hidden, STATE, LAYER) == ()
