"""Which category of a COCO file each label becomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from core.document.annotation import Label
from core.formats.findings import Findings
from core.formats.json_records import RawRecord, raw_fields, records_of
from core.formats.labels import (
    LabelTable,
    add_categories,
    keypoint_names_of,
    number_of,
    skeleton_of,
)


@dataclass(frozen=True, slots=True)
class CategoryPlan:
    """``ids`` maps label id to the category id as it is written; ``records`` is the list."""

    ids: Mapping[int, object]
    records: tuple[object, ...]


def plan_categories(labels: Mapping[int, Label], raw_list: msgspec.Raw | None) -> CategoryPlan:
    """Categories for all labels; those of the file that was read are kept as they were.

    A label belongs to the category of its source id, before others to one of
    the same name. Labels without one get an id that is free.
    """
    kept = records_of(raw_list, "categories", Findings(""))
    table = LabelTable()
    add_categories(table, [(item.place, item.values or {}) for item in kept], Findings(""))
    names = {}
    written: dict[int | str, object] = {}
    for item in kept:
        key = number_of((item.values or {}).get("id"))
        if key is not None and key not in written:
            written[key] = (item.values or {})["id"]
            names[key] = table.labels[table.id_of(key) - 1].name
    owners = _owners(labels, names)
    records: list[object] = [_renamed(item, owners, labels, names) for item in kept]
    ids: dict[int, object] = {label: written[key] for key, label in owners.items()}
    used = {key for key in written if isinstance(key, int)}
    for label in sorted(labels.values(), key=lambda label: label.id):
        if label.id not in ids:
            number = _free_id(label, used)
            used.add(number)
            ids[label.id] = number
            records.append(_record(label, number))
    return CategoryPlan(ids, tuple(records))


def _owners(labels: Mapping[int, Label], names: Mapping[int | str, str]) -> dict[int | str, int]:
    """The label id that each category of the file belongs to."""
    owners: dict[int | str, int] = {}
    by_name = {name: key for key, name in names.items()}
    ordered = sorted(labels.values(), key=lambda label: label.id)
    for label in ordered:
        key = by_name.get(label.name)
        if key is not None and label.source_id in (None, key):
            owners.setdefault(key, label.id)
    placed = set(owners.values())
    for label in ordered:
        key = label.source_id
        if key is not None and key in names and label.id not in placed:
            owners.setdefault(key, label.id)
    return owners


def _renamed(
    item: RawRecord,
    owners: Mapping[int | str, int],
    labels: Mapping[int, Label],
    names: Mapping[int | str, str],
) -> object:
    """The record as it was, but for a new name or other keypoints of its label."""
    key = number_of((item.values or {}).get("id"))
    label = labels[owners[key]] if key is not None and key in owners else None
    changes = {} if key is None or label is None else _changes(item, label, names[key])
    if not changes:
        return msgspec.Raw(item.text.encode("utf-8"))
    return {**raw_fields(item.text), **changes}


def _changes(item: RawRecord, label: Label, name: str) -> dict[str, object]:
    values = item.values or {}
    changes: dict[str, object] = {} if label.name == name else {"name": label.name}
    if not label.keypoint_names:
        return changes  # what the file says of keypoints is not known to the project
    if label.keypoint_names != keypoint_names_of(values.get("keypoints")):
        changes["keypoints"] = list(label.keypoint_names)
    if label.skeleton != skeleton_of(values.get("skeleton")):
        changes["skeleton"] = [list(edge) for edge in label.skeleton]
    return changes


def _free_id(label: Label, used: set[int]) -> int:
    if label.source_id is not None and label.source_id not in used:
        return label.source_id
    return label.id if label.id not in used else max(used) + 1


def _record(label: Label, number: int) -> dict[str, object]:
    record: dict[str, object] = {"id": number, "name": label.name, "supercategory": ""}
    if label.keypoint_names:
        record["keypoints"] = list(label.keypoint_names)
        record["skeleton"] = [list(edge) for edge in label.skeleton]
    return record
