"""Geometry, masks and strokes as plain values, and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from core.document.annotation import Geometry
from core.document.geometry import (
    Box,
    FloatArray,
    Keypoints,
    Polygon,
    PolygonPart,
    RotatedBox,
    Scribble,
    Visibility,
)
from core.document.mask import Mask, PixelBox
from core.document.mask_patch import MaskPatch
from core.errors import ReadError
from core.project.packing import array_bytes, compress, decompress


def geometry_fields(geometry: Geometry) -> list[Any]:
    """Plain values of any geometry; the first one names its kind."""
    match geometry:
        case Box(x, y, width, height):
            return ["box", x, y, width, height]
        case RotatedBox(x, y, width, height, angle):
            return ["rotated", x, y, width, height, angle]
        case Polygon(parts):
            return ["polygon", [[array_bytes(ring) for ring in part.rings] for part in parts]]
        case Mask():
            return ["mask", *mask_fields(geometry)]
        case Keypoints(points):
            return ["keypoints", [[x, y, int(seen)] for x, y, seen in points]]
        case Scribble(points, radius_px):
            return ["scribble", array_bytes(points), radius_px]


def geometry_from(fields: list[Any]) -> Geometry:
    """The geometry of ``geometry_fields``; raises ReadError for an unknown kind."""
    kind, *values = fields
    build = _BUILDERS.get(kind)
    if build is None:
        raise ReadError(
            f"The project holds a kind of shape that this version does not know: {kind!r}.",
            "Update Maskwright to open it.",
        )
    return build(*values)


def mask_fields(mask: Mask) -> list[Any]:
    """Plain values of a mask: its box and its bits, compressed."""
    box = mask.box
    return [box.left, box.top, box.width, box.height, compress(mask.bits)]


def mask_from(left: int, top: int, width: int, height: int, bits: bytes) -> Mask:
    """The mask of ``mask_fields``."""
    count = (max(width, 0) * max(height, 0) + 7) // 8
    return Mask(PixelBox(left, top, width, height), decompress(bits, "u1", count))


def patch_fields(patch: MaskPatch) -> list[Any]:
    """Plain values of a stroke."""
    return [mask_fields(patch.changed), patch.before, patch.after]


def patch_from(fields: list[Any]) -> MaskPatch:
    """The stroke of ``patch_fields``."""
    changed, before, after = fields
    return MaskPatch(mask_from(*changed), before, after)


def _polygon(parts: list[list[bytes]]) -> Polygon:
    return Polygon(
        tuple(
            PolygonPart(_points(outline), tuple(_points(hole) for hole in holes))
            for outline, *holes in parts
        )
    )


def keypoints_from(points: list[list[Any]]) -> Keypoints:
    """The keypoints of their triples x, y, visibility."""
    return Keypoints(tuple((x, y, Visibility(seen)) for x, y, seen in points))


def _scribble(points: bytes, radius_px: float) -> Scribble:
    return Scribble(_points(points), radius_px)


def _points(data: bytes) -> FloatArray:
    return np.frombuffer(data, "<f8").reshape(-1, 2)


_BUILDERS: dict[str, Callable[..., Geometry]] = {
    "box": Box,
    "rotated": RotatedBox,
    "polygon": _polygon,
    "mask": mask_from,
    "keypoints": keypoints_from,
    "scribble": _scribble,
}
