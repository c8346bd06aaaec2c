"""COCO panoptic: one segment to a pixel."""

from __future__ import annotations

from core.formats.annotation_format import AnnotationFormat, Evidence
from core.formats.coco_panoptic_reading import is_panoptic, read_coco_panoptic
from core.formats.coco_panoptic_writing import write_coco_panoptic

__all__ = ["FORMAT", "read_coco_panoptic", "write_coco_panoptic"]


def _recognise(evidence: Evidence) -> str | None:
    parts = evidence.json
    if parts is not None and "images" in parts and is_panoptic(parts):
        return "the annotations of the file have segments_info"
    return None


FORMAT = AnnotationFormat(
    "coco panoptic", "COCO panoptic file with its PNGs", _recognise, read_coco_panoptic
)
