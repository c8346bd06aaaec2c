"""The file beside label PNGs that says which class an index, a colour or an instance has."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import MaskwrightError
from core.formats.findings import Findings
from core.formats.json_records import load_json, parse_object
from core.formats.labels import MAX_LABELS
from core.formats.labels_text import MAX_NAME_LENGTH
from core.formats.text_encoding import decode_text, read_bytes

Color = tuple[int, int, int]

INSTANCES = "instances.csv"
CLASSES = "classes.txt"
_BACKGROUND = frozenset({"background", "void", "unlabelled", "unlabeled", "bg", "_background_"})
_FILES = ("dataset_meta.json", "labelmap.txt", CLASSES, "class_names.txt", "labels.txt")


@dataclass(frozen=True, slots=True)
class ClassFile:
    """Names by index, indices by colour, and the class of each instance.

    An instance is found by (path of its PNG without ending, index). ``file`` is
    the name of the class file, empty when there is none.
    """

    names: Mapping[int, str] = field(default_factory=dict)
    colors: Mapping[Color, int] = field(default_factory=dict)
    instances: Mapping[tuple[str, int], str] | None = None
    file: str = ""


def class_file_in(folder: Path) -> Path | None:
    """The class file of a folder, the most explicit first."""
    return next((folder / name for name in _FILES if (folder / name).is_file()), None)


def read_class_file(folder: Path, findings: Findings) -> ClassFile:
    """The classes of a folder of label PNGs; empty, with a note, when nothing says them."""
    instances = _instances(folder / INSTANCES, findings)
    path = class_file_in(folder)
    if path is None:
        if instances is None:
            findings.note("", "there is no file with class names", "named by their indices")
        return ClassFile(instances=instances, file=INSTANCES if instances is not None else "")
    try:
        names, colors = _names(path, findings)
    except MaskwrightError as error:
        findings.note("", error.message, "the classes are named by their indices")
        names, colors = {}, {}
    return ClassFile(names, colors, instances, path.name)


def classes_text(names: Mapping[int, str]) -> bytes:
    """One name to a line, that of index 0 first."""
    last = max(names, default=0)
    lines = ["background", *(names.get(index, "") for index in range(1, last + 1))]
    return "".join(f"{' '.join(line.split())}\n" for line in lines).encode("utf-8")


def instances_text(rows: list[tuple[str, int, str]]) -> bytes:
    """The table of instances: path of the PNG without ending, index, class."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(["image", "index", "class"])
    writer.writerows(rows)
    return buffer.getvalue().encode("utf-8")


def _names(path: Path, findings: Findings) -> tuple[dict[int, str], dict[Color, int]]:
    if path.suffix == ".json":
        return _of_meta(path)
    text, _ = decode_text(path, read_bytes(path))
    lines = [line.strip().lstrip("\ufeff") for line in text.splitlines()]
    if path.name == "labelmap.txt":
        return _of_labelmap(lines)
    first = 0 if lines and lines[0].lower() in _BACKGROUND else 1
    findings.note(
        path.name,
        "the first line is the background" if first == 0 else "the file names no background",
        "the first line is index 0" if first == 0 else "the first line is index 1",
    )
    pairs = enumerate(lines[:MAX_LABELS], start=first)
    return {index: name[:MAX_NAME_LENGTH] for index, name in pairs if index and name}, {}


def _of_meta(path: Path) -> tuple[dict[int, str], dict[Color, int]]:
    """Datumaro's dataset_meta.json: names, colours and the index of the background."""
    content = parse_object(load_json(path, Findings(path.name))) or {}
    names: dict[int, str] = {}
    label_map = content.get("label_map")
    for key, name in label_map.items() if isinstance(label_map, dict) else ():
        if isinstance(name, str) and str(key).isdecimal() and len(str(key)) < 7:
            names[int(key)] = name[:MAX_NAME_LENGTH]
    background = str(content.get("background_label", "0"))
    colors: dict[Color, int] = {}
    written = content.get("segmentation_colors")
    for index, value in zip(
        sorted(names), written if isinstance(written, list) else (), strict=False
    ):
        match value:
            case [int(red), int(green), int(blue)]:
                colors[red, green, blue] = index
    if background.isdecimal():
        names.pop(int(background), None)
    return names, colors


def _of_labelmap(lines: list[str]) -> tuple[dict[int, str], dict[Color, int]]:
    """CVAT's labelmap.txt: ``name:r,g,b:parts:actions``; indices in the order of the lines."""
    names: dict[int, str] = {}
    colors: dict[Color, int] = {}
    index = 0
    for line in lines:
        fields = line.rsplit(":", 3)
        if line.startswith("#") or len(fields) != 4:
            continue
        try:
            red, green, blue = map(int, fields[1].split(","))
        except ValueError:
            continue
        colors[red, green, blue] = index
        if index or fields[0].lower() not in _BACKGROUND:
            names[index] = fields[0][:MAX_NAME_LENGTH]
        index += 1
    return names, colors


def _instances(path: Path, findings: Findings) -> dict[tuple[str, int], str] | None:
    if not path.is_file():
        return None
    try:
        text, _ = decode_text(path, read_bytes(path))
        rows = list(csv.DictReader(io.StringIO(text)))
    except (MaskwrightError, csv.Error) as error:
        findings.left_out(path.name, f"the table of instances cannot be read ({error})")
        return {}
    found: dict[tuple[str, int], str] = {}
    for number, row in enumerate(rows, start=2):
        image, index, name = row.get("image"), row.get("index"), row.get("class")
        if image and name and index and index.isdecimal() and len(index) < 7:
            found[image, int(index)] = name[:MAX_NAME_LENGTH]
        else:
            findings.left_out(f"{path.name}, line {number}", "the line names no instance")
    return found
