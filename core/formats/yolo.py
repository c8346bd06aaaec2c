"""YOLO: one text file to a picture, numbers as shares of its size."""

from __future__ import annotations

from core.formats.annotation_format import AnnotationFormat, Evidence
from core.formats.yolo_layout import has_labels, is_text, looks_like_labels
from core.formats.yolo_names import find_names_file, is_data_yaml
from core.formats.yolo_reading import read_yolo
from core.formats.yolo_writing import write_yolo

__all__ = ["FORMAT", "read_yolo", "write_yolo"]


def _recognise(evidence: Evidence) -> str | None:
    path = evidence.path
    if path.is_dir():
        names = find_names_file(path) or find_names_file(path.parent)
        if not has_labels(evidence):
            return None
        why = "text files have a class number and numbers between 0 and 1 to a line"
        return f"{names.name} names the classes and {why}" if names else why
    if path.suffix.lower() in (".yaml", ".yml") and is_data_yaml(path):
        return "the file is YAML with the class names of a data set"
    if is_text(path) and looks_like_labels(path):
        return "the lines have a class number and numbers between 0 and 1"
    if is_text(path) and path.stat().st_size == 0 and find_names_file(path.parent):
        return "the file is empty, and class names lie beside it"
    return None


FORMAT = AnnotationFormat("yolo", "YOLO folder, data.yaml or label file", _recognise, read_yolo)
