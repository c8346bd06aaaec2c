"""Annotations as COCO records: untouched ones as they were, edited ones patched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from core.document.annotation import Annotation, Geometry
from core.document.geometry import Box, Keypoints, Size, Visibility
from core.formats.coco_fields import changed_flags
from core.formats.coco_geometry import ParsedShape, parse_shape
from core.formats.coco_review import (
    ORIENTATION,
    changed_provenance,
    changed_review,
    provenance_fields,
)
from core.formats.coco_shapes import MaskStyle, points_fields, shape_fields
from core.formats.findings import Findings
from core.formats.json_records import parse_object, raw_fields
from core.formats.labels import number_of
from core.formats.orientation import points_back, points_upright, turned_back, turned_upright

SHAPE_FIELDS = ("segmentation", "bbox", "area", "keypoints", "num_keypoints")


@dataclass(frozen=True, slots=True)
class ImageFrame:
    """How an image stands in the file: its id there and the frame of its coordinates.

    ``size`` is that of the frame: the stored picture's when ``orientation`` is
    not 1. ``name`` is for the report.
    """

    written_id: object
    name: str
    size: Size
    orientation: int = 1

    def geometry_of(self, annotation: Annotation) -> Geometry:
        """The annotation's shape in this frame."""
        if self.orientation == 1:
            return annotation.geometry
        upright = Size(self.size.height, self.size.width)
        return turned_back(annotation.geometry, upright, self.orientation)

    def keypoints_of(self, annotation: Annotation) -> Keypoints | None:
        """The points beside the annotation's shape in this frame."""
        found = annotation.keypoints
        if found is None or self.orientation == 1:
            return found
        return points_back(found, Size(self.size.height, self.size.width), self.orientation)

    def says(self, before: ParsedShape, annotation: Annotation) -> tuple[bool, bool]:
        """Whether a record says the shape of an annotation, and whether its points.

        Compared on the upright picture, to the last digit: turning back rounds.
        """
        geometry, keypoints = before.geometry, before.keypoints
        if self.orientation != 1 and geometry is not None:
            geometry = turned_upright(geometry, self.size, self.orientation)
        if self.orientation != 1 and keypoints is not None:
            keypoints = points_upright(keypoints, self.size, self.orientation)
        return geometry == annotation.geometry, keypoints == annotation.keypoints

    def fits(self, annotation: Annotation) -> bool:
        """Whether the raw record of the annotation has its coordinates in this frame."""
        return annotation.provenance.parameters.get(ORIENTATION, 1) == self.orientation


@dataclass(frozen=True, slots=True)
class WrittenRecord:
    """One record: its id, its JSON text, and the shapes that reading it back must give.

    ``geometry`` is None for captions.
    """

    number: object
    text: bytes
    geometry: Geometry | None
    frame: ImageFrame
    keypoints: Keypoints | None = None


