"""What attributes the data have, whether they are defined or not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from core.document.annotation import AttributeValue
from core.document.attributes import AttributeDefinition, AttributeKind, AttributeScope
from core.document.document import ImageDocument, ProjectState

MOST_CHOICES = 12
"""Text with more different values than this is no choice, but free text."""


@dataclass(frozen=True, slots=True)
class AttributeUse:
    """How often an attribute has a value."""

    objects: int
    images: int


@dataclass(slots=True)
class _Found:
    """The values of one name."""

    numbers: bool = False
    flags: bool = False
    texts: set[str] = field(default_factory=set)
    label_ids: set[int] = field(default_factory=set)

    def add(self, value: AttributeValue) -> None:
        if isinstance(value, bool):
            self.flags = True
        elif isinstance(value, int | float):
            self.numbers = True
        elif len(self.texts) <= MOST_CHOICES:
            self.texts.add(value)

    def kind(self) -> AttributeKind:
        """The kind that accepts all values; text where there is none."""
        if not self.texts and self.flags != self.numbers:
            return AttributeKind.FLAG if self.flags else AttributeKind.NUMBER
        is_choice = 2 <= len(self.texts) <= MOST_CHOICES and not (self.flags or self.numbers)
        return AttributeKind.CHOICE if is_choice else AttributeKind.TEXT


def undefined_attributes(
    state: ProjectState, documents: Iterable[ImageDocument]
) -> tuple[AttributeDefinition, ...]:
    """Definitions that fit the values that no definition names, with id 0, by name.

    Text of two to twelve different values is taken for a choice. An attribute
    that is not on objects of every label belongs to the labels it was found on.
    """
    defined = {(item.scope, item.name) for item in state.attributes.values()}
    found: dict[tuple[AttributeScope, str], _Found] = {}
    used_labels: set[int] = set()
    for document in documents:
        for item in document.annotations.values():
            used_labels.add(item.label_id)
            _collect(item.attributes, AttributeScope.OBJECT, found, item.label_id)
    for values in state.image_attributes.values():
        _collect(values, AttributeScope.IMAGE, found, None)
    return tuple(
        AttributeDefinition(
            0,
            name,
            values.kind(),
            scope,
            tuple(sorted(values.texts)) if values.kind() is AttributeKind.CHOICE else (),
            () if values.label_ids == used_labels else tuple(sorted(values.label_ids)),
        )
        for (scope, name), values in sorted(found.items(), key=lambda pair: pair[0][1])
        if (scope, name) not in defined and name.strip()
    )


def attribute_use(
    state: ProjectState, documents: Iterable[ImageDocument], definition: AttributeDefinition
) -> AttributeUse:
    """On how many objects and images a value would go with the attribute."""
    name = definition.name
    if definition.scope is AttributeScope.IMAGE:
        images = sum(name in values for values in state.image_attributes.values())
        return AttributeUse(0, images)
    objects = images = 0
    for document in documents:
        here = sum(name in item.attributes for item in document.annotations.values())
        objects += here
        images += bool(here)
    return AttributeUse(objects, images)


def _collect(
    values: Mapping[str, AttributeValue],
    scope: AttributeScope,
    found: dict[tuple[AttributeScope, str], _Found],
    label_id: int | None,
) -> None:
    for name, value in values.items():
        entry = found.setdefault((scope, name), _Found())
        entry.add(value)
        if label_id is not None:
            entry.label_ids.add(label_id)
