"""COCO: instances, results, proposals; masks, outlines, boxes and keypoints."""

from __future__ import annotations

from itertools import islice

from core.formats.annotation_format import AnnotationFormat, Evidence
from core.formats.coco_dialects import dialect_of
from core.formats.coco_panoptic_reading import is_panoptic
from core.formats.coco_reading import read_coco
from core.formats.coco_results import read_coco_results, write_proposals
from core.formats.coco_writing import write_coco

__all__ = [
    "FORMAT",
    "RESULTS_FORMAT",
    "read_coco",
    "read_coco_results",
    "write_coco",
    "write_proposals",
]


def _recognise(evidence: Evidence) -> str | None:
    parts = evidence.json
    if parts is None or "images" not in parts:
        return None
    if not ("annotations" in parts or "categories" in parts) or is_panoptic(parts):
        return None
    why = f"the file has the lists {', '.join(islice(parts, 6))}"
    dialect = dialect_of(evidence.path, parts)
    return f"{why}, as {dialect} writes them" if dialect else why


def _recognise_results(evidence: Evidence) -> str | None:
    first = evidence.first_item()
    if evidence.json_list == []:
        return "the file is an empty list, as a model writes that has found nothing"
    if first is not None and "image_id" in first and "score" in first:
        return "the file is a list of records with image_id and score"
    return None


FORMAT = AnnotationFormat("coco", "COCO json", _recognise, read_coco)
RESULTS_FORMAT = AnnotationFormat(
    "coco results",
    "COCO results json",
    _recognise_results,
    lambda path, root: read_coco_results(path, None, root),
)
