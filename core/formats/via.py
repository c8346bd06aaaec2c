"""VIA (VGG Image Annotator) 1 and 2: projects and region files, read only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import msgspec
import numpy as np

from core.document.annotation import Annotation, AttributeValue, Geometry
from core.document.geometry import Box, Keypoints, Polygon, Scribble, Visibility
from core.errors import FormatError
from core.formats.annotation_format import AnnotationFormat, Evidence
from core.formats.building import DatasetBuilder, plain_attributes
from core.formats.dataset import ImportedDataset
from core.formats.findings import Findings
from core.formats.image_names import best_root
from core.formats.json_records import (
    RawRecord,
    load_json,
    parse_object,
    raw_fields,
    records_of,
    top_level,
)
from core.formats.outlines import check_numbers, ellipse_ring
from core.formats.pictures import IMAGE_FOLDERS, Pictures
from core.formats.source_text import tagged
from core.imaging.rasterise import check_box, check_ring

FORMAT_NAME = "via"
LINE_RADIUS_PX = 0.5
_METADATA = "_via_img_metadata"
_LABEL_KEYS = ("label", "class", "name", "category", "type", "object")


@dataclass(frozen=True, slots=True)
class _Region:
    """One region of an image with its attributes."""

    record: RawRecord
    shape: Mapping[str, object]
    attributes: Mapping[str, object]


def read_via(path: Path, image_root: Path | None = None) -> ImportedDataset:
    """Read a VIA project or region file; the class is the attribute that most regions have.

    Raises ReadError and FormatError when the file as a whole is none.
    """
    findings = Findings(path.name)
    parts = top_level(path, load_json(path, findings))
    if isinstance(parts, list):
        raise FormatError(path, "", "a VIA file is an object, and this one is a list.")
    if _METADATA in parts:
        images = records_of(parts[_METADATA], _METADATA, findings)
    else:
        images = [
            RawRecord(key, bytes(raw).decode("utf-8"), parse_object(bytes(raw)))
            for key, raw in parts.items()
        ]
    regions = [list(_regions(image, findings)) for image in images]
    root = image_root or _root(path, images)
    reader = _Reader(path, root, _label_key(regions), findings)
    for image, own in zip(images, regions, strict=True):
        reader.read(image, own)
    if reader.label_key:
        findings.note("", f"classes are taken from the attribute “{reader.label_key}”", "read so")
    settings = {key: value for key, value in parts.items() if key.startswith("_via_settings")}
    return reader.builder.finish(root, tagged(FORMAT_NAME, [settings]))


def _root(path: Path, images: Sequence[RawRecord]) -> Path:
    bases = (path.parent, path.parent.parent)
    candidates = [path.parent, *(base / name for base in bases for name in IMAGE_FOLDERS)]
    names = (str((image.values or {}).get("filename", "")) for image in images)
    return best_root(candidates, names)


def _regions(image: RawRecord, findings: Findings) -> Iterator[_Region]:
    """The regions of an image; VIA 1 has an object of them, VIA 2 a list."""
    raw = raw_fields(image.text).get("regions")
    for record in records_of(raw, f"{image.place}.regions", Findings(findings.file)):
        values = record.values or {}
        shape, attributes = values.get("shape_attributes"), values.get("region_attributes")
        yield _Region(
            record,
            shape if isinstance(shape, dict) else {},
            attributes if isinstance(attributes, dict) else {},
        )


def _label_key(regions: Sequence[Sequence[_Region]]) -> str:
    """The attribute that names the class: a usual name first, else the commonest."""
    counts = Counter(
        key
        for own in regions
        for region in own
        for key in region.attributes
        if _has_text(region, key)
    )
    for key in _LABEL_KEYS:
        if key in counts:
            return key
    return counts.most_common(1)[0][0] if counts else ""


def _has_text(region: _Region, key: str) -> bool:
    return bool(_class_of(region.attributes.get(key)))


def _class_of(value: object) -> str:
    """The class in an attribute: text, or the options that are ticked."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, dict):
        return ", ".join(str(key) for key, ticked in value.items() if ticked is True)
    return ""


