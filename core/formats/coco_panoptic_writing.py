"""Dataset → COCO panoptic file and PNGs, read back and compared."""

from __future__ import annotations

import io
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import cv2
import msgspec
import numpy as np
from PIL import Image

from core.document.geometry import Size
from core.document.images import Dataset, ImageRecord
from core.errors import ReadError
from core.formats.class_maps import is_class_region
from core.formats.coco_categories import plan_categories
from core.formats.coco_images import declared_size
from core.formats.coco_panoptic_reading import SegmentArray
from core.formats.dataset import ExportReport, SourceRecords
from core.formats.findings import Findings
from core.formats.folder_writing import FolderWriter
from core.formats.image_names import checked_name
from core.formats.json_records import parse_object, raw_fields
from core.formats.labels import number_of
from core.formats.outlines import SeenObject, seen_objects
from core.formats.pictures import tree_stems
from core.formats.source_text import untagged

_NAME = "coco panoptic"
_MAX_ID = 256**3 - 1
_NEW_FILE = MappingProxyType({"info": {"description": "Exported by Maskwright"}, "licenses": []})


@dataclass(frozen=True, slots=True, eq=False)
class _Segment:
    """A segment: its id in the PNG, its pixels, its record."""

    number: int
    item: SeenObject
    record: Mapping[str, object]


def write_coco_panoptic(
    dataset: Dataset, layer_id: int, path: Path, *, source: SourceRecords | None = None
) -> ExportReport:
    """Write one layer as a panoptic JSON file and PNGs in a folder of its name beside it.

    A pixel has one segment: objects in front cover those behind, and what is
    covered is reported. Segments that were read and not edited keep their id
    and every field. Raises WriteError.
    """
    source = source or SourceRecords()
    findings = Findings(path.name)
    kept = untagged(source.extra, _NAME)
    parts = raw_fields(bytes(kept[0]).decode("utf-8")) if kept else {}
    plan = plan_categories(dataset.state.labels, parts.get("categories"))
    writer = FolderWriter(path.parent)
    folder = path.stem
    stems = tree_stems(dataset.images, findings, "panoptic PNGs")
    image_records: list[object] = []
    annotation_records: list[object] = []
    annotations = mismatched = 0
    numbers = _image_numbers(dataset.images, source)
    used: set[str] = set()
    painted: set[int] = set()
    of_things: set[int] = set()
    for image, document in dataset.documents():
        objects = seen_objects(
            document.in_layer(layer_id),
            document.size,
            frozenset(dataset.state.labels),
            findings,
            image.path,
            "COCO panoptic",
        )
        segments = _segments(objects, plan.ids)
        for item in objects:
            owners = painted if is_class_region(item.annotation) else of_things
            owners.add(item.annotation.label_id)
        records = untagged(source.images.get(image.id), _NAME)
        image_records.append(_image_record(image, document.size, numbers[image.id], records))
        fields = raw_fields(bytes(records[1]).decode()) if len(records) > 1 else {}
        name = _png_name(fields, f"{stems[image.id]}.png", used)
        annotation_records.append(
            {
                "image_id": numbers[image.id],
                **fields,
                "file_name": name,
                "segments_info": [segment.record for segment in segments],
            }
        )
        png = writer.write(f"{folder}/{name}", _png(segments, document.size))
        wrong = _mismatches(png, segments, document.size)
        if wrong:
            findings.note(image.path, f"{wrong} pixels differ after reading back", "written")
        mismatched += wrong
        annotations += len(segments)
    stuff = [plan.ids[label] for label in painted - of_things]
    content = {
        **(parts or _NEW_FILE),
        "images": image_records,
        "annotations": annotation_records,
        "categories": [_category(record, stuff) for record in plan.records],
    }
    writer.write(path.name, msgspec.json.encode(content))
    mismatched += _missing_records(path, annotations)
    return ExportReport(
        written=tuple(reversed(writer.written)),
        counts=MappingProxyType(
            {
                "images": len(dataset.images),
                "annotations": annotations,
                "left out": sum(entry.left_out for entry in findings.entries),
            }
        ),
        losses=findings.entries,
        verified=mismatched == 0,
        mismatched_pixels=mismatched,
    )


def _image_numbers(images: Sequence[ImageRecord], source: SourceRecords) -> dict[int, object]:
    """The id of each image: that of the file it came from, else a free number."""
    numbers: dict[int, object] = {}
    used: set[object] = set()
    for image in images:
        records = untagged(source.images.get(image.id), _NAME)
        value = (parse_object(bytes(records[0])) or {}).get("id") if records else None
        key = number_of(value)
        if key is not None and key not in used:
            numbers[image.id] = value
            used.add(key)
    free = max((key for key in used if isinstance(key, int)), default=0) + 1
    for image in images:
        if image.id not in numbers:
            numbers[image.id], free = free, free + 1
    return numbers


