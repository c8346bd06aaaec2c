"""Reading a written COCO file back, by another way than the one it was written by.

The file is parsed by Python's json module and drawn by pycocotools, the
program that most readers of COCO files use; the result is compared with the
pixels of the shapes that were meant.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pycocotools.mask as coco_mask

from core.document.annotation import Geometry
from core.document.geometry import Box, Keypoints, Size
from core.document.mask import Mask
from core.errors import ReadError
from core.formats.coco_geometry import parse_shape
from core.formats.coco_records import WrittenRecord
from core.formats.findings import Findings
from core.formats.json_records import parse_object
from core.formats.labels import number_of
from core.imaging.rasterise import rasterise
from core.imaging.run_lengths import decode, encode


def count_mismatches(
    path: Path, expected: Sequence[WrittenRecord], images: int, findings: Findings
) -> int:
    """Pixels by which the file differs from the shapes that were written into it.

    A record that is missing or stands in another place counts with all its
    pixels, at least one. What differs is named in the findings. Raises
    ReadError when the file cannot be read at all.
    """
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise ReadError(f"{path} could not be read back after writing: {error}.") from error
    total = abs(len(content["images"]) - images)
    records = content["annotations"]
    for index, written in enumerate(expected):
        record = records[index] if index < len(records) else {}
        wrong = _difference(record, written)
        if wrong:
            findings.note(
                f"annotations[{index}]", f"{wrong} pixels differ after reading back", "written"
            )
        total += wrong
    return total + max(len(records) - len(expected), 0)


def _difference(record: Mapping[str, object], written: WrittenRecord) -> int:
    geometry, size = written.geometry, written.frame.size
    ids = number_of(record.get("id")), number_of(record.get("image_id"))
    if ids != (number_of(written.number), number_of(written.frame.written_id)):
        return 1 if geometry is None else max(rasterise(geometry, size).area, 1)
    if geometry is None:
        return int(parse_object(written.text) != record)
    if written.keypoints is not None:
        points = {"keypoints": record.get("keypoints")}
        if parse_shape(points, size).geometry != written.keypoints:
            return 1
    drawn = _drawn(record.get("segmentation"), size)
    if drawn is None or isinstance(geometry, Box | Keypoints):
        return _other_difference(record, geometry, size)
    meant = rasterise(geometry, size)
    if encode(meant, size)["counts"].encode("ascii") == drawn["counts"]:
        return 0
    return _exclusive_or(meant, decode(drawn, size))


def _other_difference(record: Mapping[str, object], geometry: Geometry, size: Size) -> int:
    """Boxes and keypoints compare by their numbers; masks that were empty by their pixels."""
    again = parse_shape(record, size).geometry
    if again == geometry:
        return 0
    meant = rasterise(geometry, size)
    if again is None:
        return 0 if meant.is_empty else meant.area
    differing = _exclusive_or(meant, rasterise(again, size))
    return max(differing, 1) if isinstance(geometry, Box | Keypoints) else differing


def _exclusive_or(first: Mask, second: Mask) -> int:
    return first.area + second.area - 2 * first.intersected(second).area


def _drawn(segmentation: object, size: Size) -> dict[str, bytes] | None:
    """Run lengths by pycocotools; None for what must not reach its C code."""
    if not segmentation or parse_shape({"segmentation": segmentation}, size).problems:
        return None
    if isinstance(segmentation, dict) and isinstance(segmentation["counts"], str):
        return {**segmentation, "counts": segmentation["counts"].encode("ascii")}
    encoded = coco_mask.frPyObjects(segmentation, size.height, size.width)
    united: dict[str, bytes] = coco_mask.merge(encoded) if isinstance(encoded, list) else encoded
    return united
