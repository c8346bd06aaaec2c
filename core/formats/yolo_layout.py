"""Where the label files of a YOLO data set are, and which picture each belongs to.

Layouts in use: ``images/train/a.jpg`` beside ``labels/train/a.txt`` (Ultralytics),
``train/images/a.jpg`` beside ``train/labels/a.txt`` (Roboflow), and the text
file beside the picture (Darknet).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from core.errors import MaskwrightError
from core.formats.annotation_format import Evidence
from core.formats.text_encoding import decode_text, read_bytes
from core.formats.yolo_lines import parse_line
from core.formats.yolo_names import LIST_NAMES, find_names_file
from core.imaging.reading import IMAGE_SUFFIXES

_LABELS, _IMAGES = "labels", "images"
_OTHER_LISTS = ("train.txt", "val.txt", "test.txt", "valid.txt")
_MAX_TRIED = 50


@dataclass(frozen=True, slots=True)
class LabelFile:
    """A label file: where it is, its name for reports, the path of its picture without ending."""

    path: Path
    name: str
    stem: str


@dataclass(frozen=True, slots=True)
class YoloLayout:
    """All label files of a data set, the root of its pictures, the file with its names."""

    files: tuple[LabelFile, ...]
    image_root: Path
    names_file: Path | None


def layout_of(path: Path, image_root: Path | None) -> YoloLayout:
    """The layout of a folder, of the folder of a YAML file, or of one label file."""
    folder = path if path.is_dir() else path.parent
    base = _base_of(folder)
    if path.is_dir() or not is_text(path):
        files = [item for item in sorted(folder.rglob("*.txt")) if _is_label_file(item, folder)]
    else:
        files = [path]
    is_names = path.is_file() and not is_text(path)
    names = path if is_names else find_names_file(folder) or find_names_file(base)
    names = names or find_names_file(base.parent)
    return YoloLayout(
        tuple(_label_file(item, base, image_root) for item in files), image_root or base, names
    )


def _base_of(folder: Path) -> Path:
    """The folder above the nearest ``labels`` that a folder is or lies in; else the folder."""
    for place in (folder, *folder.parents[:3]):
        if place.name == _LABELS:
            return place.parent
    return folder


def looks_like_labels(path: Path) -> bool:
    """Whether the first line of a text file could be that of a label file."""
    try:
        with path.open("rb") as file:
            text, _ = decode_text(path, file.read(100_000))
    except (OSError, MaskwrightError):
        return False
    line = next((line for line in text.splitlines() if line.strip()), "")
    fields = line.split()
    if len(fields) < 5:
        return False
    try:
        parse_line(" ".join(["0", *fields[1:5]]), (0, 0))
    except ValueError:
        return False
    return fields[0].isdecimal() and "." in "".join(fields[1:5])


def has_labels(evidence: Evidence) -> bool:
    """Whether a folder has label files, looking at a few of them."""
    places = ("labels/*.txt", "labels/*/*.txt", "*/labels/*.txt", "*.txt", "*/*.txt")
    return any(
        looks_like_labels(path) for place in places for path in evidence.matching(place, _MAX_TRIED)
    )


def read_lines(path: Path) -> tuple[list[str], str]:
    """The lines of a label file and a remark about its encoding; raises MaskwrightError."""
    text, remark = decode_text(path, read_bytes(path))
    return text.splitlines(), remark


def is_text(path: Path) -> bool:
    """Whether a path is that of a label file by its ending."""
    return path.suffix.lower() == ".txt"


def _is_label_file(path: Path, folder: Path) -> bool:
    if path.name in LIST_NAMES or path.name in _OTHER_LISTS or not path.is_file():
        return False
    within = path.relative_to(folder).parts[:-1]
    if _LABELS in within or _base_of(folder) != folder:
        return True
    if any(path.with_suffix(suffix).is_file() for suffix in IMAGE_SUFFIXES):
        return path.stat().st_size == 0 or looks_like_labels(path)
    return looks_like_labels(path)


def _label_file(path: Path, base: Path, image_root: Path | None) -> LabelFile:
    relative = PurePosixPath(path.relative_to(base).as_posix())
    parts = list(relative.with_suffix("").parts)
    if _LABELS in parts[:-1]:
        place = len(parts) - 2 - parts[-2::-1].index(_LABELS)
        if image_root is None:
            parts[place] = _IMAGES
        else:
            parts = parts[place + 1 :]
    return LabelFile(path, relative.as_posix(), "/".join(parts))
