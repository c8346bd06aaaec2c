"""Changes of attributes: values of objects and images, and what attributes there are.

Values are found by the name of their attribute. A value without a definition,
or one that its definition does not accept, came in with a file; it stays as it
is until a person changes it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from core.document.annotation import NO_ATTRIBUTES, Annotation, AttributeValue
from core.document.attributes import AttributeDefinition, AttributeKind, AttributeScope
from core.document.change import Change, Difference, ImageChange
from core.document.document import ImageDocument, ProjectState
from core.editing.annotations import unlocked
from core.errors import MaskwrightError


def set_attribute(
    document: ImageDocument, ids: Iterable[int], name: str, value: AttributeValue | None
) -> Change | None:
    """Give objects a value, or take it away with None.

    Raises MaskwrightError when one of them is locked.
    """
    found = unlocked(document, ids)
    pairs = [(item, with_value(item, name, value)) for item in found]
    difference = Difference.of_pairs(pairs)
    if not difference:
        return None
    words = f"Set {name}" if value is not None else f"Clear {name}"
    return Change.of_image(words, document.image_id, ImageChange(annotations=difference))


def set_image_attribute(
    state: ProjectState, image_ids: Iterable[int], name: str, value: AttributeValue | None
) -> Change | None:
    """Give images a value, or take it away with None."""
    changes: dict[int, ImageChange] = {}
    for image_id in dict.fromkeys(image_ids):
        before = state.attributes_of_image(image_id)
        after = _with(before, name, value)
        if not _same(before, after):
            changes[image_id] = ImageChange(attributes=(before, after))
    if not changes:
        return None
    words = f"Set {name} of image" if value is not None else f"Clear {name} of image"
    return Change(words, MappingProxyType(changes))


def with_value(item: Annotation, name: str, value: AttributeValue | None) -> Annotation:
    """The object with one value more, another one, or one less; the same when nothing differs."""
    after = _with(item.attributes, name, value)
    return item if _same(item.attributes, after) else replace(item, attributes=after, edited=True)


def add_definition(state: ProjectState, definition: AttributeDefinition) -> Change:
    """A new attribute; its id is chosen here.

    Raises MaskwrightError when the name is empty or taken, or a choice has
    fewer than two values.
    """
    return add_definitions(state, (definition,), f"Add attribute {_tidy(definition.name)}")


def add_definitions(
    state: ProjectState, definitions: Iterable[AttributeDefinition], change_name: str
) -> Change:
    """Several new attributes in one step; their ids are chosen here."""
    known = dict(state.attributes)
    added: list[AttributeDefinition] = []
    for definition in definitions:
        number = max(known, default=0) + 1
        known[number] = _checked(known, replace(definition, id=number))
        added.append(known[number])
    return Change(change_name, attributes=Difference(added=tuple(added)))


def change_definition(
    state: ProjectState, documents: Iterable[ImageDocument], definition: AttributeDefinition
) -> Change | None:
    """Give the attribute of this id another name, kind, choices or labels.

    ``documents`` are all images; they are read only when the name differs, and
    the values go with the name. A value that the attribute does not accept any
    more stays as it is. Raises MaskwrightError when the new name is taken by
    the attribute or by values of another one, or objects are locked.
    """
    before = _definition(state, definition.id)
    definition = _checked(state.attributes, replace(definition, scope=before.scope))
    if definition == before:
        return None
    images: Mapping[int, ImageChange] = {}
    if definition.name != before.name:
        images = _renamed_values(state, documents, before, definition.name)
    return Change(
        f"Change attribute {before.name}",
        MappingProxyType(dict(images)),
        attributes=Difference(updated=((before, definition),)),
    )


def remove_definition(
    state: ProjectState,
    documents: Iterable[ImageDocument],
    definition_id: int,
    *,
    with_values: bool,
) -> Change:
    """Forget an attribute, and its values too if so wished, as one step.

    Raises MaskwrightError when objects that would lose a value are locked.
    """
    before = _definition(state, definition_id)
    images = _changed_values(state, documents, before, None) if with_values else {}
    return Change(
        f"Delete attribute {before.name}",
        MappingProxyType(dict(images)),
        attributes=Difference(removed=(before,)),
    )


def checked_choices(words: Iterable[str]) -> tuple[str, ...]:
    """The values of a choice: trimmed, each once, empty ones left out."""
    return tuple(dict.fromkeys(word for word in map(_tidy, words) if word))


def _checked(
    known: Mapping[int, AttributeDefinition], definition: AttributeDefinition
) -> AttributeDefinition:
    name = _tidy(definition.name)
    if not name:
        raise MaskwrightError("An attribute needs a name.", "Type at least one character.")
    for other in known.values():
        if other.id != definition.id and (other.scope, other.name) == (definition.scope, name):
            raise MaskwrightError(
                f"There is already an attribute “{name}”.", "Choose another name."
            )
    is_choice = definition.kind is AttributeKind.CHOICE
    choices = checked_choices(definition.choices) if is_choice else ()
    if is_choice and len(choices) < 2:
        raise MaskwrightError(
            f"The choice “{name}” needs at least two values.", "Write one on each line."
        )
    return replace(definition, name=name, choices=choices)


def _definition(state: ProjectState, definition_id: int) -> AttributeDefinition:
    if definition_id not in state.attributes:
        raise MaskwrightError("This attribute is no longer in the project.", "Choose another one.")
    return state.attributes[definition_id]


def _renamed_values(
    state: ProjectState,
    documents: Iterable[ImageDocument],
    before: AttributeDefinition,
    name: str,
) -> dict[int, ImageChange]:
    changes = _changed_values(state, documents, before, name)
    is_image = before.scope is AttributeScope.IMAGE
    taken = sum(
        name in values
        for change in changes.values()
        for values in (
            [change.attributes[0]]
            if change.attributes
            else [item.attributes for item, _ in change.annotations.updated]
        )
    )
    if taken:
        things = "images" if is_image else "objects"
        raise MaskwrightError(
            f"{taken} {things} have a value “{name}” already, so nothing was renamed.",
            "Choose another name.",
        )
    return changes


def _changed_values(
    state: ProjectState,
    documents: Iterable[ImageDocument],
    definition: AttributeDefinition,
    new_name: str | None,
) -> dict[int, ImageChange]:
    """The value of an attribute under another name, or gone, wherever there is one."""
    if definition.scope is AttributeScope.IMAGE:
        return {
            image_id: ImageChange(attributes=(values, _moved(values, definition.name, new_name)))
            for image_id, values in state.image_attributes.items()
            if definition.name in values
        }
    changes: dict[int, ImageChange] = {}
    for document in documents:
        found = [
            item for item in document.annotations.values() if definition.name in item.attributes
        ]
        if any(item.locked for item in found):
            raise MaskwrightError(
                f"Objects with the attribute “{definition.name}” are locked, so nothing was "
                "changed.",
                "Unlock them with L first.",
            )
        if found:
            pairs = tuple((item, _moved_in(item, definition.name, new_name)) for item in found)
            changes[document.image_id] = ImageChange(annotations=Difference(updated=pairs))
    return changes


def _moved_in(item: Annotation, name: str, new_name: str | None) -> Annotation:
    return replace(item, attributes=_moved(item.attributes, name, new_name), edited=True)


def _moved(
    values: Mapping[str, AttributeValue], name: str, new_name: str | None
) -> Mapping[str, AttributeValue]:
    """The values with one of them under another name, at its place, or without it."""
    pairs = ((new_name if key == name else key, value) for key, value in values.items())
    return _read_only({key: value for key, value in pairs if key is not None})


def _with(
    values: Mapping[str, AttributeValue], name: str, value: AttributeValue | None
) -> Mapping[str, AttributeValue]:
    after = dict(values)
    if value is None:
        after.pop(name, None)
    else:
        after[name] = value
    return _read_only(after)


def _same(first: Mapping[str, AttributeValue], second: Mapping[str, AttributeValue]) -> bool:
    """Whether values are the same and of the same type: 1, 1.0 and True are three values."""
    return dict(first) == dict(second) and all(
        type(first[key]) is type(second[key]) for key in first
    )


def _read_only(values: dict[str, AttributeValue]) -> Mapping[str, AttributeValue]:
    return MappingProxyType(values) if values else NO_ATTRIBUTES


def _tidy(text: str) -> str:
    """The text on one line, with single spaces and composed letters."""
    return " ".join(unicodedata.normalize("NFC", text).split())
