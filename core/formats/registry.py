"""Which format a path has, and why; and reading it whichever it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.errors import FormatError, MaskwrightError, ReadError
from core.formats import coco, coco_panoptic, label_png, label_studio, labelme, via, voc, yolo
from core.formats.annotation_format import AnnotationFormat, Evidence
from core.formats.dataset import ImportedDataset
from core.formats.voc_document import read_voc_document

FORMATS: tuple[AnnotationFormat, ...] = (
    voc.FORMAT,
    coco.FORMAT,
    coco.RESULTS_FORMAT,
    coco_panoptic.FORMAT,
    labelme.FORMAT,
    via.FORMAT,
    label_studio.FORMAT,
    yolo.FORMAT,
    label_png.FORMAT,
)
"""Every format that can be read, in the order in which they are asked."""

_IN_ONE_FILE = {
    "coco": "COCO",
    "coco panoptic": "COCO panoptic",
    "via": "VIA",
    "label studio": "Label Studio",
}
"""Formats of which a folder may hold one file; a second one asks for a choice."""

_MAX_FILES = 50
_PLACES_OF_JSON = ("*.json", "annotations/*.json", "*/*.json")


@dataclass(frozen=True, slots=True)
class DetectedFormat:
    """A format that can be read.

    ``name`` is that of one of ``FORMATS``. ``why`` says in a sentence what it
    was told by. ``path`` is the file or folder to read, which may lie inside
    the one that was asked about.
    """

    name: str
    why: str
    path: Path


def format_named(name: str) -> AnnotationFormat:
    """The format of this name; raises MaskwrightError that lists all names."""
    found = next((item for item in FORMATS if item.name == name.replace("-", " ")), None)
    if found is None:
        names = ", ".join(item.name.replace(" ", "-") for item in FORMATS)
        raise MaskwrightError(f"There is no format “{name}” to read.", f"Use one of {names}.")
    return found


def detect_format(path: Path) -> DetectedFormat:
    """Look inside a file or folder.

    Raises ReadError when there is nothing to read, and FormatError for what
    cannot be read as annotations.
    """
    if not path.exists():
        raise ReadError(f"There is no file or folder {path}.")
    evidence = Evidence(path)
    if not path.is_dir():
        return _detect_file(evidence)
    try:
        next(path.iterdir(), None)
    except OSError as error:
        raise ReadError(f"{path} could not be read: {error.strerror or error}.") from error
    return _detect_folder(evidence)


def read_annotations(path: Path, image_root: Path | None = None) -> ImportedDataset:
    """Read annotations of any format in ``FORMATS``.

    Raises ReadError and FormatError when the whole of it cannot be read.
    """
    found = detect_format(path)
    return format_named(found.name).read(found.path, image_root)


def _detect_file(evidence: Evidence) -> DetectedFormat:
    found = _recognised(evidence)
    if found is not None:
        return found
    if evidence.problem is not None:
        raise evidence.problem
    path = evidence.path
    match path.suffix.lower():
        case ".xml":
            read_voc_document(path)
            reason = "the file is XML, but no Pascal VOC annotation."
        case ".json":
            reason = "the file is JSON, but of no format that is read: no COCO, labelme, VIA …"
        case _:
            reason = "this is no annotation file of a format that is read."
    titles = "; ".join(item.title for item in FORMATS)
    raise FormatError(path, "", reason, f"Maskwright reads: {titles}.")


def _recognised(evidence: Evidence) -> DetectedFormat | None:
    for item in FORMATS:
        why = item.recognise(evidence)
        if why is not None:
            return DetectedFormat(item.name, why, evidence.path)
    return None


def _detect_folder(evidence: Evidence) -> DetectedFormat:
    """Folders of XML first, then one JSON file for everything, then files for each picture."""
    folder = evidence.path
    why = voc.FORMAT.recognise(evidence)
    if why is not None:
        return DetectedFormat(voc.FORMAT.name, why, folder)
    found = _json_files(evidence)
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(str(item.path.relative_to(folder)) for item in found[:5])
        kinds = " and ".join(dict.fromkeys(_IN_ONE_FILE[item.name] for item in found))
        raise FormatError(
            folder,
            "",
            f"the folder has {len(found)} {kinds} files ({names}).",
            "Open one of them.",
        )
    other = _recognised(evidence)
    if other is None:
        raise FormatError(
            folder,
            "",
            "the folder has no annotations that can be read.",
            f"Maskwright reads: {'; '.join(item.title for item in FORMATS)}.",
        )
    return other


def _json_files(evidence: Evidence) -> list[DetectedFormat]:
    """The files, in the first place that has any, that describe several images."""
    for place in _PLACES_OF_JSON:
        found = []
        for file in evidence.matching(place, _MAX_FILES):
            detected = _recognised(Evidence(file))
            if detected is not None and detected.name in _IN_ONE_FILE:
                found.append(detected)
        if found:
            return found
    return []
