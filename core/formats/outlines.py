"""Shapes for formats that have one outline, or one object to a pixel."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.document.annotation import Annotation, Geometry
from core.document.geometry import Box, FloatArray, Keypoints, Polygon, Scribble, Size
from core.document.mask import Mask
from core.formats.findings import Findings
from core.imaging.rasterise import MAX_COORDINATE_PX, rasterise
from core.imaging.tracing import bridged_rings, trace_mask


def joined_ring(polygon: Polygon) -> FloatArray:
    """All parts and holes as one ring, float64 (n, 2), joined by bridges.

    A bridge is walked there and back, so it encloses nothing under the even-odd
    filling of the COCO rasteriser; parts that overlap cancel out, so they
    should not.
    """
    first, *others = (ring.reshape(-1, 2) for ring in bridged_rings(polygon))
    ring: FloatArray = first
    for part in others:
        place = int(np.argmin(np.abs(ring - part[0]).sum(axis=1)))
        ring = np.concatenate([ring[: place + 1], part, part[:1], ring[place:]])
    return ring


def ring_of_mask(mask: Mask) -> FloatArray:
    """One ring with exactly the pixels of a mask; ValueError for an empty one."""
    return joined_ring(trace_mask(mask))


def exclusive_or(first: Mask, second: Mask) -> int:
    """Number of pixels in which two masks differ."""
    return first.area + second.area - 2 * first.intersected(second).area


def ellipse_ring(center_x: float, center_y: float, radius_x: float, radius_y: float) -> FloatArray:
    """Corners of an ellipse, float64 (n, 2), within a tenth of a pixel of it."""
    radius = max(radius_x, radius_y, 1.0)
    count = min(max(math.ceil(math.pi / math.acos(max(1 - 0.1 / radius, 0.0))), 12), 720)
    angles = np.arange(count) * (2 * math.pi / count)
    ring: FloatArray = np.stack(
        [center_x + radius_x * np.cos(angles), center_y + radius_y * np.sin(angles)], axis=1
    )
    return ring


def check_numbers(values: Sequence[object]) -> list[float]:
    """Finite, bounded numbers; raises ValueError with a sentence for anything else."""
    numbers: list[float] = []
    for value in values:
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise ValueError("a coordinate is not a number")
        if not abs(value) <= MAX_COORDINATE_PX:
            raise ValueError("a coordinate is not finite or too large")
        numbers.append(float(value))
    return numbers


def check_points(values: object, minimum: int) -> FloatArray:
    """Points [[x, y], …] as float64 (n, 2); raises ValueError with a sentence."""
    if not isinstance(values, list):
        raise ValueError("the points are no list")
    for value in values:
        if not isinstance(value, list) or len(value) != 2:
            raise ValueError("a point is not two numbers")
    if len(values) < minimum:
        raise ValueError(f"the shape needs at least {minimum} points and has {len(values)}")
    flat = check_numbers([number for point in values for number in point])
    return np.array(flat, np.float64).reshape(-1, 2)


@dataclass(frozen=True, slots=True, eq=False)
class SeenObject:
    """An object with its pixels and those of them that nothing in front covers."""

    annotation: Annotation
    pixels: Mask
    seen: Mask


def seen_objects(
    annotations: Sequence[Annotation],
    size: Size,
    labels: frozenset[int],
    findings: Findings,
    image: str,
    form: str,
) -> list[SeenObject]:
    """Objects of an image for a picture with one object to a pixel, back to front.

    What such a picture cannot show is reported: other geometries, objects
    without pixels, and pixels that lie under others. ``form`` names the format.
    """
    drawn: list[tuple[str, Annotation, Mask]] = []
    for number, annotation in enumerate(annotations, start=1):
        place = f"object {number} of {image}"
        pixels = _pixels(annotation.geometry, size)
        if annotation.label_id not in labels:
            findings.left_out(place, "its label does not exist", pixels=pixels.area)
        elif isinstance(annotation.geometry, Keypoints | Scribble):
            findings.left_out(
                place, f"{form} has no form for keypoints and scribbles", "not exported"
            )
        elif pixels.is_empty:
            findings.left_out(place, "it has no pixel inside the image", "not exported")
        else:
            if isinstance(annotation.geometry, Box):
                findings.note(place, f"{form} has no boxes", "its pixels were written")
            drawn.append((place, annotation, pixels))
    return _without_covered(drawn, size, findings, form)


def _without_covered(
    drawn: list[tuple[str, Annotation, Mask]], size: Size, findings: Findings, form: str
) -> list[SeenObject]:
    drawn.sort(key=lambda item: (item[1].order, item[1].id))
    covered = np.zeros(size.shape, np.bool_)
    found: list[SeenObject] = []
    for place, annotation, pixels in reversed(drawn):
        box = pixels.box
        crop = pixels.crop()
        seen = Mask.from_array(crop & ~covered[box.slices], box.left, box.top)
        covered[box.slices] |= crop
        lost = pixels.area - seen.area
        if seen.is_empty:
            findings.left_out(
                place, f"all of its {lost} pixels lie under other objects", pixels=lost
            )
            continue
        if lost:
            findings.left_out(
                place,
                f"{lost} of its pixels lie under other objects",
                f"{form} has one object to a pixel: they belong to the one in front",
                pixels=lost,
            )
        found.append(SeenObject(annotation, pixels, seen))
    return found[::-1]


def _pixels(geometry: Geometry, size: Size) -> Mask:
    try:
        return rasterise(geometry, size)
    except ValueError:
        return Mask.empty()
