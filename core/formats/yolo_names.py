"""Class names of a YOLO folder: data.yaml, obj.names or classes.txt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from core.errors import FormatError, MaskwrightError
from core.formats.findings import Findings
from core.formats.labels import MAX_LABELS
from core.formats.labels_text import MAX_NAME_LENGTH
from core.formats.text_encoding import decode_text, read_bytes

LIST_NAMES = ("obj.names", "classes.txt", "labels.txt", "classes.names")
_MAX_YAML_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class YoloNames:
    """Names by class number, and the shape of keypoints (points, numbers each), (0, 0) for none.

    ``file`` is where they were found; None when there is no such file.
    """

    names: Mapping[int, str] = field(default_factory=dict)
    keypoints: tuple[int, int] = (0, 0)
    file: Path | None = None


def is_data_yaml(path: Path) -> bool:
    """Whether a YAML file has the names of a YOLO data set."""
    try:
        return "names" in _load(path)
    except MaskwrightError:
        return False


def find_names_file(folder: Path) -> Path | None:
    """The file with class names in a folder: YAML first, then a list."""
    if not folder.is_dir():
        return None
    found = sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")])
    found.sort(key=lambda path: path.stem != "data")
    for path in found[:20]:
        if is_data_yaml(path):
            return path
    return next((folder / name for name in LIST_NAMES if (folder / name).is_file()), None)


def read_names(path: Path, findings: Findings) -> YoloNames:
    """Names from a YAML file or a list with one name to a line.

    Raises ReadError, and FormatError when the file does not say what it should.
    """
    if path.suffix.lower() in (".yaml", ".yml"):
        return _from_yaml(path, findings)
    text, _ = decode_text(path, read_bytes(path))
    lines = [line.strip().lstrip("\ufeff") for line in text.splitlines()]
    names = {
        number: line[:MAX_NAME_LENGTH] for number, line in enumerate(lines[:MAX_LABELS]) if line
    }
    return YoloNames(names, file=path)


def yaml_of_names(
    names: Mapping[int, str], keypoints: tuple[int, int], parts: tuple[str, ...] = ()
) -> bytes:
    """The text of data.yaml for pictures in ``images``, or its ``parts``, beside ``labels``."""
    content: dict[str, object] = {"train": "images", "val": "images"}
    content.update((part, f"images/{part}") for part in parts)
    content["nc"] = len(names)
    if keypoints[0]:
        content["kpt_shape"] = list(keypoints)
    content["names"] = dict(sorted(names.items()))
    text: str = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=10_000)
    return text.encode("utf-8")


def _load(path: Path) -> Mapping[str, object]:
    """The top level of a YAML file, all scalars as text: "no" and "on" are class names too.

    The base loader makes nothing but lists, mappings and text, and expands no
    references.
    """
    data = read_bytes(path)
    if len(data) > _MAX_YAML_BYTES:
        raise FormatError(path, "", "the file is too large for a list of class names.")
    text, _ = decode_text(path, data)
    try:
        content = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506  # makes no objects
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}" if mark is not None else ""
        reason = getattr(error, "problem", None) or "it is nested too deeply"
        raise FormatError(path, place, f"this is no valid YAML ({reason}).") from error
    if not isinstance(content, dict):
        raise FormatError(path, "", "the file has no keys, so it names no classes.")
    return {key: value for key, value in content.items() if isinstance(key, str)}


def _from_yaml(path: Path, findings: Findings) -> YoloNames:
    content = _load(path)
    written = content.get("names")
    if isinstance(written, list):
        pairs: list[tuple[object, object]] = list(enumerate(written))
    elif isinstance(written, dict):
        pairs = list(written.items())
    else:
        raise FormatError(
            path, "names", "the class names are neither a list nor a mapping.", "Name the classes."
        )
    names: dict[int, str] = {}
    for key, value in pairs[:MAX_LABELS]:
        number = _number(key)
        if number is None or not isinstance(value, str) or not value.strip():
            findings.left_out(f"{path.name}, names", f"“{str(key)[:40]}” names no class")
        else:
            names[number] = value.strip()[:MAX_NAME_LENGTH]
    return YoloNames(names, _keypoint_shape(content.get("kpt_shape")), path)


def _number(key: object) -> int | None:
    if isinstance(key, int):
        return key
    usable = isinstance(key, str) and key.isascii() and key.isdecimal() and len(key) < 7
    return int(str(key)) if usable else None


def _keypoint_shape(value: object) -> tuple[int, int]:
    match value:
        case [str(count), ("2" | "3") as each] if _number(count) is not None:
            return int(count), int(each)
    return 0, 0
