"""How CVAT and Roboflow write COCO, and what they mean by it.

CVAT writes every brush mask with ``iscrowd`` 1: it says "run lengths" there, not
"crowd". Roboflow puts the name of the group in front of the categories, as
category 0 that nothing belongs to, and one ``_annotations.coco.json`` into the
folder of each split.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from core.formats.findings import Findings
from core.formats.json_records import RawRecord, parse_object

Dialect = Literal["", "CVAT", "Roboflow"]

ROBOFLOW_FILE = "_annotations.coco.json"
_CVAT_INFO = frozenset({"contributor", "date_created", "description", "url", "version", "year"})


def dialect_of(path: Path, parts: Mapping[str, msgspec.Raw]) -> Dialect:
    """Which program wrote a COCO file; empty for none of the known dialects."""
    info = _object(parts.get("info"))
    if path.name == ROBOFLOW_FILE or "roboflow" in str(info.get("description", "")).lower():
        return "Roboflow"
    licences = parts.get("licenses")
    plain = set(info) == _CVAT_INFO and not any(info.values())
    if plain and licences is not None and _is_empty_licence(licences):
        return "CVAT"
    return ""


def is_brush_mask(values: Mapping[str, object]) -> bool:
    """Whether CVAT means one painted object by a record that says crowd."""
    return isinstance(values.get("segmentation"), dict)


def note_dialect(
    dialect: Dialect, categories: Sequence[RawRecord], masks: int, findings: Findings
) -> None:
    """Say what was understood otherwise than COCO has it."""
    if dialect == "CVAT" and masks:
        findings.note(
            "annotations",
            f"CVAT marks {masks} brush masks as crowds",
            "they came in as single objects; what is not edited goes out with the mark",
        )
    first = (categories[0].values or {}) if categories else {}
    groups = {(item.values or {}).get("supercategory") for item in categories[1:]}
    if dialect == "Roboflow" and first.get("name") in groups:
        findings.note(
            categories[0].place,
            f"“{first.get('name')}” is Roboflow's name of the group of categories",
            "kept as a label",
        )


def _object(raw: msgspec.Raw | None) -> Mapping[str, object]:
    return {} if raw is None else parse_object(bytes(raw)) or {}


def _is_empty_licence(raw: msgspec.Raw) -> bool:
    try:
        licences = msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError):
        return False
    return bool(licences == [{"name": "", "id": 0, "url": ""}])
