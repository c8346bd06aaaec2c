"""labelme files, one to a picture → ImportedDataset."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from core.document.annotation import Annotation
from core.document.geometry import Keypoints
from core.errors import FormatError, MaskwrightError
from core.formats.annotation_format import json_files
from core.formats.building import DatasetBuilder, score_of
from core.formats.coco_images import declared_size
from core.formats.dataset import ImportedDataset
from core.formats.findings import Findings
from core.formats.image_names import last_part
from core.formats.json_records import RawRecord, load_json, records_of, top_level
from core.formats.labelme_records import attributes_of_image, attributes_of_shape
from core.formats.labelme_shapes import (
    JOINED_TYPES,
    geometry_of,
    type_of,
    united,
)
from core.formats.pictures import Picture, Pictures, root_of_pictures
from core.formats.source_text import tagged

FORMAT_NAME = "labelme"


@dataclass(frozen=True, slots=True)
class _File:
    """One file: where it is, its fields, the faults of its text."""

    path: Path
    parts: Mapping[str, msgspec.Raw]
    findings: Findings


def read_labelme(path: Path, image_root: Path | None = None) -> ImportedDataset:
    """Read one labelme file or all those in a folder and the folders inside it.

    Shapes with an area, one label and one ``group_id`` are one object. Fields
    that are not known stay in the record. Raises FormatError when there is no
    labelme file at all.
    """
    base = path.parent if path.is_file() else path
    findings = Findings(path.name)
    files = [found for file in json_files(path) if (found := _opened(file, base, findings))]
    if not files and not findings.entries:
        raise FormatError(path, "", "there is no labelme file here.")
    root = image_root or _root(files, base)
    reader = _Reader(base, root, findings)
    for file in files:
        reader.read(file)
    return reader.builder.finish(root, tagged(FORMAT_NAME, []))


def is_labelme(parts: Mapping[str, object]) -> bool:
    """Whether a JSON object has the keys of a labelme file."""
    return "shapes" in parts and bool({"imagePath", "version", "imageData"} & set(parts))


def _opened(path: Path, base: Path, findings: Findings) -> _File | None:
    """The fields of a file; None for one of another format, and for one that cannot be read."""
    own = Findings(path.relative_to(base).as_posix())
    try:
        parts = top_level(path, load_json(path, own))
    except MaskwrightError as error:
        own.left_out("", error.message)
        findings.extend(own.entries)
        return None
    if isinstance(parts, list) or not is_labelme(parts):
        return None
    return _File(path, parts, own)


def _root(files: list[_File], base: Path) -> Path:
    """The folder of the files when the first picture is in it, else one for pictures."""
    for file in files[:20]:
        name = _beside(file, base)
        if name is not None and (base / name).is_file():
            return base
    return root_of_pictures(base)


def _text(parts: Mapping[str, msgspec.Raw], key: str) -> str:
    try:
        return msgspec.json.decode(parts[key], type=str)
    except (KeyError, msgspec.DecodeError):
        return ""


def _beside(file: _File, root: Path) -> str | None:
    """The picture's path under the root, from its path relative to the file; None outside it."""
    written = _text(file.parts, "imagePath").replace("\\", "/")
    if not written or "\0" in written or written.startswith("/"):
        return None
    whole = os.path.normpath(file.path.parent.absolute() / written)
    try:
        return Path(whole).relative_to(root.absolute()).as_posix()
    except ValueError:
        return None


