"""Which attributes the objects and images of a project can have."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

from core.document.annotation import AttributeValue


class AttributeKind(Enum):
    """What values an attribute takes."""

    TEXT = "text"
    NUMBER = "number"
    CHOICE = "choice"
    FLAG = "flag"


class AttributeScope(Enum):
    """What an attribute is said of."""

    OBJECT = "object"
    IMAGE = "image"


@dataclass(frozen=True, slots=True)
class AttributeDefinition:
    """One attribute: its name is the key in the values of objects or images.

    ``choices`` are the values of a choice, empty for every other kind.
    ``label_ids`` are the labels whose objects have it; empty means all of them.
    """

    id: int
    name: str
    kind: AttributeKind
    scope: AttributeScope = AttributeScope.OBJECT
    choices: tuple[str, ...] = ()
    label_ids: tuple[int, ...] = ()

    def applies_to(self, label_id: int) -> bool:
        """Whether objects of this label have it."""
        return self.scope is AttributeScope.OBJECT and (
            not self.label_ids or label_id in self.label_ids
        )

    def accepts(self, value: AttributeValue) -> bool:
        """Whether a value is one of this kind. What was imported may not be."""
        if self.kind is AttributeKind.FLAG:
            return isinstance(value, bool)
        if self.kind is AttributeKind.NUMBER:
            return (
                isinstance(value, int | float)
                and not isinstance(value, bool)
                and math.isfinite(value)
            )
        if self.kind is AttributeKind.CHOICE:
            return isinstance(value, str) and value in self.choices
        return isinstance(value, str)
