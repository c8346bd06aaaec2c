"""labelme: one JSON file to a picture."""

from __future__ import annotations

from core.formats.annotation_format import AnnotationFormat, Evidence
from core.formats.labelme_reading import is_labelme, read_labelme
from core.formats.labelme_writing import write_labelme

__all__ = ["FORMAT", "read_labelme", "write_labelme"]

_PLACES = ("*.json", "*/*.json")
_MAX_TRIED = 10


def _recognise(evidence: Evidence) -> str | None:
    if evidence.json is not None and is_labelme(evidence.json):
        return "the file has a list of shapes and the path of one image"
    if not evidence.path.is_dir():
        return None
    for place in _PLACES:
        for path in evidence.matching(place, _MAX_TRIED):
            if (parts := Evidence(path).json) is not None and is_labelme(parts):
                name = path.relative_to(evidence.path).as_posix()
                return f"{name} has a list of shapes and the path of one image"
    return None


FORMAT = AnnotationFormat("labelme", "labelme file or folder of them", _recognise, read_labelme)
