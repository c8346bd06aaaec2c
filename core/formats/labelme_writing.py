"""Dataset → labelme files, one to a picture, read back and compared."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import assert_never

import msgspec

from core.document.annotation import Annotation, Geometry, Label
from core.document.document import ImageDocument
from core.document.geometry import (
    Box,
    Keypoints,
    Polygon,
    RotatedBox,
    Scribble,
    Size,
    Visibility,
)
from core.document.images import Dataset, ImageRecord
from core.document.mask import Mask
from core.formats.dataset import ExportReport, SourceRecords
from core.formats.findings import Findings
from core.formats.folder_writing import FolderWriter
from core.formats.json_records import raw_fields
from core.formats.labelme_checking import count_mismatches
from core.formats.labelme_records import changed_image_fields, shape_fields_beside
from core.formats.labelme_shapes import LINE_RADIUS_PX, mask_fields
from core.formats.outlines import exclusive_or
from core.formats.pictures import tree_stems
from core.formats.source_text import untagged
from core.imaging.rasterise import rasterise

_VERSION = "5.4.1"
"""The form that is written: masks came with labelme 5.3."""


@dataclass(frozen=True, slots=True, eq=False)
class WrittenObject:
    """The shapes of one object and the pixels that reading them back must give.

    ``pixels`` is None for points and lines.
    """

    shapes: tuple[msgspec.Raw, ...]
    pixels: Mask | None


def write_labelme(
    dataset: Dataset, layer_id: int, folder: Path, *, source: SourceRecords | None = None
) -> ExportReport:
    """Write one layer as labelme JSON files in the tree of the images, one for every image.

    Shapes that were read from labelme and not edited go out as they came in.
    Masks and outlines with holes become mask shapes, which labelme knows since
    5.3. Raises WriteError.
    """
    findings = Findings(folder.name)
    writer = FolderWriter(folder)
    stems = tree_stems(dataset.images, findings, "labelme")
    annotations = mismatched = 0
    for image, document in dataset.documents():
        objects = _ImageWriter(document, dataset.state.labels, image.path, findings).objects(
            document.in_layer(layer_id)
        )
        name = f"{stems[image.id]}.json"
        kept = source.images.get(image.id) if source is not None else None
        record = _file(dataset, image, document, folder / name, kept)
        record["shapes"] = [shape for item in objects for shape in item.shapes]
        path = writer.write(name, msgspec.json.format(msgspec.json.encode(record), indent=2))
        pixels = [item.pixels for item in objects]
        wrong = count_mismatches(path, pixels, [len(o.shapes) for o in objects], document.size)
        if wrong:
            findings.note(image.path, f"{wrong} pixels differ after reading back", "written")
        mismatched += wrong
        annotations += len(objects)
    return ExportReport(
        written=tuple(writer.written),
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


def _file(
    dataset: Dataset, image: ImageRecord, document: ImageDocument, path: Path, kept: str | None
) -> dict[str, object]:
    """The fields of a file around its shapes."""
    records = untagged(kept, "labelme")
    attributes = dataset.state.attributes_of_image(image.id)
    if records:
        fields = raw_fields(bytes(records[0]).decode("utf-8"))
        return {**fields, **changed_image_fields(attributes, fields)}
    picture = dataset.path_of(image).absolute()
    beside = picture.is_file() and _same_drive(picture, path.absolute())
    return {
        "version": _VERSION,
        "flags": {},
        "shapes": [],
        "imagePath": (
            Path(os.path.relpath(picture, path.absolute().parent)).as_posix()
            if beside
            else image.path
        ),
        "imageData": None,
        "imageHeight": document.size.height,
        "imageWidth": document.size.width,
        **changed_image_fields(attributes, {}),
    }


def _same_drive(first: Path, second: Path) -> bool:
    return first.anchor == second.anchor


class _ImageWriter:
    """Makes the shapes of one image."""

    def __init__(
        self,
        document: ImageDocument,
        labels: Mapping[int, Label],
        image: str,
        findings: Findings,
    ) -> None:
        self._size: Size = document.size
        self._labels = labels
        self._image = image
        self._findings = findings
        self._next_group = 1
        self._taken: set[tuple[object, str, bool]] = set()

    def objects(self, annotations: tuple[Annotation, ...]) -> list[WrittenObject]:
        """The objects of the image, back to front."""
        self._next_group = 1 + max(map(_highest_group, annotations), default=0)
        found = []
        for number, annotation in enumerate(annotations, start=1):
            place = f"object {number} of {self._image}"
            label = self._labels.get(annotation.label_id)
            if label is None:
                self._findings.left_out(place, "its label does not exist")
                continue
            written = self._kept(annotation, label) or self._made(annotation, label, place)
            if written is not None:
                found.append(written)
        return found

    def _kept(self, annotation: Annotation, label: Label) -> WrittenObject | None:
        """The shapes as they were read; with another name when only the label was changed."""
        records = untagged(annotation.raw, "labelme")
        if annotation.edited or not records:
            return None
        fields = [raw_fields(bytes(record).decode("utf-8")) for record in records]
        names = [msgspec.json.decode(item["label"]) if "label" in item else None for item in fields]
        before = _group_of(fields[0])
        group = self._group(before, label, annotation.geometry, joined=len(records) > 1)
        changes: dict[str, object] = {} if group == before else {"group_id": group}
        shapes = []
        for record, item, name in zip(records, fields, names, strict=True):
            if isinstance(name, str) and name.strip() == label.name and not changes:
                shapes.append(record)
                continue
            changed = {**item, "label": label.name, **changes}
            shapes.append(msgspec.Raw(msgspec.json.encode(changed)))
        return WrittenObject(tuple(shapes), self._pixels(annotation.geometry))

    def _made(self, annotation: Annotation, label: Label, place: str) -> WrittenObject | None:
        try:
            forms = self._forms(annotation.geometry, place)
        except ValueError as error:
            self._findings.left_out(place, str(error))
            return None
        if not forms:
            return None
        if annotation.is_crowd:
            self._findings.left_out(place, "labelme has no crowds", "written as an ordinary object")
        records = untagged(annotation.raw, "labelme")
        before = raw_fields(bytes(records[0]).decode("utf-8")) if records else {}
        joined = len(forms) > 1
        group = self._group(_group_of(before), label, annotation.geometry, joined=joined)
        common = {"group_id": group, **shape_fields_beside(annotation.attributes, before)}
        shapes = tuple(
            msgspec.Raw(msgspec.json.encode({"label": label.name, **form, **common}))
            for form in forms
        )
        return WrittenObject(shapes, self._pixels(annotation.geometry))

    def _group(self, before: object, label: Label, geometry: Geometry, *, joined: bool) -> object:
        """The group of an object's shapes: that which it had, unless another object has it too.

        Shapes of one group, label and sort are read as one object.
        """
        sort = isinstance(geometry, Keypoints | Scribble)
        if before is not None and (before, label.name, sort) not in self._taken:
            self._taken.add((before, label.name, sort))
            return before
        if not joined:
            return None
        group, self._next_group = self._next_group, self._next_group + 1
        return group

    def _forms(self, geometry: Geometry, place: str) -> list[dict[str, object]]:
        """Type, points and mask of each shape of an object."""
        match geometry:
            case Box():
                corners = [[geometry.x, geometry.y], [geometry.right, geometry.bottom]]
                return [{"points": corners, "shape_type": "rectangle"}]
            case Polygon():
                if any(part.holes for part in geometry.parts):
                    self._findings.note(
                        place, "labelme outlines have no holes", "written as a mask, every pixel"
                    )
                    return self._mask_form(rasterise(geometry, self._size), place)
                rings = [part.exterior.tolist() for part in geometry.parts]
                return [{"points": ring, "shape_type": "polygon"} for ring in rings]
            case RotatedBox():
                self._findings.note(place, "labelme has no turned boxes", "written as four corners")
                return [{"points": geometry.corners().tolist(), "shape_type": "polygon"}]
            case Mask():
                inside = geometry.clipped(self._size)
                if inside != geometry:
                    self._findings.note(place, "pixels outside the image", "cut off")
                return self._mask_form(inside, place)
            case Keypoints():
                return self._point_forms(geometry, place)
            case Scribble():
                return self._line_form(geometry, place)
        assert_never(geometry)

    def _mask_form(self, mask: Mask, place: str) -> list[dict[str, object]]:
        if mask.is_empty:
            self._findings.left_out(place, "it has no pixel inside the image", "not exported")
            return []
        return [{**mask_fields(mask), "shape_type": "mask"}]

    def _point_forms(self, geometry: Keypoints, place: str) -> list[dict[str, object]]:
        seen = [(x, y) for x, y, state in geometry.points if state != Visibility.UNLABELLED]
        if any(state != Visibility.VISIBLE for _, _, state in geometry.points):
            self._findings.left_out(
                place, "labelme points are not hidden or missing", "those that are there as visible"
            )
        return [{"points": [[x, y]], "shape_type": "point"} for x, y in seen]

    def _line_form(self, geometry: Scribble, place: str) -> list[dict[str, object]]:
        points = geometry.points.tolist()
        if len(points) < 2:
            points = [*points, *points]
        thin = Scribble(geometry.points, LINE_RADIUS_PX)
        differing = exclusive_or(rasterise(geometry, self._size), rasterise(thin, self._size))
        if differing:
            self._findings.left_out(
                place,
                f"labelme lines have no width: {differing} pixels are missing",
                "written as a line",
                pixels=differing,
            )
        return [{"points": points, "shape_type": "linestrip"}]

    def _pixels(self, geometry: Geometry) -> Mask | None:
        if isinstance(geometry, Keypoints | Scribble):
            return None
        return rasterise(geometry, self._size)


def _group_of(fields: Mapping[str, msgspec.Raw]) -> int | str | None:
    """The group that a record names; None without one, and for what groups nothing."""
    try:
        return msgspec.json.decode(fields["group_id"], type=int | str | None)
    except (KeyError, msgspec.DecodeError):
        return None


def _highest_group(annotation: Annotation) -> int:
    groups = []
    for record in untagged(annotation.raw, "labelme"):
        fields = raw_fields(bytes(record).decode("utf-8"))
        value = msgspec.json.decode(fields["group_id"]) if "group_id" in fields else None
        groups.append(value if isinstance(value, int) and not isinstance(value, bool) else 0)
    return max(groups, default=0)
