"""The box and the area that a COCO record states for itself.

COCO's own numbers are computed from what the file declares, not from the
outline, so that a result can be equal to those of others.
"""

from __future__ import annotations

import math

import msgspec

from core.document.annotation import Annotation
from core.document.geometry import Box, Keypoints
from core.scoring.boxes import box_iou

_LEAST_AGREEMENT = 0.5
"""A declared box that overlaps the shape less than this is damage, or in another frame."""


class _Declared(msgspec.Struct):
    bbox: list[float] | None = None
    area: float | None = None


_DECODER = msgspec.json.Decoder(_Declared)


def declared_box_and_area(annotation: Annotation) -> tuple[Box, float | None]:
    """The box and area of the record as it was read, as long as nobody edited the object.

    Falls back on the box around the shape, and on None for the area: then it
    has to be counted.
    """
    bounds = annotation.bounds
    record = _record_of(annotation)
    if record is None:
        return bounds, None
    area = record.area if record.area is not None and _is_size(record.area) else None
    values = record.bbox
    if values is None or len(values) != 4 or not all(map(math.isfinite, values)):
        return bounds, area
    if min(values[2:]) < 0:
        return bounds, area
    box = Box(*values)
    # Points say little about the extent of an object, so there is nothing to check.
    unchecked = isinstance(annotation.geometry, Keypoints) or bounds.area == 0
    agrees = unchecked or box_iou(box, bounds) >= _LEAST_AGREEMENT
    return (box, area) if agrees else (bounds, None)


def _record_of(annotation: Annotation) -> _Declared | None:
    if annotation.edited or not annotation.raw or not annotation.raw.startswith("{"):
        return None
    try:
        return _DECODER.decode(annotation.raw)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return None


def _is_size(area: float) -> bool:
    return math.isfinite(area) and area >= 0
