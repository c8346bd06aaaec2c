"""Label PNGs: an index to a pixel, and a file that names the classes."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from core.formats.annotation_format import AnnotationFormat, Evidence
from core.formats.label_png_classes import INSTANCES, class_file_in
from core.formats.label_png_reading import label_folder, read_label_png
from core.formats.label_png_writing import write_label_png
from core.formats.pictures import IMAGE_FOLDERS

__all__ = ["FORMAT", "read_label_png", "write_label_png"]

_EXPLICIT = ("dataset_meta.json", "labelmap.txt")
_INDEX_MODES = ("P", "L", "1", "I;16", "I")


def _recognise(evidence: Evidence) -> str | None:
    folder = evidence.path
    if not folder.is_dir():
        return None
    labels = label_folder(folder)
    if labels is None:
        return None
    first = next(labels.rglob("*.png"))
    if INSTANCES in evidence.entries:
        return f"{INSTANCES} names the objects of PNG files"
    names = class_file_in(folder) or class_file_in(labels)
    if labels == folder:
        # Grey pictures beside a list of names are more likely pictures than labels.
        if names is None or not _has_mode(first, ("P",)):
            return None
        return f"{names.name} names the classes of PNG files with a palette"
    if names is not None and names.name in _EXPLICIT:
        return f"{names.name} names the classes of PNG files in “{labels.name}”"
    with_pictures = any(name in evidence.entries for name in IMAGE_FOLDERS)
    if (names is not None or with_pictures) and _has_mode(first, _INDEX_MODES):
        return f"“{labels.name}” has PNG files that hold indices"
    return None


def _has_mode(path: Path, modes: tuple[str, ...]) -> bool:
    try:
        with Image.open(path, formats=["PNG"]) as image:
            return image.mode in modes
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return False


FORMAT = AnnotationFormat("png", "folder of label PNGs", _recognise, read_label_png)
