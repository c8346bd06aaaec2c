"""The shape in one COCO record, and the record of a shape.

COCO's masks live in the same frame as ours (pixel edges, origin at the corner of
the picture), so numbers pass unchanged and are never rounded.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import numpy as np

from core.document.annotation import Geometry
from core.document.geometry import (
    Box,
    FloatArray,
    Keypoints,
    Polygon,
    PolygonPart,
    Size,
    Visibility,
)
from core.document.mask import Mask
from core.imaging.rasterise import MAX_COORDINATE_PX, check_box, ring_of_flat
from core.imaging.run_lengths import decode

MAX_MASK_PIXELS = 400_000_000
"""Run lengths for larger images are not unpacked: a line of text could fill the memory."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A fault of one field: what is wrong, and what was done about it."""

    field: str
    reason: str
    action: str


@dataclass(frozen=True, slots=True)
class ParsedShape:
    """The shape of a record, None when it has none that can be used, and its faults.

    ``keypoints`` are those beside the shape; None when they are the shape.
    """

    geometry: Geometry | None
    problems: tuple[Problem, ...] = ()
    keypoints: Keypoints | None = None


def parse_shape(record: Mapping[str, object], size: Size | None) -> ParsedShape:
    """The shape of an annotation or result: outline or mask, else keypoints, else the box.

    ``size`` is that of the image as the file has it; None when nobody knows,
    then run lengths say it themselves.
    """
    problems: list[Problem] = []
    geometry = _segmentation(record.get("segmentation"), size, problems)
    keypoints = _keypoints(record.get("keypoints"), problems)
    if geometry is not None:
        return ParsedShape(geometry, tuple(problems), keypoints)
    box = _box(record.get("bbox"), problems)
    geometry = keypoints or box
    if geometry is not None:
        kind = "the keypoints are used" if keypoints else "the box is used"
        problems = [_with_action(problem, kind) for problem in problems]
    return ParsedShape(geometry, tuple(problems))


def shape_size(record: Mapping[str, object]) -> Size | None:
    """The image size that the run lengths of a record declare, if they do."""
    segmentation = record.get("segmentation")
    declared = segmentation.get("size") if isinstance(segmentation, dict) else None
    match declared:
        case [int(height), int(width)] if height > 0 and width > 0:
            return Size(width, height)
    return None


def _with_action(problem: Problem, action: str) -> Problem:
    return problem if problem.action else Problem(problem.field, problem.reason, action)


def _segmentation(value: object, size: Size | None, problems: list[Problem]) -> Geometry | None:
    match value:
        case None | []:
            return None
        case dict():
            return _mask(value, size, problems)
        case list():
            return _outlines(value, size, problems)
    problems.append(
        Problem("segmentation", "the segmentation is neither outlines nor run lengths", "")
    )
    return None


def _mask(
    rle: Mapping[str, object], size: Size | None, problems: list[Problem], place: str = ""
) -> Mask | None:
    size = size or shape_size({"segmentation": rle})
    try:
        if size is None:
            raise ValueError("run lengths need a size of two whole numbers, height and width")
        if size.width * size.height > MAX_MASK_PIXELS:
            raise ValueError(f"a mask of {size.width} × {size.height} is too large to be unpacked")
        mask = decode(rle, size)
    except ValueError as error:
        problems.append(Problem(f"segmentation{place}", str(error), ""))
        return None
    counts = rle.get("counts")
    if isinstance(counts, str) and counts[:2] in ("b'", 'b"'):
        problems.append(
            Problem("segmentation", "the run lengths are written as a Python literal", "repaired")
        )
    return mask


def _outlines(
    values: list[object], size: Size | None, problems: list[Problem]
) -> Polygon | Mask | None:
    if any(isinstance(value, dict) for value in values):
        return _listed_masks(values, size, problems)
    if all(_is_number(value) for value in values):
        problems.append(Problem("segmentation", "the outline is not in a list of its own", "taken"))
        values = [values]
    elif len(values) > 2 and all(_is_pair(value) for value in values):
        problems.append(Problem("segmentation", "the outline is a list of points", "taken"))
        values = [[number for pair in values for number in cast("list[object]", pair)]]
    parts = []
    for index, value in enumerate(values):
        ring = _outline(value, f"segmentation[{index}]", problems)
        if ring is not None:
            parts.append(PolygonPart(ring))
    if not parts:
        return None
    left_out = "this part is left out of the shape"
    problems[:] = [_with_action(problem, left_out) for problem in problems]
    return Polygon(tuple(parts))


