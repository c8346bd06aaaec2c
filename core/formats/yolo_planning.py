"""What each object becomes in a YOLO label file, before anything is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import msgspec
import numpy as np

from core.document.annotation import Annotation, Geometry
from core.document.geometry import (
    Box,
    FloatArray,
    Keypoints,
    Polygon,
    RotatedBox,
    Scribble,
    Size,
)
from core.document.mask import Mask
from core.formats.findings import Findings
from core.formats.outlines import exclusive_or, joined_ring, ring_of_mask
from core.formats.source_text import untagged
from core.formats.yolo_lines import geometry_of, line_of_box, line_of_ring, parse_line
from core.imaging.rasterise import rasterise

YoloShapes = Literal["boxes", "polygons"]


@dataclass(frozen=True, slots=True, eq=False)
class PlannedLine:
    """A line and the pixels that reading it back must give; None for keypoints."""

    text: str
    pixels: Mask | None


class LinePlanner:
    """Makes the lines of one image; what they cannot say goes to the findings."""

    def __init__(
        self,
        class_numbers: Mapping[int, int],
        keypoints: tuple[int, int],
        shapes: YoloShapes,
        findings: Findings,
    ) -> None:
        self._numbers = class_numbers
        self._keypoints = keypoints
        self._shapes = shapes
        self._findings = findings

    def plan(
        self, annotations: tuple[Annotation, ...], size: Size, image: str
    ) -> list[PlannedLine]:
        """The lines of an image, back to front."""
        with_boxes = self._shapes == "boxes" or all(
            isinstance(item.geometry, Box | Keypoints) for item in annotations
        )
        found = []
        for number, annotation in enumerate(annotations, start=1):
            line = self._line(annotation, size, f"object {number} of {image}", with_boxes)
            if line is not None:
                found.append(line)
        return found

    def _line(
        self, annotation: Annotation, size: Size, place: str, with_boxes: bool
    ) -> PlannedLine | None:
        number = self._numbers.get(annotation.label_id)
        if number is None:
            self._findings.left_out(place, "its label does not exist")
            return None
        kept = self._kept(annotation, number, size, with_boxes)
        if kept is not None:
            return kept
        geometry = annotation.geometry
        if isinstance(geometry, Keypoints | Scribble):
            kind = "keypoints" if isinstance(geometry, Keypoints) else "scribbles"
            self._findings.left_out(
                place, f"YOLO {self._shapes} have no form for {kind}", "not exported"
            )
            return None
        try:
            pixels = rasterise(geometry, size)
        except ValueError as error:
            self._findings.left_out(place, str(error))
            return None
        if pixels.is_empty and not (with_boxes and _has_area(geometry, size)):
            self._findings.left_out(place, "it has no pixel inside the image", "not exported")
            return None
        if annotation.is_crowd:
            self._findings.left_out(place, "YOLO has no crowds", "written as an ordinary object")
        if with_boxes:
            return self._box_line(annotation, number, pixels, size, place)
        return self._ring_line(annotation, number, pixels, size, place)

    def _kept(
        self, annotation: Annotation, number: int, size: Size, with_boxes: bool
    ) -> PlannedLine | None:
        """The line as it was read, for an object that nobody edited."""
        records = untagged(annotation.raw, "yolo")
        if annotation.edited or len(records) != 1:
            return None
        try:
            fields = str(msgspec.json.decode(records[0])).split()
            item = parse_line(" ".join(fields), self._keypoints)
            geometry = geometry_of(item, size, self._keypoints)
            pixels = None if item.is_pose else rasterise(geometry, size)
        except (ValueError, IndexError, msgspec.DecodeError):
            return None
        if geometry != annotation.geometry or isinstance(geometry, Box) != with_boxes:
            return None if not item.is_pose else PlannedLine(_numbered(fields, number), None)
        return PlannedLine(_numbered(fields, number), pixels)

    def _box_line(
        self, annotation: Annotation, number: int, pixels: Mask, size: Size, place: str
    ) -> PlannedLine:
        geometry = annotation.geometry
        box = geometry if isinstance(geometry, Box) else annotation.bounds
        if isinstance(geometry, Mask):
            box = pixels.bounds
        inside = box.clipped(size)
        if inside != box:
            self._findings.note(
                place, "it reaches outside the image, which YOLO forbids", "cut off at the edge"
            )
        text = line_of_box(number, inside, size)
        read = self._read_back(text, size)
        differing = exclusive_or(pixels, read)
        if not isinstance(geometry, Box):
            self._findings.left_out(
                place,
                f"YOLO boxes have no outlines: {differing} pixels differ from the object",
                "its box was written",
                pixels=differing,
            )
        elif differing:
            self._findings.left_out(
                place, f"{differing} pixels of the box differ", "written", pixels=differing
            )
        return PlannedLine(text, read)

    def _ring_line(
        self, annotation: Annotation, number: int, pixels: Mask, size: Size, place: str
    ) -> PlannedLine:
        ring, remark = _ring(annotation.geometry)
        exact = ring is not None and _is_inside(ring, size)
        if ring is not None and exact:
            text = line_of_ring(number, ring, size)
            if self._read_back(text, size) == pixels:
                if remark:
                    self._findings.note(place, remark, "every pixel is kept")
                return PlannedLine(text, pixels)
        if not isinstance(annotation.geometry, Mask):
            self._findings.note(
                place,
                "its outline cannot be written as one ring inside the image",
                "the edge of its pixels was written; every pixel is kept",
            )
        return PlannedLine(line_of_ring(number, ring_of_mask(pixels), size), pixels)

    def _read_back(self, text: str, size: Size) -> Mask:
        try:
            return rasterise(geometry_of(parse_line(text, (0, 0)), size, (0, 0)), size)
        except ValueError:
            return Mask.empty()


def _has_area(geometry: Geometry, size: Size) -> bool:
    """Whether a box has an area inside the image, though it may be too thin for a pixel."""
    return isinstance(geometry, Box) and geometry.clipped(size).area > 0


def _ring(geometry: object) -> tuple[FloatArray | None, str]:
    """The outline as one ring, if it may be one, and what is said about it."""
    match geometry:
        case Polygon():
            plain = len(geometry.parts) == 1 and not geometry.parts[0].holes
            remark = "" if plain else "YOLO has one outline: parts and holes are joined by a bridge"
            return joined_ring(geometry), remark
        case RotatedBox():
            return geometry.corners(), "YOLO outlines have no turned boxes: four corners"
        case Box():
            corners = [
                (geometry.x, geometry.y),
                (geometry.x, geometry.bottom),
                (geometry.right, geometry.bottom),
                (geometry.right, geometry.y),
            ]
            return np.array(corners, np.float64), "a box among outlines became four corners"
    return None, ""


def _is_inside(ring: FloatArray, size: Size) -> bool:
    return bool((ring >= 0).all() and (ring <= (size.width, size.height)).all())


def _numbered(fields: list[str], number: int) -> str:
    return " ".join([str(number), *fields[1:]])
