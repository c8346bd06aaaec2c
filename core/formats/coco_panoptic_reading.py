"""COCO panoptic: a JSON file, and beside it a folder of PNGs whose colours are segment ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt
from PIL import Image

from core.document.annotation import Annotation
from core.document.geometry import Size
from core.document.mask import Mask
from core.errors import FormatError, ReadError
from core.formats.building import DatasetBuilder
from core.formats.coco_fields import crowd_of
from core.formats.coco_images import ImageEntry, image_root_of, read_images
from core.formats.coco_reading import extra_of
from core.formats.dataset import ImportedDataset
from core.formats.findings import Findings
from core.formats.image_names import ImageFinder, checked_name
from core.formats.json_records import (
    RawRecord,
    collector_paused,
    load_json,
    parse_object,
    raw_fields,
    records_of,
    top_level,
)
from core.formats.label_png_pixels import regions
from core.formats.labels import add_categories, number_of
from core.formats.pictures import Picture
from core.formats.source_text import tagged

FORMAT_NAME = "coco panoptic"
SegmentArray = npt.NDArray[np.uint32]
_MAX_PIXELS = 400_000_000


def read_coco_panoptic(path: Path, image_root: Path | None = None) -> ImportedDataset:
    """Read a COCO panoptic file with its PNGs (id = red + 256 green + 65536 blue; 0 is void).

    The PNGs are looked for in a folder of the file's name beside it. Raises
    ReadError and FormatError when the file as a whole is none.
    """
    with collector_paused():
        return _read(path, image_root)


def read_segment_ids(path: Path, size: Size | None) -> SegmentArray:
    """Segment id of each pixel, uint32 (H, W); raises ReadError. The size is compared first."""
    try:
        with Image.open(path, formats=["PNG"]) as image:
            if size is not None and image.size != (size.width, size.height):
                raise ReadError(
                    f"{path.name} has {image.width} × {image.height} pixels, "
                    f"the image {size.width} × {size.height}."
                )
            if image.width * image.height > _MAX_PIXELS:
                raise ReadError(f"{path.name} is too large to be unpacked.")
            if image.mode not in ("RGB", "RGBA"):
                raise ReadError(f"{path.name} holds no colours, so no segment ids.")
            pixels = np.array(image)[..., :3].astype(np.uint32)
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
        raise ReadError(f"{path.name} could not be read as a picture: {error}.") from error
    ids: SegmentArray = pixels[..., 0] + pixels[..., 1] * 256 + pixels[..., 2] * 65536
    return ids


def _read(path: Path, image_root: Path | None) -> ImportedDataset:
    findings = Findings(path.name)
    parts = top_level(path, load_json(path, findings))
    if isinstance(parts, list) or "images" not in parts:
        raise FormatError(path, "", "a COCO panoptic file has a list of images.")
    images = records_of(parts["images"], "images", findings)
    annotations = records_of(parts.get("annotations"), "annotations", findings)
    finder = ImageFinder(image_root or image_root_of(path, images))
    entries = read_images(images, finder, findings, probe=True)
    builder = DatasetBuilder(FORMAT_NAME, findings)
    categories = records_of(parts.get("categories"), "categories", findings)
    pairs = [(record.place, record.values or {}) for record in categories]
    add_categories(builder.table, pairs, findings)
    reader = _Reader(path, _folder(path, annotations, finder.root), builder)
    builder.found_images = len(images)
    by_key = {entry.key: entry for entry in entries if entry.key is not None}
    described: dict[str, RawRecord] = {}
    for record in annotations:
        entry = reader.entry(record, by_key)
        if entry is not None and entry.name in described:
            reader.refuse(record, f"another record describes the image “{entry.name}” already")
        elif entry is not None:
            described[entry.name] = record
    for entry in entries:
        reader.add(entry, described.get(entry.name))
    return builder.finish(finder.root, tagged(FORMAT_NAME, [msgspec.Raw(extra_of(parts).encode())]))


def _folder(path: Path, records: Sequence[RawRecord], image_root: Path) -> Path:
    """The folder of the file's name; where there is none, one near it that has the first PNG.

    Never the folder of the pictures, which may be PNGs of the same names.
    """
    own = path.with_suffix("")
    if own.is_dir():
        return own
    places = [path.parent / "panoptic", path.parent / "masks", path.parent]
    candidates = [place for place in places if place != image_root]
    for record in records[:20]:
        try:
            name = checked_name(str((record.values or {}).get("file_name")))
        except ValueError:
            continue
        for folder in candidates:
            if (folder / name).is_file():
                return folder
    return own


class _Reader:
    """Turns the records of a file into images with annotations."""

    def __init__(self, path: Path, folder: Path, builder: DatasetBuilder) -> None:
        self._path = path
        self._folder = folder
        self._builder = builder
        self._findings = builder.findings

    def entry(self, record: RawRecord, by_key: Mapping[int | str, ImageEntry]) -> ImageEntry | None:
        """The image that a record describes; None, and reported, when there is none."""
        key = number_of((record.values or {}).get("image_id"))
        entry = by_key.get(key) if key is not None else None
        if entry is None:
            self.refuse(record, f"no image has the id {key}")
        return entry

    def refuse(self, record: RawRecord, reason: str) -> None:
        """Leave out a whole record."""
        segments = (record.values or {}).get("segments_info")
        self._builder.found_annotations += len(segments) if isinstance(segments, list) else 1
        self._findings.left_out(record.place, reason)

    def add(self, entry: ImageEntry, record: RawRecord | None) -> None:
        """One image with the segments of its record."""
        annotations: list[Annotation] = []
        size = entry.size
        kept: list[object] = [msgspec.Raw(entry.raw.encode())]
        if record is not None:
            ids = self._ids(entry, record)
            if ids is not None:
                size = entry.size or Size(ids.shape[1], ids.shape[0])
                annotations = self._segments(record, _upright(ids, entry))
            kept.append({**raw_fields(record.text), "segments_info": []})
        picture = Picture(entry.name, size, entry.missing)
        self._builder.add_image(picture, annotations, tagged(FORMAT_NAME, kept))

    def _ids(self, entry: ImageEntry, record: RawRecord) -> SegmentArray | None:
        name = (record.values or {}).get("file_name")
        try:
            checked = checked_name(name if isinstance(name, str) else "")
            return read_segment_ids(self._folder / checked, entry.frame)
        except ValueError as error:
            self.refuse(record, f"{error}: “{name}”")
        except ReadError as error:
            self.refuse(record, error.message)
        return None

    def _segments(self, record: RawRecord, ids: SegmentArray) -> list[Annotation]:
        masks = dict(regions(ids))
        raw = raw_fields(record.text).get("segments_info")
        segments = records_of(raw, f"{record.place}.segments_info", self._findings)
        found: list[Annotation] = []
        for segment in segments:
            self._builder.found_annotations += 1
            annotation = self._segment(segment, masks)
            if annotation is not None:
                found.append(annotation)
        for number, mask in masks.items():
            self._findings.left_out(
                record.place,
                f"{mask.area} pixels of the PNG have the id {number}, which no segment has",
                pixels=mask.area,
            )
        return found

    def _segment(self, segment: RawRecord, masks: dict[int, Mask]) -> Annotation | None:
        values = segment.values or {}
        number = number_of(values.get("id"))
        mask = masks.pop(number, None) if isinstance(number, int) else None
        if mask is None:
            self._findings.left_out(segment.place, f"no pixel of the PNG has the id {number}")
            return None
        return self._builder.annotation(
            self._label_id(values.get("category_id"), segment.place),
            mask,
            self._path.name,
            raw=tagged(FORMAT_NAME, [msgspec.Raw(segment.text.encode())]),
            is_crowd=crowd_of(values),
        )

    def _label_id(self, category: object, place: str) -> int:
        key = number_of(category)
        table = self._builder.table
        if key not in table:
            name = "uncategorised" if key is None else f"category {key}"
            table.add(key, name, source_id=key if isinstance(key, int) else None)
            self._findings.note(place, f"no category has the id {key}", f"“{name}”")
        return table.id_of(key)


def _upright(ids: SegmentArray, entry: ImageEntry) -> SegmentArray:
    """The ids of a picture that is stored lying on its side, as it is shown."""
    turned: SegmentArray = {
        5: ids.T,
        6: ids.T[:, ::-1],
        7: ids.T[::-1, ::-1],
        8: ids.T[::-1],
    }.get(entry.orientation, ids)
    return turned


def is_panoptic(parts: Mapping[str, msgspec.Raw]) -> bool:
    """Whether the first annotation of a COCO file is panoptic."""
    raw = parts.get("annotations")
    if raw is None or b'"segments_info"' not in bytes(raw)[:10_000_000]:
        return False
    try:
        records = msgspec.json.decode(raw, type=list[msgspec.Raw])
    except (msgspec.DecodeError, RecursionError):
        return False
    first = parse_object(bytes(records[0])) if records else None
    return first is not None and "segments_info" in first
