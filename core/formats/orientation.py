"""Shapes of pictures that a camera stored lying on their side.

Maskwright shows pictures upright. Some programs annotate them as they are
stored; their numbers are turned on the way in and turned back on the way out.
Only the EXIF values 5 to 8, which swap width and height, can be told from the
size in an annotation file.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import assert_never

import numpy as np
from PIL import Image, UnidentifiedImageError

from core.document.annotation import Geometry
from core.document.geometry import (
    Box,
    FloatArray,
    Keypoints,
    Polygon,
    PolygonPart,
    RotatedBox,
    Scribble,
    Size,
    Visibility,
)
from core.document.mask import Mask

_EXIF_ORIENTATION = 0x0112
_BACK = {5: 5, 6: 8, 7: 7, 8: 6}
Turn = Callable[[FloatArray], FloatArray]


def stored_orientation(path: Path) -> int:
    """EXIF orientation of a picture, 1 … 8; 1 when there is none or it cannot be read."""
    try:
        with Image.open(path) as image:
            value = image.getexif().get(_EXIF_ORIENTATION, 1)
    except (OSError, ValueError, SyntaxError, UnidentifiedImageError):
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def turned_upright(geometry: Geometry, stored: Size, orientation: int) -> Geometry:
    """A shape of the stored picture, on the upright one; ``stored`` is the size before turning."""
    return _turned(geometry, stored, orientation)


def turned_back(geometry: Geometry, upright: Size, orientation: int) -> Geometry:
    """A shape of the upright picture, on the stored one; ``upright`` is the size after turning."""
    return _turned(geometry, upright, _BACK[orientation])


def points_upright(keypoints: Keypoints, stored: Size, orientation: int) -> Keypoints:
    """Keypoints of the stored picture, on the upright one."""
    return _turned_points(keypoints, _turn(stored, orientation))


def points_back(keypoints: Keypoints, upright: Size, orientation: int) -> Keypoints:
    """Keypoints of the upright picture, on the stored one."""
    return _turned_points(keypoints, _turn(upright, _BACK[orientation]))


def _turned(geometry: Geometry, size: Size, orientation: int) -> Geometry:
    turn = _turn(size, orientation)
    match geometry:
        case Box():
            (x0, y0), (x1, y1) = turn(
                np.array([[geometry.x, geometry.y], [geometry.right, geometry.bottom]])
            )
            return Box.from_corners(float(x0), float(y0), float(x1), float(y1))
        case Polygon():
            return Polygon(
                tuple(
                    PolygonPart(turn(part.exterior), tuple(map(turn, part.holes)))
                    for part in geometry.parts
                )
            )
        case Mask():
            return _turned_mask(geometry, size, orientation)
        case Keypoints():
            return _turned_points(geometry, turn)
        case Scribble():
            return Scribble(turn(geometry.points), geometry.radius_px)
        case RotatedBox():
            return Polygon.from_points(turn(geometry.corners()))
    assert_never(geometry)


def _turn(size: Size, orientation: int) -> Turn:
    """The map of points (n, 2), by the meaning of the EXIF values 5 to 8."""
    width, height = float(size.width), float(size.height)

    def turn(points: FloatArray) -> FloatArray:
        x, y = points[:, 0], points[:, 1]
        columns = {
            5: (y, x),
            6: (height - y, x),
            7: (height - y, width - x),
            8: (y, width - x),
        }[orientation]
        return np.stack(columns, axis=1)

    return turn


def _turned_mask(mask: Mask, size: Size, orientation: int) -> Mask:
    if mask.is_empty:
        return mask
    crop = mask.crop().T
    corners = np.array(
        [[mask.box.left, mask.box.top], [mask.box.right, mask.box.bottom]], np.float64
    )
    left, top = _turn(size, orientation)(corners).min(axis=0)
    flipped = {5: crop, 6: crop[:, ::-1], 7: crop[::-1, ::-1], 8: crop[::-1]}[orientation]
    return Mask.from_array(flipped, int(left), int(top))


def _turned_points(keypoints: Keypoints, turn: Turn) -> Keypoints:
    return Keypoints(tuple(_turned_point(point, turn) for point in keypoints.points))


def _turned_point(
    point: tuple[float, float, Visibility], turn: Turn
) -> tuple[float, float, Visibility]:
    x, y, seen = point
    if seen == Visibility.UNLABELLED:
        return point
    ((x, y),) = turn(np.array([[x, y]], np.float64))
    return float(x), float(y), seen