class _Reader:
    """Turns files into images with annotations."""

    def __init__(self, base: Path, root: Path, findings: Findings) -> None:
        self.builder = DatasetBuilder(FORMAT_NAME, findings)
        self._base = base
        self._pictures = Pictures(root)

    def read(self, file: _File) -> None:
        """One file."""
        findings = file.findings
        self.builder.found_images += 1
        shapes = records_of(file.parts["shapes"], "shapes", findings)
        picture = self._picture(file)
        if picture is not None:
            annotations = self._annotations(shapes, picture, file)
            attributes = attributes_of_image(file.parts)
            self.builder.add_image(picture, annotations, _record(file.parts), attributes)
        else:
            self.builder.found_annotations += len(shapes)
        self.builder.findings.extend(findings.entries)

    def _picture(self, file: _File) -> Picture | None:
        values = {
            "width": _value(file.parts.get("imageWidth")),
            "height": _value(file.parts.get("imageHeight")),
        }
        relative = file.path.relative_to(self._base).with_suffix("").as_posix()
        written = _text(file.parts, "imagePath")
        name = _beside(file, self._pictures.root) or last_part(written)
        picture = self._pictures.find(
            relative, name, declared_size(values), file.findings, "imagePath"
        )
        if picture is not None and last_part(written) != last_part(picture.name):
            file.findings.note(
                "imagePath", f"the file names the image “{written}”", f"“{picture.name}” is used"
            )
        if picture is not None and picture.missing and len(_text(file.parts, "imageData")) > 0:
            file.findings.note(
                "imageData", "the picture is inside the file", "kept there; save it as an image"
            )
        return picture

    def _annotations(
        self, shapes: list[RawRecord], picture: Picture, file: _File
    ) -> list[Annotation]:
        found = []
        for group in _groups(shapes):
            annotation = self._annotation(group, picture, file)
            self.builder.found_annotations += annotation is not None or len(group)
            if annotation is not None:
                found.append(annotation)
        return found

    def _annotation(
        self, group: list[RawRecord], picture: Picture, file: _File
    ) -> Annotation | None:
        geometries, usable = [], []
        for record in group:
            if record.values is None:
                file.findings.left_out(record.place, "this is no JSON object that can be read")
                continue
            try:
                geometries.append(geometry_of(record.values))
                usable.append(record)
            except ValueError as error:
                file.findings.left_out(record.place, str(error))
        if not geometries:
            return None
        first = usable[0].values or {}
        for record in usable:
            _note_form(record, file.findings)
        points = [item for item in geometries if isinstance(item, Keypoints)]
        try:
            geometry = (
                Keypoints(tuple(point for item in points for point in item.points))
                if len(points) == len(geometries)
                else united(geometries, picture.size)
            )
        except ValueError as error:
            file.findings.left_out(usable[0].place, str(error))
            return None
        return self.builder.annotation(
            self.builder.label_id(first.get("label"), f"{usable[0].place}.label"),
            geometry,
            file.findings.file,
            raw=tagged(FORMAT_NAME, [msgspec.Raw(record.text.encode()) for record in usable]),
            attributes=attributes_of_shape(first),
            score=score_of(first.get("score")),
        )


def _groups(shapes: list[RawRecord]) -> list[list[RawRecord]]:
    """The shapes of each object: those of one group, label and sort; all others alone."""
    groups: dict[object, list[RawRecord]] = {}
    for index, record in enumerate(shapes):
        values = record.values or {}
        group, label, sort = values.get("group_id"), values.get("label"), type_of(values)
        key: object = index
        if isinstance(group, int | str) and isinstance(label, str):
            if sort in JOINED_TYPES:
                key = ("area", group, label)
            elif sort in ("point", "points"):
                key = ("points", group, label)
        groups.setdefault(key, []).append(record)
    return list(groups.values())


def _note_form(record: RawRecord, findings: Findings) -> None:
    values = record.values or {}
    match type_of(values):
        case "circle":
            findings.note(
                record.place, "a circle has no form here", "shown as an outline of many corners"
            )
        case "line" | "linestrip":
            findings.note(record.place, "a line has no area", "shown as a line of one pixel")


def _record(parts: Mapping[str, msgspec.Raw]) -> str:
    """The file without its shapes."""
    return tagged(FORMAT_NAME, [{**parts, "shapes": []}])


def _value(raw: msgspec.Raw | None) -> object:
    try:
        return None if raw is None else msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError):
        return None