class RecordWriter:
    """Makes the records of one file; ids that are there twice are replaced.

    ``loose_ids`` leaves "7" where the file has 7 elsewhere, as it came in; it
    needs the images and categories of the same file.
    """

    def __init__(
        self,
        category_ids: Mapping[int, object],
        masks: MaskStyle,
        findings: Findings,
        *,
        with_scores: bool,
        with_reviews: bool,
        loose_ids: bool,
        reserved: frozenset[int],
    ) -> None:
        self._category_ids = category_ids
        self._masks: MaskStyle = masks
        self._findings = findings
        self._with_scores = with_scores
        self._with_reviews = with_reviews
        self._loose_ids = loose_ids
        self._used: set[object] = set()
        self._next = max(reserved, default=0) + 1

    def write(self, annotation: Annotation, frame: ImageFrame) -> WrittenRecord | None:
        """The record of an annotation; None when COCO has no form for it."""
        if annotation.label_id not in self._category_ids:
            self._findings.left_out(f"annotation of “{frame.name}”", "its label does not exist")
            return None
        raw = raw_fields(annotation.raw) if annotation.raw else {}
        values = parse_object(annotation.raw) if raw and annotation.raw else None
        geometry = frame.geometry_of(annotation)
        keypoints = frame.keypoints_of(annotation)
        if values is None:
            return self._new(annotation, geometry, frame)
        changes = self._references(annotation, values, frame)
        if annotation.edited or not frame.fits(annotation):
            shape = self._changed_shape(annotation, geometry, values, frame)
            if shape is None:
                return None
            changes.update(shape)
            changes.update(changed_flags(annotation, values))
            if annotation.edited:
                changes.update(changed_provenance(annotation, values))
        if self._with_reviews:
            changes.update(changed_review(annotation, values))
        if not changes and annotation.raw is not None:
            text = annotation.raw.encode("utf-8")
            return WrittenRecord(values["id"], text, geometry, frame, keypoints)
        text = msgspec.json.encode({**raw, **changes})
        number = changes.get("id", values.get("id"))
        return WrittenRecord(number, text, geometry, frame, keypoints)

    def _new(
        self, annotation: Annotation, geometry: Geometry, frame: ImageFrame
    ) -> WrittenRecord | None:
        number = self._fresh_id()
        keypoints = frame.keypoints_of(annotation)
        fields = self._fields(geometry, frame, f"annotation of “{frame.name}” with id {number}")
        if fields is None:
            return None
        record: dict[str, object] = {
            "id": number,
            "image_id": frame.written_id,
            "category_id": self._category_ids[annotation.label_id],
            **fields,
            **({} if keypoints is None else points_fields(keypoints)),
            "iscrowd": int(annotation.is_crowd),
        }
        if annotation.attributes:
            record["attributes"] = dict(annotation.attributes)
        if annotation.group_id is not None:
            record["group_id"] = annotation.group_id
        if self._with_reviews:
            record.update(changed_review(annotation, {}))
        record.update(provenance_fields(annotation))
        if self._with_scores and annotation.provenance.score is not None:
            record["score"] = annotation.provenance.score
        return WrittenRecord(number, msgspec.json.encode(record), geometry, frame, keypoints)

    def _fields(
        self, geometry: Geometry, frame: ImageFrame, item: str
    ) -> Mapping[str, object] | None:
        try:
            shape = shape_fields(geometry, frame.size, self._masks)
        except ValueError as error:
            self._findings.left_out(item, str(error))
            return None
        if shape is None:
            self._findings.left_out(item, "COCO has no form for scribbles", "not exported")
            return None
        if shape.loss:
            self._findings.note(item, shape.loss, "exported")
        return shape.fields

    def _references(
        self, annotation: Annotation, values: Mapping[str, object], frame: ImageFrame
    ) -> dict[str, object]:
        """Ids that must differ from the raw record, and what a result lacks as an annotation."""
        changes: dict[str, object] = {}
        key = number_of(values.get("id"))
        if key is None or key in self._used:
            changes["id"] = self._fresh_id()
            if key is not None:
                self._findings.note(
                    f"annotation {key} of “{frame.name}”",
                    "its id occurs twice",
                    f"this one became {changes['id']}",
                )
        else:
            self._used.add(key)
        if not self._same(values.get("image_id"), frame.written_id):
            changes["image_id"] = frame.written_id
        category = self._category_ids[annotation.label_id]
        if not self._same(values.get("category_id"), category):
            changes["category_id"] = category
        if "score" in values and "id" not in values:
            changes.update(self._result_fields(annotation, values, frame))
        return changes

    def _result_fields(
        self, annotation: Annotation, values: Mapping[str, object], frame: ImageFrame
    ) -> dict[str, object]:
        """What COCO demands of an annotation and a result does not have."""
        fields: dict[str, object] = {"iscrowd": int(annotation.is_crowd)}
        shape = self._fields(frame.geometry_of(annotation), frame, f"result on “{frame.name}”")
        if shape is not None:
            fields.update((key, shape[key]) for key in ("segmentation", "bbox", "area"))
        return {key: value for key, value in fields.items() if key not in values}

    def _changed_shape(
        self,
        annotation: Annotation,
        geometry: Geometry,
        values: Mapping[str, object],
        frame: ImageFrame,
    ) -> dict[str, object] | None:
        """The fields of a shape that is no longer the one in the record; None: cannot be said."""
        before = parse_shape(values, frame.size)
        changed: dict[str, object] = {}
        same_shape, same_points = frame.says(before, annotation)
        if not frame.fits(annotation) or not same_shape:
            item = f"annotation {values.get('id')} of “{frame.name}”"
            fields = self._fields(geometry, frame, item)
            if fields is None:
                return None
            changed.update(fields)
        if not same_points and not isinstance(geometry, Keypoints):
            keypoints = frame.keypoints_of(annotation)
            changed.update(points_fields(keypoints or _no_points(values)))
        if isinstance(geometry, Keypoints) and _box_holds(values.get("bbox"), geometry):
            changed.pop("bbox", None)
            changed.pop("area", None)
        return changed

    def _same(self, first: object, second: object) -> bool:
        """Whether two ids mean the same; written alike, unless the file had them so."""
        if self._loose_ids:
            return number_of(first) == number_of(second)
        return first == second and isinstance(first, bool) == isinstance(second, bool)

    def _fresh_id(self) -> int:
        number = self._next
        self._next += 1
        self._used.add(number)
        return number


def _no_points(values: Mapping[str, object]) -> Keypoints:
    """As many points as the record has, none of them there."""
    found = values.get("keypoints")
    count = len(found) // 3 if isinstance(found, list) else 0
    return Keypoints(((0.0, 0.0, Visibility.UNLABELLED),) * count)


def reserved_ids(annotations: list[Annotation]) -> frozenset[int]:
    """Whole-number ids that the raw records of annotations have."""
    found = (number_of(ids.id) for ids in map(_ids, annotations) if ids is not None)
    return frozenset(number for number in found if isinstance(number, int))


class RecordIds(msgspec.Struct):
    """The ids of a record, as they stand in the file."""

    id: object = None
    image_id: object = None


_IDS = msgspec.json.Decoder(RecordIds)


def image_id_of(annotation: Annotation) -> int | str | None:
    """The image id in the raw record of an annotation, if it has one."""
    ids = _ids(annotation)
    return None if ids is None else number_of(ids.image_id)


def _ids(annotation: Annotation) -> RecordIds | None:
    try:
        return _IDS.decode(annotation.raw) if annotation.raw else None
    except (msgspec.DecodeError, RecursionError):
        return None


def _box_holds(value: object, keypoints: Keypoints) -> bool:
    """Whether the box of a record still contains its keypoints."""
    box = parse_shape({"bbox": value}, None).geometry
    return isinstance(box, Box) and box.united(keypoints.bounds) == box
