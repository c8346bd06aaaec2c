"""Shapes of a labelme file, and the pictures of bits that its masks are."""

from __future__ import annotations

import base64
import binascii
import io
import math
from collections.abc import Mapping, Sequence
from typing import cast

import numpy as np
from PIL import Image

from core.document.annotation import Geometry
from core.document.geometry import (
    Box,
    FloatArray,
    Keypoints,
    Polygon,
    PolygonPart,
    Scribble,
    Size,
    Visibility,
)
from core.document.mask import BoolArray, Mask
from core.formats.outlines import check_points, ellipse_ring
from core.imaging.rasterise import check_ring, rasterise

LINE_RADIUS_PX = 0.5
"""labelme's lines have no width; a line of one pixel is what the screen shows."""

JOINED_TYPES = frozenset({"polygon", "rectangle", "rotation", "circle", "mask"})
"""Types with an area, of which several with one ``group_id`` are one object."""

_MAX_MASK_PIXELS = 100_000_000


def type_of(shape: Mapping[str, object]) -> str:
    """The type of a shape; files before version 4 may leave it out for polygons."""
    value = shape.get("shape_type")
    return value if isinstance(value, str) else "polygon"


def geometry_of(shape: Mapping[str, object]) -> Geometry:
    """The shape; raises ValueError with a sentence. Coordinates are pixel edges."""
    points = shape.get("points")
    match type_of(shape):
        case "polygon" | "rotation":
            ring = _open_ring(check_points(points, 3))
            check_ring(ring)
            return Polygon.from_points(ring)
        case "rectangle":
            return _rectangle(check_points(points, 2))
        case "circle":
            return _circle(check_points(points, 2))
        case "line" | "linestrip":
            return Scribble(check_points(points, 2), LINE_RADIUS_PX)
        case "point" | "points":
            return points_of(check_points(points, 1))
        case "mask":
            return _mask(check_points(points, 2), shape.get("mask"))
    raise ValueError(f"there is no shape type “{type_of(shape)[:40]}”")


def united(geometries: Sequence[Geometry], size: Size | None) -> Geometry:
    """One object of the shapes of a group; ValueError where the size is needed and unknown."""
    if len(geometries) == 1:
        return geometries[0]
    if not any(isinstance(geometry, Mask) for geometry in geometries):
        return Polygon(tuple(part for item in geometries for part in _parts(item)))
    if size is None:
        raise ValueError("masks and outlines of one group need the size of the image")
    mask = Mask.empty()
    for geometry in geometries:
        mask = mask.united(rasterise(geometry, size))
    return mask


def points_of(places: FloatArray) -> Keypoints:
    """Points (n, 2) as visible keypoints."""
    return Keypoints(tuple((float(x), float(y), Visibility.VISIBLE) for x, y in places))


def mask_fields(mask: Mask) -> dict[str, object]:
    """``points`` and ``mask`` of a shape; its corners are the first and last pixel."""
    buffer = io.BytesIO()
    Image.fromarray(mask.crop()).save(buffer, "PNG")
    box = mask.box
    return {
        "points": [
            [float(box.left), float(box.top)],
            [float(box.right - 1), float(box.bottom - 1)],
        ],
        "mask": base64.b64encode(buffer.getvalue()).decode("ascii"),
    }


def _parts(geometry: Geometry) -> tuple[PolygonPart, ...]:
    if isinstance(geometry, Box):
        x0, y0, x1, y1 = geometry.x, geometry.y, geometry.right, geometry.bottom
        return (PolygonPart(np.array([[x0, y0], [x0, y1], [x1, y1], [x1, y0]])),)
    return cast("Polygon", geometry).parts


def _open_ring(ring: FloatArray) -> FloatArray:
    closed = len(ring) > 3 and bool((ring[0] == ring[-1]).all())
    return ring[:-1] if closed else ring


def _rectangle(points: FloatArray) -> Box:
    """Two opposite corners, or all four as X-AnyLabeling writes them."""
    if len(points) not in (2, 4):
        raise ValueError(f"a rectangle has two corners, and this one has {len(points)}")
    (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
    if x0 == x1 or y0 == y1:
        raise ValueError("the rectangle has no area")
    return Box.from_corners(float(x0), float(y0), float(x1), float(y1))


def _circle(points: FloatArray) -> Polygon:
    if len(points) != 2:
        raise ValueError("a circle has a centre and a point on it")
    (x, y), (edge_x, edge_y) = points
    radius = math.hypot(edge_x - x, edge_y - y)
    if radius == 0:
        raise ValueError("the circle has no radius")
    ring = ellipse_ring(float(x), float(y), radius, radius)
    check_ring(ring)
    return Polygon.from_points(ring)


def _mask(corners: FloatArray, data: object) -> Mask:
    if len(corners) != 2:
        raise ValueError("the mask has no two corners")
    if not isinstance(data, str):
        raise ValueError("the mask has no picture of its bits")
    pixels = _bits(data)
    # labelme cuts fractions of a pixel off when it draws a mask.
    (left, top), (right, bottom) = corners.astype(int)
    if pixels.shape != (bottom - top + 1, right - left + 1):
        height, width = pixels.shape
        raise ValueError(
            f"the picture of the mask has {width} × {height} pixels, "
            f"its corners enclose {right - left + 1} × {bottom - top + 1}"
        )
    mask = Mask.from_array(pixels, int(left), int(top))
    if mask.is_empty:
        raise ValueError("the mask has no pixel")
    return mask


def _bits(data: str) -> BoolArray:
    try:
        with Image.open(
            io.BytesIO(base64.b64decode(data, validate=False)), formats=["PNG"]
        ) as image:
            if image.width * image.height > _MAX_MASK_PIXELS:
                raise ValueError("the picture of the mask is too large to be unpacked")
            pixels = np.array(image)
    except (OSError, SyntaxError, binascii.Error, Image.DecompressionBombError, EOFError) as error:
        raise ValueError(f"the picture of the mask cannot be read ({error})") from error
    flat = pixels.max(axis=2) if pixels.ndim == 3 else pixels
    bits: BoolArray = np.not_equal(flat, 0)
    return bits