def _outline(value: object, place: str, problems: list[Problem]) -> FloatArray | None:
    if value == []:
        problems.append(Problem(place, "the outline is empty", ""))
        return None
    try:
        ring = _plain_ring(value)
        if ring is None:
            ring = ring_of_flat(value)
    except ValueError as error:
        problems.append(Problem(place, str(error), ""))
        return None
    closed = len(ring) > 3 and bool((ring[0] == ring[-1]).all())
    return ring[:-1] if closed else ring


def _plain_ring(value: object) -> FloatArray | None:
    """The ring of an ordinary list, fast; None for whatever needs a closer look.

    Its length is bounded by that of its coordinates, so that what passes here
    passes ``check_ring`` too.
    """
    if not isinstance(value, list) or len(value) < 6 or len(value) % 2:
        return None
    if not {int, float}.issuperset(map(type, value)):
        return None
    try:
        numbers = np.array(value, np.float64)
    except OverflowError:
        return None
    bounded = float(np.abs(numbers).max()) < MAX_COORDINATE_PX / len(numbers)
    return numbers.reshape(-1, 2) if bounded else None


def _listed_masks(
    values: list[object], size: Size | None, problems: list[Problem]
) -> Polygon | Mask | None:
    """Run lengths that stand in a list, as some programs write them."""
    united: Mask | None = None
    for index, value in enumerate(values):
        mask = None
        if isinstance(value, dict):
            mask = _mask(value, size, problems, place=f"[{index}]")
        else:
            problems.append(
                Problem(f"segmentation[{index}]", "outlines and run lengths are mixed", "")
            )
        if mask is not None:
            united = mask if united is None else united.united(mask)
    if united is not None:
        problems.append(Problem("segmentation", "the run lengths stand in a list", "united"))
    return united


def _box(value: object, problems: list[Problem]) -> Box | None:
    if value is None or value == []:
        return None
    if not isinstance(value, list) or len(value) != 4 or not all(map(_is_number, value)):
        problems.append(Problem("bbox", "the box is not four numbers", ""))
        return None
    if not all(math.isfinite(number) and abs(number) <= MAX_COORDINATE_PX for number in value):
        problems.append(Problem("bbox", "the box has a number that is not finite or too large", ""))
        return None
    x, y, width, height = map(float, value)
    if width == 0 or height == 0:
        problems.append(Problem("bbox", "the box has no area", ""))
        return None
    if width < 0 or height < 0:
        problems.append(
            Problem("bbox", "the box has a negative width or height", "its corners were swapped")
        )
    box = (
        Box.from_corners(x, y, x + width, y + height)
        if min(width, height) < 0
        else Box(x, y, width, height)
    )
    try:
        check_box(box)
    except ValueError as error:
        problems.append(Problem("bbox", str(error), ""))
        return None
    return box


def _keypoints(value: object, problems: list[Problem]) -> Keypoints | None:
    if value is None or value == []:
        return None
    if (
        not isinstance(value, list)
        or len(value) % 3
        or not all(_is_number(number) and math.isfinite(number) for number in value)
        or any(abs(number) > MAX_COORDINATE_PX for number in value)
    ):
        problems.append(Problem("keypoints", "the keypoints are not triples x, y, v", ""))
        return None
    rows = np.array(value, np.float64).reshape(-1, 3)
    if not set(rows[:, 2].tolist()) <= {0.0, 1.0, 2.0}:
        problems.append(Problem("keypoints", "a keypoint's visibility is not 0, 1 or 2", ""))
        return None
    if not rows[:, 2].any():
        return None
    return Keypoints(tuple((float(x), float(y), Visibility(int(v))) for x, y, v in rows))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_pair(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(map(_is_number, value))
