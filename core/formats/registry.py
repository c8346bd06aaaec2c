"""Which format a path has, and why; and reading it whichever it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import msgspec

from core.errors import FormatError, MaskwrightError, ReadError
from core.formats.coco import read_coco, read_coco_results
from core.formats.dataset import ImportedDataset
from core.formats.findings import Findings
from core.formats.json_records import load_json, parse_object, top_level
from core.formats.voc import read_voc
from core.formats.voc_document import is_voc_xml

_MAX_FILES = 50
_PLACES_OF_JSON = ("*.json", "annotations/*.json", "*/*.json")


@dataclass(frozen=True, slots=True)
class DetectedFormat:
    """A format that can be read.

    ``name`` is "coco", "coco results" or "voc". ``why`` says in a sentence what
    it was told by. ``path`` is the file or folder to read, which may lie inside
    the one that was asked about.
    """

    name: str
    why: str
    path: Path


def detect_format(path: Path) -> DetectedFormat:
    """Look inside a file or folder.

    Raises ReadError when there is nothing to read, and FormatError, naming the
    format where it is a known one, for what cannot be read as annotations.
    """
    if path.is_dir():
        return _detect_folder(path)
    if not path.exists():
        raise ReadError(f"There is no file or folder {path}.")
    if path.suffix.lower() == ".xml":
        return _detect_xml(path)
    if path.suffix.lower() == ".json":
        return _detect_json(path)
    raise FormatError(
        path,
        "",
        "annotations are read from JSON files (COCO) and from folders of XML files (Pascal VOC).",
        "Other formats come with a later version.",
    )


def read_annotations(path: Path, image_root: Path | None = None) -> ImportedDataset:
    """Read a COCO file, COCO results, a VOC folder or one VOC file.

    Raises ReadError and FormatError when the whole of it cannot be read.
    """
    found = detect_format(path)
    match found.name:
        case "coco":
            return read_coco(found.path, image_root)
        case "coco results":
            return read_coco_results(found.path, None, image_root)
        case _:
            return read_voc(found.path, image_root)


def _detect_folder(folder: Path) -> DetectedFormat:
    try:
        entries = {entry.name for entry in folder.iterdir()}
    except OSError as error:
        raise ReadError(f"{folder} could not be read: {error.strerror or error}.") from error
    for name in ("SegmentationObject", "SegmentationClass"):
        if name in entries and any((folder / name).glob("*.png")):
            return DetectedFormat("voc", f"the folder has {name} with PNG files", folder)
    for place in ("Annotations", "."):
        found = _first(folder / place, "*.xml", is_voc_xml)
        if found is not None:
            why = f"{found.relative_to(folder)} is a Pascal VOC annotation"
            return DetectedFormat("voc", why, folder)
    return _detect_json_in(folder)


def _detect_json_in(folder: Path) -> DetectedFormat:
    found: list[DetectedFormat] = []
    for place in _PLACES_OF_JSON:
        for file in islice(sorted(folder.glob(place)), _MAX_FILES):
            try:
                detected = _detect_json(file)
            except MaskwrightError:
                continue
            if detected.name == "coco":
                found.append(detected)
        if found:
            break
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(str(item.path.relative_to(folder)) for item in found[:5])
        raise FormatError(
            folder, "", f"the folder has {len(found)} COCO files ({names}).", "Open one of them."
        )
    raise FormatError(folder, "", "the folder has no annotations in COCO or Pascal VOC format.")


def _detect_xml(path: Path) -> DetectedFormat:
    if is_voc_xml(path):
        return DetectedFormat("voc", "the file is XML with the root <annotation>", path)
    raise FormatError(
        path,
        "",
        "the file is XML, but no Pascal VOC annotation.",
        "CVAT can export COCO or Pascal VOC instead.",
    )


def _detect_json(path: Path) -> DetectedFormat:
    parts = top_level(path, load_json(path, Findings(path.name)))
    if isinstance(parts, list):
        first = parse_object(bytes(parts[0])) if parts else None
        if first is not None and "image_id" in first and "score" in first:
            return DetectedFormat(
                "coco results", "the file is a list of records with image_id and score", path
            )
        raise FormatError(path, "", _name_of_list(first))
    if "images" in parts and ("annotations" in parts or "categories" in parts):
        if _is_panoptic(parts.get("annotations")):
            raise FormatError(path, "", "this is a COCO panoptic file; those are not read yet.")
        return DetectedFormat("coco", f"the file has the lists {', '.join(islice(parts, 6))}", path)
    raise FormatError(path, "", _name_of_object(parts), "Export COCO or Pascal VOC instead.")


def _is_panoptic(annotations: msgspec.Raw | None) -> bool:
    return annotations is not None and b'"segments_info"' in bytes(annotations)[:4000]


def _name_of_list(first: object) -> str:
    if isinstance(first, dict) and ("data" in first or "annotations" in first):
        return "this looks like a Label Studio export, which is not read yet."
    return "the file is a list, but not one of COCO results."


def _name_of_object(parts: Iterable[str]) -> str:
    keys = set(parts)
    if "shapes" in keys:
        return "this is a labelme file, which is not read yet."
    if "_via_settings" in keys or "_via_img_metadata" in keys:
        return "this is a VIA project, which is not read yet."
    return "the file has no lists of images and annotations, so it is no COCO file."


def _first(folder: Path, pattern: str, fits: object) -> Path | None:
    """The first of a few files that fits; an unreadable one does not."""
    if not folder.is_dir() or not callable(fits):
        return None
    return next(
        (file for file in islice(sorted(folder.glob(pattern)), _MAX_FILES) if fits(file)), None
    )