def _png_name(fields: Mapping[str, msgspec.Raw], new: str, used: set[str]) -> str:
    """The name that the PNG had in the file that was read, where it is usable and free."""
    try:
        name = checked_name(msgspec.json.decode(fields["file_name"], type=str))
    except (KeyError, ValueError, msgspec.DecodeError):
        name = new
    if not name.endswith(".png") or name.casefold() in used:
        name = new
    used.add(name.casefold())
    return name


def _image_record(
    image: ImageRecord, size: Size, number: object, records: Sequence[msgspec.Raw]
) -> object:
    if records:
        values = parse_object(bytes(records[0])) or {}
        if declared_size(values) in (None, size):
            return records[0]
        fields = raw_fields(bytes(records[0]).decode("utf-8"))
        return {**fields, "width": size.width, "height": size.height}
    return {"id": number, "file_name": image.path, "width": size.width, "height": size.height}


def _category(record: object, stuff: Collection[object]) -> object:
    """The record of a category; COCO panoptic asks whether it has single objects.

    Those that were only painted as classes have none.
    """
    if isinstance(record, msgspec.Raw):
        fields: Mapping[str, object] = raw_fields(bytes(record).decode("utf-8"))
        values: Mapping[str, object] = parse_object(bytes(record)) or {}
    else:
        fields = values = record if isinstance(record, dict) else {}
    if "isthing" in fields or not fields:
        return record
    return {**fields, "isthing": int(values.get("id") not in stuff)}


def _segments(objects: Sequence[SeenObject], category_ids: Mapping[int, object]) -> list[_Segment]:
    """Segments with ids: those that they had, where they are free."""
    wanted = [_kept_number(item) for item in objects]
    used: set[int] = set()
    segments: list[_Segment] = []
    reserved = {number for number in wanted if number is not None}
    free = iter(number for number in range(1, _MAX_ID) if number not in reserved)
    for item, number in zip(objects, wanted, strict=True):
        own = number if number is not None and number not in used else next(free)
        used.add(own)
        segments.append(_Segment(own, item, _record(item, own, category_ids)))
    return segments


def _kept_number(item: SeenObject) -> int | None:
    records = untagged(item.annotation.raw, _NAME)
    values = parse_object(bytes(records[0])) if records else None
    number = number_of((values or {}).get("id"))
    return number if isinstance(number, int) and 0 < number <= _MAX_ID else None


def _record(
    item: SeenObject, number: int, category_ids: Mapping[int, object]
) -> Mapping[str, object]:
    annotation, box = item.annotation, item.seen.box
    values: dict[str, object] = {
        "id": number,
        "category_id": category_ids[annotation.label_id],
        "area": item.seen.area,
        "bbox": [box.left, box.top, box.width, box.height],
        "iscrowd": int(annotation.is_crowd),
    }
    records = untagged(annotation.raw, _NAME)
    if not records:
        return values
    before = parse_object(bytes(records[0])) or {}
    untouched = not annotation.edited and item.seen == annotation.geometry
    kept = ("area", "bbox", "iscrowd") if untouched else ()
    changes = {
        key: value
        for key, value in values.items()
        if before.get(key) != value and not (key in kept and key in before)
    }
    return {**raw_fields(bytes(records[0]).decode("utf-8")), **changes}


def _png(segments: Sequence[_Segment], size: Size) -> bytes:
    ids: SegmentArray = np.zeros(size.shape, np.uint32)
    for segment in segments:
        mask = segment.item.seen
        ids[mask.box.slices][mask.crop()] = segment.number
    channels = [(ids >> shift & 255).astype(np.uint8) for shift in (0, 8, 16)]
    buffer = io.BytesIO()
    Image.fromarray(np.stack(channels, axis=2)).save(buffer, "PNG")
    return buffer.getvalue()


def _mismatches(path: Path, segments: Sequence[_Segment], size: Size) -> int:
    """Pixels that differ from what is visible of the objects, decoded again by OpenCV."""
    coded = np.frombuffer(path.read_bytes(), np.uint8)
    colors = cv2.imdecode(coded, cv2.IMREAD_COLOR)
    if colors is None or colors.shape[:2] != size.shape:
        raise ReadError(f"{path} could not be read back after writing.")
    blue, green, red = (colors[..., channel].astype(np.int64) for channel in range(3))
    ids = red + 256 * green + 65536 * blue
    expected = np.zeros(size.shape, np.bool_)
    wrong = 0
    for segment in segments:
        pixels = segment.item.seen.to_array(size)
        expected |= pixels
        wrong += int(np.count_nonzero(ids[pixels] != segment.number))
    return wrong + int(np.count_nonzero(ids[~expected]))


def _missing_records(path: Path, annotations: int) -> int:
    """Segments that the file lacks, parsed again by Python's json."""
    content = json.loads(path.read_bytes())
    return abs(sum(len(item["segments_info"]) for item in content["annotations"]) - annotations)
