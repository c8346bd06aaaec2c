"""One line of a YOLO label file: a class number, then numbers between 0 and 1."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.document.annotation import Geometry
from core.document.geometry import Box, FloatArray, Keypoints, Polygon, Size, Visibility
from core.imaging.rasterise import MAX_COORDINATE_PX, check_ring

_DIGITS = 9
"""Dividing by the size and multiplying by it again leaves noise of some 1e-13 pixels."""


@dataclass(frozen=True, slots=True)
class YoloObject:
    """What a line says; coordinates still in shares of width and height."""

    class_number: int
    numbers: tuple[float, ...]
    score: float | None
    is_pose: bool

    @property
    def is_outside(self) -> bool:
        """Whether a box or outline reaches beyond the picture."""
        if self.is_pose or len(self.numbers) == 4:
            x, y, width, height = self.numbers[:4]
            edges = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
            return any(not -1e-6 <= edge <= 1 + 1e-6 for edge in edges)
        return any(not -1e-6 <= number <= 1 + 1e-6 for number in self.numbers)


def parse_line(text: str, keypoints: tuple[int, int]) -> YoloObject:
    """Columns: 5 a box, 6 a box and a score, an odd number from 7 an outline.

    With ``keypoints`` (points, numbers each) a line is a box and its points.
    Raises ValueError with a sentence.
    """
    fields = text.split()
    number = fields[0]
    if not (number.isascii() and number.isdecimal() and len(number) < 7):
        raise ValueError(f"the class “{number[:40]}” is not a whole number")
    try:
        values = tuple(map(float, fields[1:]))
    except ValueError as error:
        raise ValueError("a coordinate is not a number") from error
    if not all(map(math.isfinite, values)):
        raise ValueError("a coordinate is not a finite number")
    if any(abs(value) > 1000 for value in values):
        raise ValueError("a coordinate is far from a share of the picture between 0 and 1")
    if keypoints[0] and len(values) == 4 + keypoints[0] * keypoints[1]:
        return YoloObject(int(number), values, None, is_pose=True)
    if len(values) == 5:
        score = values[4] if 0 <= values[4] <= 1 else None
        return YoloObject(int(number), values[:4], score, is_pose=False)
    if len(values) == 4 or (len(values) >= 6 and len(values) % 2 == 0):
        return YoloObject(int(number), values, None, is_pose=False)
    raise ValueError(
        f"a line has 5 numbers for a box, 6 with a score or an odd number from 7 for an outline, "
        f"and this one has {len(fields)}"
    )


def geometry_of(item: YoloObject, size: Size, keypoints: tuple[int, int]) -> Geometry:
    """The shape in pixels of a picture of this size; raises ValueError when it has no extent."""
    if item.is_pose:
        points = _keypoints(item.numbers[4:], size, keypoints[1])
        if points is not None:
            return points
    if item.is_pose or len(item.numbers) == 4:
        return _box(item.numbers[:4], size)
    ring = _pixels(np.array(item.numbers, np.float64).reshape(-1, 2), size)
    check_ring(ring)
    return Polygon.from_points(ring)


def line_of_box(class_number: int, box: Box, size: Size) -> str:
    """The line of a box, every digit of its numbers kept."""
    x, y = box.center
    numbers = (x / size.width, y / size.height, box.width / size.width, box.height / size.height)
    return _line(class_number, numbers)


def line_of_ring(class_number: int, ring: FloatArray, size: Size) -> str:
    """The line of an outline of shape (n, 2) in pixels."""
    shares = ring / np.array([size.width, size.height], np.float64)
    return _line(class_number, shares.ravel().tolist())


def _line(class_number: int, numbers: Sequence[float]) -> str:
    return " ".join([str(class_number), *(repr(float(number)) for number in numbers)])


def _box(numbers: Sequence[float], size: Size) -> Box:
    x, y, width, height = numbers
    if width <= 0 or height <= 0:
        raise ValueError("the box has no area")
    corners = np.array([[x - width / 2, y - height / 2], [x + width / 2, y + height / 2]])
    (left, top), (right, bottom) = _pixels(corners, size)
    if right <= left or bottom <= top:
        raise ValueError("the box has no area")
    return Box.from_corners(float(left), float(top), float(right), float(bottom))


def _pixels(shares: FloatArray, size: Size) -> FloatArray:
    pixels: FloatArray = np.round(shares * (size.width, size.height), _DIGITS)
    if np.abs(pixels).max() > MAX_COORDINATE_PX:
        raise ValueError("a coordinate is too large")
    return pixels


def _keypoints(numbers: Sequence[float], size: Size, each: int) -> Keypoints | None:
    rows = np.array(numbers, np.float64).reshape(-1, each)
    places = _pixels(rows[:, :2], size)
    if each == 3:
        seen = [Visibility(int(v)) if v in (0, 1, 2) else Visibility.VISIBLE for v in rows[:, 2]]
    else:
        seen = [Visibility.VISIBLE if row.any() else Visibility.UNLABELLED for row in rows]
    if not any(seen):
        return None
    return Keypoints(tuple((float(x), float(y), v) for (x, y), v in zip(places, seen, strict=True)))
