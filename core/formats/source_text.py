"""The text of records of formats that are not COCO's or VOC's, marked with the format's name.

``Annotation.raw`` of a COCO file is a JSON object and of a VOC file XML. All
other formats keep a JSON list that starts with their name, so that no writer
takes the record of another format for one of its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from core.formats.json_records import parse_object

_NAME = re.compile(r'\["([^"\\]*)"')
_LIST = msgspec.json.Decoder(list[msgspec.Raw])


def tagged(name: str, records: Sequence[object]) -> str:
    """Records (JSON values, or ``msgspec.Raw`` as it stands) of the format of this name."""
    return msgspec.json.encode([name, *records]).decode("utf-8")


def untagged(raw: str | None, name: str) -> tuple[msgspec.Raw, ...]:
    """The records that were kept; empty when they are of another format."""
    if raw is None or not raw.startswith("["):
        return ()
    try:
        first, *records = _LIST.decode(raw)
        return tuple(records) if msgspec.json.decode(first) == name else ()
    except (msgspec.DecodeError, RecursionError, ValueError):
        return ()


def family_of_record(raw: str | None) -> str:
    """The format that a kept record of an object belongs to; empty without one."""
    if not raw:
        return ""
    if raw.startswith("["):
        found = _NAME.match(raw)
        return found[1] if found else ""
    return "voc" if raw.lstrip("\ufeff \t\r\n").startswith("<") else "coco"


def family_of(extra: str) -> str:
    """The format that ``ImportedDataset.extra`` belongs to; "coco" for a plain COCO file."""
    if extra.startswith("["):
        try:
            values = msgspec.json.decode(extra)
        except (msgspec.DecodeError, RecursionError):
            return ""
        return str(values[0]) if values else ""
    values = parse_object(extra)
    return "" if values is None else "voc" if "voc" in values else "coco"
