"""Shapes as the fields of a COCO record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, assert_never

from core.document.annotation import Geometry
from core.document.geometry import (
    Box,
    Keypoints,
    Polygon,
    RotatedBox,
    Scribble,
    Size,
    Visibility,
)
from core.document.mask import Mask
from core.imaging.rasterise import rasterise, rasterise_rings
from core.imaging.run_lengths import encode
from core.imaging.tracing import bridged_rings, trace_mask

MaskStyle = Literal["rle", "polygons"]


@dataclass(frozen=True, slots=True)
class ShapeFields:
    """The fields that describe a shape, and what they cannot say (empty when nothing)."""

    fields: Mapping[str, object]
    loss: str = ""


def shape_fields(geometry: Geometry, size: Size, masks: MaskStyle) -> ShapeFields | None:
    """Fields ``segmentation``, ``bbox``, ``area`` (and ``keypoints``) of a shape.

    Coordinates are never rounded; areas of outlines and masks are pixel counts
    of the COCO rasteriser. None for scribbles, which COCO has no form for.
    Raises ValueError when the coordinates cannot be drawn.
    """
    match geometry:
        case Box():
            return ShapeFields(_fields([], geometry, geometry.area))
        case Mask():
            return _mask_fields(geometry.clipped(size), size, masks, _mask_loss(geometry, size))
        case Polygon():
            return _polygon_fields(geometry, size, masks)
        case RotatedBox():
            outline = Polygon.from_points(geometry.corners())
            fields = _polygon_fields(outline, size, masks).fields
            return ShapeFields(fields, "COCO has no turned boxes; the four corners were written")
        case Keypoints():
            return ShapeFields(_keypoint_fields(geometry))
        case Scribble():
            return None
    assert_never(geometry)


def _mask_fields(mask: Mask, size: Size, masks: MaskStyle, loss: str) -> ShapeFields:
    if masks == "rle":
        return ShapeFields(_fields(encode(mask, size), mask.bounds, mask.area), loss)
    if mask.is_empty:
        return ShapeFields(_fields([], mask.bounds, 0), "an empty mask has no outline")
    rings = [ring.tolist() for ring in bridged_rings(trace_mask(mask))]
    return ShapeFields(_fields(rings, mask.bounds, mask.area), loss)


def _mask_loss(mask: Mask, size: Size) -> str:
    outside = mask.area - mask.clipped(size).area
    return f"{outside} pixels lie outside the image and were cut off" if outside else ""


def _polygon_fields(polygon: Polygon, size: Size, masks: MaskStyle) -> ShapeFields:
    pixels = rasterise(polygon, size)
    if not any(part.holes for part in polygon.parts):
        rings = [part.exterior.ravel().tolist() for part in polygon.parts]
        return ShapeFields(_fields(rings, polygon.bounds, pixels.area))
    if masks == "rle":
        loss = "COCO outlines have no holes; the pixels were written, the vertices were not"
        return _mask_fields(pixels, size, masks, loss)
    bridged = bridged_rings(polygon)
    if rasterise_rings([ring.reshape(-1, 2) for ring in bridged], size) == pixels:
        loss = "COCO outlines have no holes; outline and holes were joined by a bridge"
        rings = [ring.tolist() for ring in bridged]
        return ShapeFields(_fields(rings, polygon.bounds, pixels.area), loss)
    loss = "COCO outlines have no holes; the edge of the pixels was written, not the vertices"
    return _mask_fields(pixels, size, masks, loss)


def _keypoint_fields(keypoints: Keypoints) -> dict[str, object]:
    box = keypoints.bounds
    return {
        **_fields([], box, box.area),
        **points_fields(keypoints),
    }


def points_fields(keypoints: Keypoints) -> dict[str, object]:
    """The fields of the points themselves, which may stand beside an outline."""
    return {
        "keypoints": [number for x, y, seen in keypoints.points for number in (x, y, int(seen))],
        "num_keypoints": sum(seen != Visibility.UNLABELLED for _, _, seen in keypoints.points),
    }


def _fields(segmentation: object, box: Box, area: float) -> dict[str, object]:
    return {
        "segmentation": segmentation,
        "bbox": [box.x, box.y, box.width, box.height],
        "area": area,
    }