class _Reader:
    """Turns the images of a file into images with annotations."""

    def __init__(self, path: Path, root: Path, label_key: str, findings: Findings) -> None:
        self.builder = DatasetBuilder(FORMAT_NAME, findings)
        self.label_key = label_key
        self._path = path
        self._pictures = Pictures(root)
        self._findings = findings

    def read(self, image: RawRecord, regions: Sequence[_Region]) -> None:
        """One image."""
        self.builder.found_images += 1
        self.builder.found_annotations += len(regions)
        name = (image.values or {}).get("filename")
        if not isinstance(name, str) or not name.strip():
            self._findings.left_out(image.place, "the image has no file name")
            return
        picture = self._pictures.find(name, name, None, self._findings, image.place)
        if picture is None:
            return
        found = [item for region in regions if (item := self._annotation(region)) is not None]
        kept = tagged(FORMAT_NAME, [{**raw_fields(image.text), "regions": []}])
        self.builder.add_image(picture, found, kept)

    def _annotation(self, region: _Region) -> Annotation | None:
        place = region.record.place
        try:
            geometry = _geometry(region.shape)
        except ValueError as error:
            self._findings.left_out(place, str(error))
            return None
        kind = region.shape.get("name")
        if kind in ("circle", "ellipse"):
            self._findings.note(
                place, f"a {kind} has no form here", "brought in as an outline of many corners"
            )
        name = _class_of(region.attributes.get(self.label_key))
        return self.builder.annotation(
            self.builder.label_id(name, f"{place}.region_attributes"),
            geometry,
            self._path.name,
            raw=tagged(FORMAT_NAME, [msgspec.Raw(region.record.text.encode())]),
            attributes=_attributes(region.attributes, self.label_key),
        )


def _attributes(values: Mapping[str, object], label_key: str) -> dict[str, AttributeValue]:
    found = {key: value for key, value in plain_attributes(values).items() if key != label_key}
    for key, value in values.items():
        if isinstance(value, dict) and key != label_key:
            found[key] = _class_of(value)
    return found


def _geometry(shape: Mapping[str, object]) -> Geometry:
    """The shape of a region; raises ValueError with a sentence."""
    match shape.get("name"):
        case "rect":
            x, y, width, height = check_numbers(
                [shape.get(k) for k in ("x", "y", "width", "height")]
            )
            if width <= 0 or height <= 0:
                raise ValueError("the rectangle has no area")
            box = Box(x, y, width, height)
            check_box(box)
            return box
        case "polygon":
            return Polygon.from_points(_points(shape, 3))
        case "polyline":
            return Scribble(_points(shape, 2), LINE_RADIUS_PX)
        case "point":
            x, y = check_numbers([shape.get("cx"), shape.get("cy")])
            return Keypoints(((x, y, Visibility.VISIBLE),))
        case "circle":
            x, y, radius = check_numbers([shape.get(k) for k in ("cx", "cy", "r")])
            return _ellipse(x, y, radius, radius, 0.0)
        case "ellipse":
            x, y, first, second = check_numbers([shape.get(k) for k in ("cx", "cy", "rx", "ry")])
            (angle,) = check_numbers([shape.get("theta", 0)])
            return _ellipse(x, y, first, second, angle)
    raise ValueError(f"there is no region of the kind “{str(shape.get('name'))[:40]}”")


def _points(shape: Mapping[str, object], minimum: int) -> np.ndarray:
    xs, ys = shape.get("all_points_x"), shape.get("all_points_y")
    if not isinstance(xs, list) or not isinstance(ys, list) or len(xs) != len(ys):
        raise ValueError("the coordinates are not two lists of the same length")
    if len(xs) < minimum:
        raise ValueError(f"the shape needs at least {minimum} points and has {len(xs)}")
    flat = np.array([check_numbers(cast("list[object]", xs)), check_numbers(ys)], np.float64).T
    ring = flat[:-1] if len(flat) > 3 and (flat[0] == flat[-1]).all() else flat
    if minimum == 3:
        check_ring(ring)
    return ring


def _ellipse(x: float, y: float, radius_x: float, radius_y: float, angle: float) -> Polygon:
    """An ellipse turned by an angle in radians."""
    if radius_x <= 0 or radius_y <= 0:
        raise ValueError("the ellipse has no area")
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    ring = ellipse_ring(0.0, 0.0, radius_x, radius_y) @ turn + (x, y)
    check_ring(ring)
    return Polygon.from_points(ring)


def _recognise(evidence: Evidence) -> str | None:
    parts = evidence.json
    if not parts:
        return None
    if _METADATA in parts:
        return f"the file has {_METADATA}"
    first = evidence.first_value()
    if first is not None and "filename" in first and "regions" in first:
        return "the file maps names of images to their regions"
    return None


FORMAT = AnnotationFormat("via", "VIA project or region file", _recognise, read_via)
