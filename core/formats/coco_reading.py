"""COCO instance files → ImportedDataset."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TypeGuard

from core.document.annotation import (
    NO_ATTRIBUTES,
    Annotation,
    AttributeValue,
    Geometry,
    LayerRole,
    Provenance,
    new_annotation_id,
)
from core.document.geometry import Keypoints
from core.errors import FormatError
from core.formats.coco_captions import Caption, captions_as_list, is_caption
from core.formats.coco_comments import comments_of
from core.formats.coco_dialects import dialect_of, is_brush_mask, note_dialect
from core.formats.coco_fields import attributes_of, crowd_of, group_of
from core.formats.coco_geometry import parse_shape
from core.formats.coco_images import ImageEntry, image_root_of, read_images
from core.formats.coco_review import ORIENTATION, review_of, state_of, with_provenance_of
from core.formats.dataset import (
    LAYER_OF_A_NEW_PROJECT,
    ImportedDataset,
    ImportedImage,
    ImportReport,
)
from core.formats.findings import Findings
from core.formats.image_names import ImageFinder
from core.formats.json_records import (
    RawRecord,
    collector_paused,
    encode_json,
    load_json,
    parse_object,
    records_of,
    top_level,
)
from core.formats.labels import LabelTable, add_categories, number_of
from core.formats.orientation import points_upright, turned_upright

FORMAT_NAME = "coco"
_IMAGE_FIELDS = ('"attributes"', '"comments"', '"state"')
_LARGEST_SCORE = 1e15
"""Whole numbers beyond it do not fit a float exactly, nor into a project file."""


def read_coco(
    path: Path, image_root: Path | None = None, *, probe_images: bool = True
) -> ImportedDataset:
    """Read a COCO file with all kinds of segmentation.

    Without ``image_root`` the images are looked for near the file.
    ``probe_images`` compares the size of every picture with the file. Records
    that cannot be used are left out one by one and reported; raises ReadError
    and FormatError only when the file as a whole is none.
    """
    with collector_paused():
        return _read(path, image_root, probe_images)


def _read(path: Path, image_root: Path | None, probe_images: bool) -> ImportedDataset:
    findings = Findings(path.name)
    data = load_json(path, findings)
    parts = top_level(path, data)
    if isinstance(parts, list):
        raise FormatError(
            path,
            "",
            "the file is a bare list; a COCO file has images, annotations and categories.",
            "A list of results is read as predictions, together with its annotation file.",
        )
    if "images" not in parts:
        raise FormatError(path, "", "a COCO file has a list of images, and this one has none.")
    images = records_of(parts["images"], "images", findings)
    annotations = records_of(parts.get("annotations"), "annotations", findings)
    finder = ImageFinder(image_root or image_root_of(path, images))
    entries = read_images(images, finder, findings, probe=probe_images)
    table = LabelTable()
    categories = records_of(parts.get("categories"), "categories", findings)
    add_categories(table, [(record.place, record.values or {}) for record in categories], findings)
    dialect = dialect_of(path, parts)
    reader = AnnotationReader(
        path.name, entries, table, findings, crowds_are_masks=dialect == "CVAT"
    )
    for index, record in enumerate(annotations):
        reader.read(index, record)
    note_dialect(dialect, categories, reader.masks_marked_as_crowds, findings)
    extra = extra_of(parts, reader.captions)
    return reader.finish(finder.root, extra, len(images), LayerRole.REFERENCE)


def extra_of(parts: Mapping[str, object], captions: Sequence[Caption] = ()) -> str:
    """The top level of a file with its images and objects taken out, in its order."""
    kept: dict[str, object] = {"images": [], "annotations": captions_as_list(captions)}
    return encode_json({key: kept.get(key, parts[key]) for key in parts}).decode("utf-8")


class AnnotationReader:
    """Turns records into annotations of the images that came in."""

    def __init__(
        self,
        source: str,
        entries: list[ImageEntry],
        table: LabelTable,
        findings: Findings,
        *,
        crowds_are_masks: bool = False,
    ) -> None:
        self.masks_marked_as_crowds = 0
        self.captions: list[Caption] = []
        self._crowds_are_masks = crowds_are_masks
        self._source = source
        self._entries = entries
        self._by_key = {entry.key: entry for entry in entries if entry.key is not None}
        self._table = table
        self._findings = findings
        self._annotations: dict[str, list[Annotation]] = {entry.name: [] for entry in entries}
        self._ids: dict[int | str, int] = {}
        self._found = 0

    def read(self, index: int, record: RawRecord, entry: ImageEntry | None = None) -> None:
        """Add one annotation, or say why not; ``entry`` where the record names no image by id."""
        self._found += 1
        values = record.values
        if values is None:
            self._findings.left_out(
                record.place, "this is no JSON object with numbers that can be read"
            )
            return
        entry = entry or self._entry(record, values)
        if entry is None:
            return
        if is_caption(values):
            self.captions.append(Caption(index, record.text))
            self._found -= 1
            return
        shape = parse_shape(values, entry.frame)
        for problem in shape.problems:
            place = f"{record.place}.{problem.field}"
            if shape.geometry is None:
                self._findings.left_out(place, problem.reason)
            else:
                self._findings.note(place, problem.reason, problem.action)
        if shape.geometry is None:
            if not shape.problems:
                self._findings.left_out(record.place, _shapeless(values))
            return
        annotation = self._annotation(index, record, values, entry, shape.geometry)
        self._check_id(record.place, values.get("id"), annotation.id)
        if shape.keypoints is not None:
            annotation = replace(annotation, keypoints=_upright(shape.keypoints, entry))
        self._annotations[entry.name].append(annotation)

    def finish(self, root: Path, extra: str, found_images: int, role: LayerRole) -> ImportedDataset:
        """Everything that was read, with its report."""
        if self.captions:
            self._findings.note(
                "annotations",
                f"{len(self.captions)} records are captions, which have no shape",
                "kept with the file; a COCO export writes them back",
            )
        images = tuple(map(self._image, self._entries))
        report = ImportReport(
            entries=self._findings.entries,
            images=len(images),
            annotations=sum(len(image.annotations) for image in images),
            found_images=found_images,
            found_annotations=self._found,
            missing_images=tuple(image.name for image in images if image.missing),
        )
        return ImportedDataset(images, self._table.labels, role, report, root, extra, FORMAT_NAME)

    def _image(self, entry: ImageEntry) -> ImportedImage:
        """An image with its annotations and with what the record says of itself."""
        annotations = tuple(self._annotations[entry.name])
        image = ImportedImage(entry.name, entry.size, annotations, entry.raw, entry.missing)
        if not any(key in entry.raw for key in _IMAGE_FIELDS):
            return image
        values = parse_object(entry.raw) or {}
        comments, unread = comments_of(values, self._ids, entry.size, entry.orientation)
        if unread:
            self._findings.note(
                f"the image “{entry.name}”, comments",
                f"{unread} of its comments have no place or no text",
                "kept in the record, not shown",
            )
        return replace(
            image, attributes=attributes_of(values), comments=comments, state=state_of(values)
        )

    def _entry(self, record: RawRecord, values: Mapping[str, object]) -> ImageEntry | None:
        key = number_of(values.get("image_id"))
        entry = None if key is None else self._by_key.get(key)
        if entry is None:
            reason = "no image id" if key is None else f"no image has the id {key}"
            self._findings.left_out(f"{record.place}.image_id", reason)
        return entry

    def _annotation(
        self,
        index: int,
        record: RawRecord,
        values: Mapping[str, object],
        entry: ImageEntry,
        geometry: Geometry,
    ) -> Annotation:
        parameters: dict[str, AttributeValue] = {}
        if entry.orientation != 1 and entry.frame is not None:
            geometry = turned_upright(geometry, entry.frame, entry.orientation)
            parameters[ORIENTATION] = entry.orientation
        return Annotation(
            id=new_annotation_id(),
            layer_id=LAYER_OF_A_NEW_PROJECT,
            label_id=self._label_id(record.place, values),
            geometry=geometry,
            order=index,
            review=review_of(values),
            provenance=with_provenance_of(
                values,
                Provenance(
                    source=self._source,
                    score=_score(values.get("score")),
                    parameters=MappingProxyType(parameters) if parameters else NO_ATTRIBUTES,
                ),
            ),
            attributes=attributes_of(values),
            is_crowd=self._is_crowd(values),
            raw=record.text,
            group_id=group_of(values),
        )

    def _is_crowd(self, values: Mapping[str, object]) -> bool:
        if not crowd_of(values):
            return False
        if self._crowds_are_masks and is_brush_mask(values):
            self.masks_marked_as_crowds += 1
            return False
        return True

    def _label_id(self, place: str, values: Mapping[str, object]) -> int:
        key = number_of(values.get("category_id"))
        if key not in self._table:
            name = "uncategorised" if key is None else f"category {key}"
            label = self._table.add(key, name, source_id=key if isinstance(key, int) else None)
            reason = "no category id" if key is None else f"no category has the id {key}"
            self._findings.note(
                f"{place}.category_id", reason, f"a label “{label.name}” was made for it"
            )
        return self._table.id_of(key)

    def _check_id(self, place: str, value: object, annotation_id: int) -> None:
        key = number_of(value)
        if key is None:
            return
        if key in self._ids:
            self._findings.note(
                f"{place}.id", f"annotation id {key} occurs twice", "both were brought in"
            )
        self._ids.setdefault(key, annotation_id)


def _upright(keypoints: Keypoints, entry: ImageEntry) -> Keypoints:
    if entry.orientation == 1 or entry.frame is None:
        return keypoints
    return points_upright(keypoints, entry.frame, entry.orientation)


def _score(value: object) -> float | None:
    """A finite number, of whatever range the model has; None for anything else."""
    return float(value) if is_finite(value) else None


def is_finite(value: object) -> TypeGuard[int | float]:
    """Whether a value of JSON is a number that can be ranked by."""
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and abs(value) < _LARGEST_SCORE
        and math.isfinite(value)
    )


def _shapeless(values: Mapping[str, object]) -> str:
    if "segments_info" in values:
        return "the record is panoptic: its shapes are in a PNG"
    return "the record has neither a segmentation nor a box with an area"
