"""Labels for the categories of a file."""

from __future__ import annotations

import colorsys
from collections.abc import Mapping, Sequence

from core.document.annotation import Label
from core.formats.findings import Findings

MAX_LABELS = 65533

# Okabe and Ito, "Color Universal Design" (2008), without black and grey.
_COLORS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442")
_GOLDEN_TURN = 0.6180339887498949


def color_of(index: int) -> str:
    """A colour for the n-th label: first those that colour-blind people tell apart."""
    if index < len(_COLORS):
        return _COLORS[index]
    lightness = (0.45, 0.6, 0.35)[index % 3]
    red, green, blue = colorsys.hls_to_rgb((index * _GOLDEN_TURN) % 1.0, lightness, 0.75)
    return f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"


class LabelTable:
    """The labels of an import, one per category of the file, found by its key.

    A key is whatever the file names a category by: a number or a name.
    """

    def __init__(self) -> None:
        self._labels: dict[object, Label] = {}
        self._names: set[str] = set()

    @property
    def labels(self) -> tuple[Label, ...]:
        """All labels, in the order in which they came."""
        return tuple(self._labels.values())

    def __contains__(self, key: object) -> bool:
        return key in self._labels

    def id_of(self, key: object) -> int:
        """Label id of a category that was added."""
        return self._labels[key].id

    def add(
        self,
        key: object,
        name: str,
        *,
        source_id: int | None = None,
        color: str | None = None,
        keypoint_names: tuple[str, ...] = (),
        skeleton: tuple[tuple[int, int], ...] = (),
    ) -> Label:
        """Add a category; a name that another one has gets a number behind it.

        Raises ValueError when there are more than a project can hold.
        """
        if len(self._labels) >= MAX_LABELS:
            raise ValueError(f"a project has at most {MAX_LABELS} labels")
        number = len(self._labels) + 1
        label = Label(
            id=number,
            name=self._free_name(name),
            color=color or color_of(number - 1),
            shortcut=str(number) if number < 10 else "",
            source_id=source_id,
            keypoint_names=keypoint_names,
            skeleton=skeleton,
        )
        self._labels[key] = label
        self._names.add(label.name)
        return label

    def _free_name(self, name: str) -> str:
        result, number = name, 2
        while result in self._names:
            result, number = f"{name} ({number})", number + 1
        return result


def add_categories(
    table: LabelTable, records: Sequence[tuple[str, Mapping[str, object]]], findings: Findings
) -> None:
    """Add the categories of a COCO file; ``records`` are pairs (place, record)."""
    for place, record in records:
        key = number_of(record.get("id"))
        if key is None:
            findings.left_out(place, "the category has no id")
        elif key in table:
            first = table.labels[table.id_of(key) - 1].name
            if record.get("name") != first:
                findings.note(
                    place, f"category id {key} occurs twice", f"“{first}”, the first one, is used"
                )
        else:
            _add_category(table, place, key, record, findings)


def number_of(value: object) -> int | str | None:
    """An id in one form: 7, 7.0 and "7" are the same; None when it is no id."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    if isinstance(value, str):
        text = value.strip()
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else text or None
    return value if isinstance(value, int) else None


def _add_category(
    table: LabelTable, place: str, key: int | str, record: Mapping[str, object], findings: Findings
) -> None:
    name = record.get("name")
    if not isinstance(name, str) or not name.strip():
        findings.note(place, "the category has no name", f"called “category {key}”")
        name = f"category {key}"
    label = table.add(
        key,
        name,
        source_id=key if isinstance(key, int) else None,
        color=_color(record.get("color")),
        keypoint_names=keypoint_names_of(record.get("keypoints")),
        skeleton=skeleton_of(record.get("skeleton")),
    )
    if label.name != name:
        findings.note(place, f"“{name}” is the name of another category too", f"“{label.name}”")


def _color(value: object) -> str | None:
    match value:
        case [int(red), int(green), int(blue)] if all(0 <= c <= 255 for c in (red, green, blue)):
            return f"#{red:02x}{green:02x}{blue:02x}"
    return None


def keypoint_names_of(value: object) -> tuple[str, ...]:
    """The names in a category's ``keypoints``; none unless all are texts."""
    if isinstance(value, list) and all(isinstance(name, str) for name in value):
        return tuple(value)
    return ()


def skeleton_of(value: object) -> tuple[tuple[int, int], ...]:
    """The pairs of numbers in a category's ``skeleton``."""
    if not isinstance(value, list):
        return ()
    edges = []
    for edge in value:
        match edge:
            case [int(first), int(second)]:
                edges.append((first, second))
    return tuple(edges)
