"""Shapes in image coordinates.

One convention everywhere inside Maskwright: the origin is the top-left
*corner* of the top-left pixel, x grows to the right, y grows down, coordinates
are floats, and right and bottom edges are exclusive. The pixel in column ``c``
and row ``r`` covers ``[c, c + 1) × [r, r + 1)``. Other conventions exist only at
a format's border.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle; width and height are never negative."""

    x: float
    y: float
    width: float
    height: float

    def __post_init__(self) -> None:
        if not all(map(math.isfinite, (self.x, self.y, self.width, self.height))):
            raise ValueError("box coordinates must be finite numbers")
        if self.width < 0 or self.height < 0:
            raise ValueError("a box has no negative width or height")

    @classmethod
    def from_corners(cls, x0: float, y0: float, x1: float, y1: float) -> Box:
        """Box between any two opposite corners."""
        return cls(min(x0, x1), min(y0, y1), abs(x1 - x0), abs(y1 - y0))

    @property
    def right(self) -> float:
        """Exclusive right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Exclusive bottom edge."""
        return self.y + self.height

    @property
    def area(self) -> float:
        """Area in square pixels."""
        return self.width * self.height

    @property
    def center(self) -> tuple[float, float]:
        """Middle of the box."""
        return self.x + self.width / 2, self.y + self.height / 2

    def contains(self, x: float, y: float) -> bool:
        """Whether the point lies inside; right and bottom edges do not."""
        return self.x <= x < self.right and self.y <= y < self.bottom

    def intersects(self, other: Box) -> bool:
        """Whether the two share some area."""
        return (
            self.x < other.right
            and other.x < self.right
            and self.y < other.bottom
            and other.y < self.bottom
        )

    def united(self, other: Box) -> Box:
        """Smallest box around both."""
        return Box.from_corners(
            min(self.x, other.x),
            min(self.y, other.y),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def clipped(self, size: Size) -> Box:
        """The part inside an image of this size; may be empty."""
        x0, x1 = (min(max(value, 0.0), float(size.width)) for value in (self.x, self.right))
        y0, y1 = (min(max(value, 0.0), float(size.height)) for value in (self.y, self.bottom))
        return Box.from_corners(x0, y0, x1, y1)

    def moved(self, dx: float, dy: float) -> Box:
        """The same box elsewhere."""
        return Box(self.x + dx, self.y + dy, self.width, self.height)

    def expanded(self, margin: float) -> Box:
        """The box with a margin on all four sides."""
        return Box.from_corners(
            self.x - margin, self.y - margin, self.right + margin, self.bottom + margin
        )


@dataclass(frozen=True, slots=True)
class Size:
    """Width and height of an image in whole pixels, both at least 1."""

    width: int
    height: int

    def __post_init__(self) -> None:
        if self.width < 1 or self.height < 1:
            raise ValueError("an image has at least one pixel")

    @property
    def box(self) -> Box:
        """The whole image."""
        return Box(0.0, 0.0, float(self.width), float(self.height))

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width), as NumPy counts."""
        return self.height, self.width


@dataclass(frozen=True, slots=True)
class RotatedBox:
    """A rectangle turned about its centre, clockwise on the screen."""

    center_x: float
    center_y: float
    width: float
    height: float
    angle_degrees: float

    def corners(self) -> FloatArray:
        """The four corners, float64 of shape (4, 2), clockwise on the screen."""
        angle = math.radians(self.angle_degrees)
        turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
        half = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * (self.width / 2, self.height / 2)
        return np.asarray(half @ turn + (self.center_x, self.center_y), dtype=np.float64)

    @property
    def bounds(self) -> Box:
        """Upright box around it."""
        return bounds_of(self.corners())

    def moved(self, dx: float, dy: float) -> RotatedBox:
        """The same rectangle elsewhere."""
        return RotatedBox(
            self.center_x + dx, self.center_y + dy, self.width, self.height, self.angle_degrees
        )


@dataclass(frozen=True, slots=True, eq=False)
class PolygonPart:
    """One connected piece: an outline and the holes in it.

    Rings are read-only float64 arrays of shape (n, 2), n ≥ 3, not closed (the
    first point is not repeated).
    """

    exterior: FloatArray
    holes: tuple[FloatArray, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "exterior", _ring(self.exterior))
        object.__setattr__(self, "holes", tuple(_ring(hole) for hole in self.holes))

    @property
    def rings(self) -> tuple[FloatArray, ...]:
        """The outline first, then the holes."""
        return (self.exterior, *self.holes)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PolygonPart):
            return NotImplemented
        return len(self.holes) == len(other.holes) and all(
            map(np.array_equal, self.rings, other.rings)
        )

    def __hash__(self) -> int:
        return hash(tuple(ring.tobytes() for ring in self.rings))


@dataclass(frozen=True, slots=True)
class Polygon:
    """One or more pieces, each with its holes; the object is their union."""

    parts: tuple[PolygonPart, ...]

    def __post_init__(self) -> None:
        if not self.parts:
            raise ValueError("a polygon has at least one part")

    @classmethod
    def from_points(cls, points: Iterable[tuple[float, float]] | FloatArray) -> Polygon:
        """A polygon of one part without holes."""
        array = points if isinstance(points, np.ndarray) else np.array(list(points), np.float64)
        return cls((PolygonPart(array),))

    @property
    def bounds(self) -> Box:
        """Upright box around all parts."""
        return bounds_of(np.concatenate([part.exterior for part in self.parts]))

    @property
    def vertex_count(self) -> int:
        """Number of vertices in all rings."""
        return sum(len(ring) for part in self.parts for ring in part.rings)

    def moved(self, dx: float, dy: float) -> Polygon:
        """The same polygon elsewhere."""
        shift = np.array([dx, dy])
        return Polygon(
            tuple(
                PolygonPart(part.exterior + shift, tuple(hole + shift for hole in part.holes))
                for part in self.parts
            )
        )

    def with_ring(self, part: int, ring: int, points: FloatArray) -> Polygon:
        """A copy with one ring replaced; ring 0 is the outline, then the holes."""
        rings = list(self.parts[part].rings)
        rings[ring] = points
        parts = list(self.parts)
        parts[part] = PolygonPart(rings[0], tuple(rings[1:]))
        return Polygon(tuple(parts))


class Visibility(IntEnum):
    """Whether a keypoint was labelled and can be seen, numbered as COCO does."""

    UNLABELLED = 0
    HIDDEN = 1
    VISIBLE = 2


@dataclass(frozen=True, slots=True)
class Keypoints:
    """Named points of one object; the names belong to its label."""

    points: tuple[tuple[float, float, Visibility], ...]

    @property
    def bounds(self) -> Box:
        """Box around the labelled points; empty at the origin when none is."""
        labelled = [(x, y) for x, y, seen in self.points if seen != Visibility.UNLABELLED]
        return bounds_of(np.array(labelled, np.float64)) if labelled else Box(0, 0, 0, 0)

    def moved(self, dx: float, dy: float) -> Keypoints:
        """The same points elsewhere; unlabelled ones stay as they are."""
        return Keypoints(
            tuple(
                (x, y, seen) if seen == Visibility.UNLABELLED else (x + dx, y + dy, seen)
                for x, y, seen in self.points
            )
        )


@dataclass(frozen=True, slots=True, eq=False)
class Scribble:
    """A freehand line that marks pixels as belonging to a label.

    ``points`` is a read-only float64 array of shape (n, 2), n ≥ 1.
    """

    points: FloatArray
    radius_px: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "points", _points(self.points, minimum=1))

    @property
    def bounds(self) -> Box:
        """Box around the line with its width."""
        return bounds_of(self.points).expanded(self.radius_px)

    def moved(self, dx: float, dy: float) -> Scribble:
        """The same line elsewhere."""
        return Scribble(self.points + np.array([dx, dy]), self.radius_px)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Scribble):
            return NotImplemented
        return self.radius_px == other.radius_px and np.array_equal(self.points, other.points)

    def __hash__(self) -> int:
        return hash((self.radius_px, self.points.tobytes()))


def bounds_of(points: FloatArray) -> Box:
    """Upright box around points of shape (n, 2), n ≥ 1."""
    (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
    return Box(float(x0), float(y0), float(x1 - x0), float(y1 - y0))


def _ring(points: npt.ArrayLike) -> FloatArray:
    return _points(points, minimum=3)


def _points(points: npt.ArrayLike, minimum: int) -> FloatArray:
    """Read-only float64 copy, checked."""
    array = np.array(points, dtype=np.float64)
    if array.ndim != 2 or array.shape[1] != 2 or len(array) < minimum:
        raise ValueError(f"expected at least {minimum} points (x, y), got shape {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError("coordinates must be finite numbers")
    array.flags.writeable = False
    return array
