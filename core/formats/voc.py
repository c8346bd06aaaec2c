"""Pascal VOC: XML files with boxes, label PNGs, lists of images."""

from __future__ import annotations

from pathlib import Path

from core.formats.annotation_format import AnnotationFormat, Evidence
from core.formats.voc_document import is_voc_xml
from core.formats.voc_reading import read_voc
from core.formats.voc_writing import write_voc

__all__ = ["FORMAT", "read_voc", "write_voc"]

_MAX_TRIED = 50


def _recognise(evidence: Evidence) -> str | None:
    path = evidence.path
    if path.is_file():
        is_voc = path.suffix.lower() == ".xml" and is_voc_xml(path)
        return "the file is XML with the root <annotation>" if is_voc else None
    for name in ("SegmentationObject", "SegmentationClass"):
        if name in evidence.entries and any((path / name).glob("*.png")):
            return f"the folder has {name} with PNG files"
    for place in ("Annotations/*.xml", "*.xml", "Annotations/*/*.xml", "*/*.xml"):
        files = evidence.matching(place, _MAX_TRIED)
        found = next((file for file in files if is_voc_xml(file)), None)
        if found is not None:
            return f"{found.relative_to(path)} is a Pascal VOC annotation"
    if _has_lists(path / "ImageSets"):
        return "the folder has ImageSets with lists of images"
    return None


def _has_lists(folder: Path) -> bool:
    return folder.is_dir() and next(folder.rglob("*.txt"), None) is not None


FORMAT = AnnotationFormat("voc", "Pascal VOC folder or XML file", _recognise, read_voc)
