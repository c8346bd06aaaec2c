"""Fields of labelme files beside the shapes: patched where they were changed, else as they were."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from core.document.annotation import NO_ATTRIBUTES, AttributeValue
from core.formats.building import plain_attributes

Fields = Mapping[str, msgspec.Raw]

_OF_THE_SHAPE = frozenset({"label", "points", "shape_type", "mask", "group_id"})
_DESCRIPTION, _DIFFICULT = "description", "difficult"


def attributes_of_shape(values: Mapping[str, object]) -> dict[str, AttributeValue]:
    """What a shape says of its object: attributes, flags, description and ``difficult``."""
    found = {**plain_attributes(values.get("attributes")), **plain_attributes(values.get("flags"))}
    description = values.get(_DESCRIPTION)
    if isinstance(description, str) and description:
        found[_DESCRIPTION] = description
    if values.get(_DIFFICULT) is True:
        found[_DIFFICULT] = True
    return found


def attributes_of_image(fields: Fields) -> Mapping[str, AttributeValue]:
    """What a file says of its picture: its flags, and the values of ``attributes``."""
    values = _values(fields)
    found = {**plain_attributes(values.get("attributes")), **plain_attributes(values.get("flags"))}
    return MappingProxyType(found) if found else NO_ATTRIBUTES


def shape_fields_beside(
    attributes: Mapping[str, AttributeValue], before: Fields
) -> dict[str, object]:
    """All fields of a shape but those that draw it.

    ``before`` is the record that it was read from, or empty: fields that are not
    known stay, and those of attributes change only with them.
    """
    kept: dict[str, object] = {k: v for k, v in before.items() if k not in _OF_THE_SHAPE}
    values = _values(before)
    if before and attributes_of_shape(values) == dict(attributes):
        return kept
    others = {key: value for key, value in attributes.items() if key != _DESCRIPTION}
    if _DIFFICULT in before:
        kept[_DIFFICULT] = bool(others.pop(_DIFFICULT, False))
    kept[_DESCRIPTION] = str(attributes.get(_DESCRIPTION, ""))
    return {**kept, **_flags_and_attributes(others, values)}


def changed_image_fields(
    attributes: Mapping[str, AttributeValue], before: Fields
) -> dict[str, object]:
    """The fields of a file that say something of the picture, where that was changed."""
    if dict(attributes_of_image(before)) == dict(attributes):
        return {}
    return _flags_and_attributes(attributes, _values(before))


def _flags_and_attributes(
    attributes: Mapping[str, AttributeValue], before: Mapping[str, object]
) -> dict[str, object]:
    """Flags hold what is yes or no, ``attributes`` the rest; each where it stood before."""
    flags, others = before.get("flags"), before.get("attributes")
    was_flag = flags.keys() if isinstance(flags, dict) else ()
    was_other = others.keys() if isinstance(others, dict) else ()
    as_flags = {
        key: value
        for key, value in attributes.items()
        if key in was_flag or (isinstance(value, bool) and key not in was_other)
    }
    rest = {key: value for key, value in attributes.items() if key not in as_flags}
    found: dict[str, object] = {"flags": {**_not_plain(flags), **as_flags}}
    if rest or was_other:
        found["attributes"] = {**_not_plain(others), **rest}
    return found


def _not_plain(value: object) -> dict[str, object]:
    """What no attribute can hold, and which therefore stays."""
    if not isinstance(value, dict):
        return {}
    plain = plain_attributes(value)
    return {key: item for key, item in value.items() if key not in plain}


def _values(fields: Fields) -> dict[str, object]:
    """The fields that say something, decoded; the shapes and the picture are not looked into."""
    found: dict[str, object] = {}
    for key in ("attributes", "flags", _DESCRIPTION, _DIFFICULT):
        if key in fields:
            try:
                found[key] = msgspec.json.decode(fields[key])
            except (msgspec.DecodeError, RecursionError):
                continue
    return found
