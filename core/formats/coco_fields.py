"""Crowd, group and attributes of COCO records: read, and patched where they were changed."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from core.document.annotation import NO_ATTRIBUTES, Annotation, AttributeValue

_GROUP_LIMIT = 2**62


def crowd_of(values: Mapping[str, object]) -> bool:
    """Whether a record is a crowd: 1, true or "1"."""
    return values.get("iscrowd") in (1, True, "1", "true")


def group_of(values: Mapping[str, object]) -> int | None:
    """The number of the group that an object belongs to, if it says one."""
    value = values.get("group_id")
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if abs(value) < _GROUP_LIMIT else None


def attributes_of(values: Mapping[str, object]) -> Mapping[str, AttributeValue]:
    """The plain values of a record's ``attributes``, as CVAT writes them."""
    found = values.get("attributes")
    if not isinstance(found, dict):
        return NO_ATTRIBUTES
    plain = {
        key: value for key, value in found.items() if isinstance(value, str | int | float | bool)
    }
    return MappingProxyType(plain) if plain else NO_ATTRIBUTES


def changed_flags(annotation: Annotation, values: Mapping[str, object]) -> dict[str, object]:
    """Crowd, attributes and group, as far as they differ from those of the record."""
    changes: dict[str, object] = {}
    if annotation.is_crowd != crowd_of(values):
        changes["iscrowd"] = int(annotation.is_crowd)
    changes.update(changed_attributes(annotation.attributes, values))
    if annotation.group_id != group_of(values):
        changes["group_id"] = annotation.group_id
    return changes


def changed_attributes(
    attributes: Mapping[str, AttributeValue], values: Mapping[str, object]
) -> dict[str, object]:
    """The field ``attributes`` of a record, unless the record says the same already.

    What a record has there that is no plain value stays.
    """
    if dict(attributes) == dict(attributes_of(values)):
        return {}
    before = values.get("attributes")
    kept = (
        {key: value for key, value in before.items() if not _is_plain(value)}
        if isinstance(before, dict)
        else {}
    )
    return {"attributes": {**kept, **attributes}}


def _is_plain(value: object) -> bool:
    return isinstance(value, str | int | float | bool)
