"""Attributes: values of objects and images, definitions, and what the data say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import pytest

from core.document.annotation import Annotation, AttributeValue
from core.document.attributes import AttributeDefinition, AttributeKind, AttributeScope
from core.document.document import ImageDocument, ProjectState
from core.document.geometry import Box
from core.document.history import History
from core.editing.attribute_survey import AttributeUse, attribute_use, undefined_attributes
from core.editing.attributes import (
    add_definition,
    change_definition,
    remove_definition,
    set_attribute,
    set_image_attribute,
)
from core.editing.labels import delete_label
from core.errors import MaskwrightError
from tests.core.editing.examples import annotation, applied, document, state

POSE = AttributeDefinition(1, "pose", AttributeKind.CHOICE, choices=("left", "right"))


def _with(number: int, values: Mapping[str, AttributeValue], *, locked: bool = False) -> Annotation:
    item = annotation(number, Box(number, 1, 3, 3), locked=locked)
    return replace(item, attributes=MappingProxyType(dict(values)))


def _state(*definitions: AttributeDefinition) -> ProjectState:
    found = MappingProxyType({item.id: item for item in definitions})
    return replace(state(), attributes=found)


def _history(start: ProjectState, *documents: ImageDocument) -> History:
    by_id = {item.image_id: item for item in documents}
    return History(start, by_id.__getitem__)


def test_a_value_is_set_on_several_objects_and_undone() -> None:
    start = document(_with(1, {}), _with(2, {"pose": "left"}), _with(3, {"pose": "right"}))
    after = applied(start, set_attribute(start, (1, 2, 3), "pose", "right"))
    assert [item.attributes["pose"] for item in after.annotations.values()] == ["right"] * 3
    assert [item.edited for item in after.annotations.values()] == [True, True, False]


def test_a_value_is_taken_away() -> None:
    start = document(_with(1, {"pose": "left", "age": 3}))
    after = applied(start, set_attribute(start, (1,), "pose", None))
    assert dict(after.annotations[1].attributes) == {"age": 3}
    assert set_attribute(after, (1,), "pose", None) is None


@pytest.mark.parametrize(("before", "value"), [(1, True), (1, 1.0), (False, 0)])
def test_a_value_of_another_type_is_another_value(
    before: AttributeValue, value: AttributeValue
) -> None:
    start = document(_with(1, {"n": before}))
    after = applied(start, set_attribute(start, (1,), "n", value))
    assert type(after.annotations[1].attributes["n"]) is type(value)


def test_a_locked_object_keeps_its_values() -> None:
    start = document(_with(1, {}), _with(2, {}, locked=True))
    with pytest.raises(MaskwrightError, match="locked"):
        set_attribute(start, (1, 2), "pose", "left")


def test_attributes_of_images_are_undone_and_keep_no_empty_entries() -> None:
    history = _history(state(), document(), document(image_id=8))
    change = set_image_attribute(history.state, (7, 8), "weather", "rain")
    assert change is not None
    history.apply(change)
    assert history.state.image_attributes == {7: {"weather": "rain"}, 8: {"weather": "rain"}}
    assert set_image_attribute(history.state, (7,), "weather", "rain") is None
    change = set_image_attribute(history.state, (7,), "weather", None)
    assert change is not None
    history.apply(change)
    assert history.state.image_attributes == {8: {"weather": "rain"}}
    history.undo()
    history.undo()
    assert history.state.image_attributes == {}


@pytest.mark.parametrize(
    ("name", "choices", "words"),
    [
        ("  ", ("a", "b"), "needs a name"),
        ("x", ("a", " a "), "two values"),
        ("pose", (), "already"),
    ],
)
def test_a_definition_that_means_nothing_is_refused(
    name: str, choices: tuple[str, ...], words: str
) -> None:
    definition = AttributeDefinition(0, name, AttributeKind.CHOICE, choices=choices)
    with pytest.raises(MaskwrightError, match=words):
        add_definition(_state(POSE), definition)


def test_the_same_name_may_be_said_of_objects_and_of_images() -> None:
    definition = replace(POSE, scope=AttributeScope.IMAGE)
    assert add_definition(_state(POSE), definition).attributes.added[0].id == 2


def test_values_go_with_the_name_of_their_attribute() -> None:
    first = document(_with(1, {"age": 3, "pose": "left"}), _with(2, {}))
    second = document(_with(1, {"pose": "right"}), image_id=8)
    history = _history(_state(POSE), first, second)
    change = change_definition(history.state, (first, second), replace(POSE, name="side"))
    assert change is not None
    history.apply(change)
    assert dict(history.document(7).annotations[1].attributes) == {"age": 3, "side": "left"}
    assert dict(history.document(8).annotations[1].attributes) == {"side": "right"}
    assert history.state.attributes[1].name == "side"
    history.undo()
    assert history.document(7).annotations == first.annotations
    assert history.state.attributes[1] == POSE


def test_a_new_name_does_not_overwrite_values() -> None:
    start = document(_with(1, {"side": "x", "pose": "left"}))
    with pytest.raises(MaskwrightError, match="1 objects have a value"):
        change_definition(_state(POSE), (start,), replace(POSE, name="side"))


@pytest.mark.parametrize("with_values", [False, True])
def test_an_attribute_goes_with_or_without_its_values(with_values: bool) -> None:
    start = document(_with(1, {"age": 3, "pose": "left"}))
    history = _history(_state(POSE), start)
    history.apply(remove_definition(history.state, (start,), 1, with_values=with_values))
    assert not history.state.attributes
    assert ("pose" in history.document(7).annotations[1].attributes) is not with_values


def test_what_a_file_brought_in_gets_fitting_definitions() -> None:
    texts = [{"note": f"text {number}"} for number in range(15)]
    items = [
        _with(number, {"pose": "left", "occluded": number % 2 == 0, "age": number, **text})
        for number, text in enumerate(texts, start=1)
    ]
    items[0] = _with(1, {"kind": "tall", "mixed": 1})
    items[1] = _with(2, {"kind": "small", "mixed": "one"})
    start = document(*items, annotation(99, Box(1, 1, 2, 2), label_id=2))
    found = {item.name: item for item in undefined_attributes(_state(POSE), (start,))}
    assert {name: item.kind for name, item in found.items()} == {
        "age": AttributeKind.NUMBER,
        "kind": AttributeKind.CHOICE,
        "mixed": AttributeKind.TEXT,
        "note": AttributeKind.TEXT,
        "occluded": AttributeKind.FLAG,
    }
    assert found["kind"].choices == ("small", "tall")
    assert found["kind"].label_ids == (1,), "no object of label 2 has it"
    assert attribute_use(state(), (start,), POSE) == AttributeUse(objects=13, images=1)


def test_a_label_that_goes_takes_the_attribute_that_was_its_own_alone() -> None:
    both = replace(POSE, id=2, name="both", label_ids=(1, 2))
    start = _state(replace(POSE, label_ids=(1,)), both)
    change = delete_label(start, (), 1)
    after = change.applied_to_state(start)
    assert after.attributes == {2: replace(both, label_ids=(2,))}
    assert change.inverted().applied_to_state(after).attributes == start.attributes
    merged = delete_label(start, (), 1, 2).applied_to_state(start)
    assert {item.label_ids for item in merged.attributes.values()} == {(2,)}


def test_which_values_a_kind_accepts() -> None:
    number = AttributeDefinition(1, "n", AttributeKind.NUMBER)
    assert number.accepts(3)
    assert number.accepts(-0.5)
    assert not number.accepts(True)
    assert not number.accepts(float("nan"))
    assert POSE.accepts("left")
    assert not POSE.accepts("up")
    assert replace(POSE, kind=AttributeKind.FLAG).accepts(False)
    assert POSE.applies_to(5)
    assert not replace(POSE, label_ids=(2,)).applies_to(5)
