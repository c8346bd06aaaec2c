"""Runs a model on a smaller picture and puts the candidates back in place."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from core.document.annotation import Geometry
from core.document.geometry import (
    Box,
    Keypoints,
    Polygon,
    PolygonPart,
    RotatedBox,
    Scribble,
    Size,
)
from core.document.mask import Mask
from core.models.adapter import RgbImage
from core.models.proposal import Proposal, SoftMask
from core.models.tiling import Propose


def propose_smaller(image: RgbImage, factor: int, propose: Propose) -> tuple[Proposal, ...]:
    """Proposals of a picture shrunk by a whole factor, in coordinates of the full one."""
    size = Size(image.shape[1], image.shape[0])
    bottom, right = -size.height % factor, -size.width % factor
    padded = cv2.copyMakeBorder(image, 0, bottom, 0, right, cv2.BORDER_REPLICATE)
    small_size = padded.shape[1] // factor, padded.shape[0] // factor
    small = cv2.resize(padded, small_size, interpolation=cv2.INTER_AREA)
    items = propose(np.asarray(small, np.uint8))
    return tuple(
        replace(
            item,
            geometry=_enlarged(item.geometry, factor, size),
            soft_mask=_enlarged_soft(item.soft_mask, factor),
        )
        for item in items
    )


def _enlarged(geometry: Geometry, factor: int, size: Size) -> Geometry:
    match geometry:
        case Box():
            return _enlarged_box(geometry, factor).clipped(size)
        case RotatedBox(x, y, width, height, angle):
            return RotatedBox(x * factor, y * factor, width * factor, height * factor, angle)
        case Polygon(parts):
            return Polygon(
                tuple(
                    PolygonPart(part.exterior * factor, tuple(hole * factor for hole in part.holes))
                    for part in parts
                )
            )
        case Mask():
            pixels = geometry.crop().repeat(factor, axis=0).repeat(factor, axis=1)
            left, top = geometry.box.left * factor, geometry.box.top * factor
            return Mask.from_array(pixels, left, top).clipped(size)
        case Keypoints(points):
            return Keypoints(tuple((x * factor, y * factor, seen) for x, y, seen in points))
        case Scribble():
            return Scribble(geometry.points * factor, geometry.radius_px * factor)


def _enlarged_soft(soft: SoftMask | None, factor: int) -> SoftMask | None:
    return None if soft is None else SoftMask(_enlarged_box(soft.box, factor), soft.values)


def _enlarged_box(box: Box, factor: int) -> Box:
    return Box(box.x * factor, box.y * factor, box.width * factor, box.height * factor)
