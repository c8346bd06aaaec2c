"""Runs a model on tiles or on a smaller picture, and puts the proposals back in place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import cv2
import numpy as np

from core.document.annotation import Geometry, bounds_of_geometry
from core.document.geometry import (
    Box,
    Keypoints,
    Polygon,
    PolygonPart,
    RotatedBox,
    Scribble,
    Size,
)
from core.document.mask import Mask, PixelBox
from core.engine.protocol import RgbImage
from core.models.proposal import Proposal, SoftMask

OVERLAP = 0.2
_EDGE_PENALTY = 0.5
_SAME_IOU = 0.5
_SAME_SHARE = 0.7
_EDGE_PX = 1.5

Propose = Callable[[RgbImage], tuple[Proposal, ...]]


def propose_in_tiles(image: RgbImage, tile_px: int, propose: Propose) -> tuple[Proposal, ...]:
    """Proposals of overlapping tiles, each object once, best first.

    A proposal that touches an inner edge of its tile is likely cut and loses
    half of its score; of two with the same label that cover the same thing the
    better one stays.
    """
    size = Size(image.shape[1], image.shape[0])
    found: list[Proposal] = []
    for tile in tiles(size, tile_px):
        for item in propose(np.ascontiguousarray(image[tile.slices])):
            score = item.score * (_EDGE_PENALTY if _is_cut(item, tile, size) else 1.0)
            found.append(_moved(replace(item, score=score), tile.left, tile.top))
    return without_duplicates(found)


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


def tiles(size: Size, tile_px: int) -> tuple[PixelBox, ...]:
    """Tiles of at most this side that cover the image and overlap by a fifth or more."""
    width, height = min(tile_px, size.width), min(tile_px, size.height)
    return tuple(
        PixelBox(left, top, width, height)
        for top in _starts(size.height, height)
        for left in _starts(size.width, width)
    )


def without_duplicates(items: Sequence[Proposal]) -> tuple[Proposal, ...]:
    """Proposals best first, without those that an equally labelled better one covers.

    Two are the same when their boxes overlap with IoU above 0.5, or share more
    than 0.7 of the smaller one (as a piece of an object does with the whole).
    """
    ordered = sorted(items, key=lambda item: -item.score)
    corners = np.array([_corners(item.geometry) for item in ordered]).reshape(-1, 4)
    kept: list[int] = []
    for index, item in enumerate(ordered):
        rivals = [other for other in kept if ordered[other].label == item.label]
        if not _covers(corners[rivals], corners[index]):
            kept.append(index)
    return tuple(replace(ordered[index], id=number) for number, index in enumerate(kept))


def _starts(length: int, tile: int) -> Iterator[int]:
    """Where tiles begin along one side, evenly spread."""
    if length <= tile:
        yield 0
        return
    count = int(np.ceil((length - tile) / (tile * (1 - OVERLAP)))) + 1
    for start in np.linspace(0, length - tile, count):
        yield int(start)


def _is_cut(item: Proposal, tile: PixelBox, size: Size) -> bool:
    """Whether a proposal, in its tile's coordinates, touches an edge inside the image."""
    box = bounds_of_geometry(item.geometry)
    return (
        (tile.left > 0 and box.x < _EDGE_PX)
        or (tile.top > 0 and box.y < _EDGE_PX)
        or (tile.right < size.width and box.right > tile.width - _EDGE_PX)
        or (tile.bottom < size.height and box.bottom > tile.height - _EDGE_PX)
    )


def _moved(item: Proposal, dx: int, dy: int) -> Proposal:
    soft = item.soft_mask
    return replace(
        item,
        geometry=item.geometry.moved(dx, dy),
        soft_mask=SoftMask(soft.box.moved(dx, dy), soft.values) if soft else None,
    )


def _corners(geometry: Geometry) -> tuple[float, float, float, float]:
    box = bounds_of_geometry(geometry)
    return box.x, box.y, box.right, box.bottom


def _covers(rivals: np.ndarray[tuple[int, ...], np.dtype[np.float64]], own: object) -> bool:
    """Whether one of the boxes (n, 4) of corners covers the same thing as this one."""
    x0, y0, x1, y1 = np.asarray(own, np.float64)
    width = np.minimum(rivals[:, 2], x1) - np.maximum(rivals[:, 0], x0)
    height = np.minimum(rivals[:, 3], y1) - np.maximum(rivals[:, 1], y0)
    shared = np.maximum(width, 0) * np.maximum(height, 0)
    area = (x1 - x0) * (y1 - y0)
    areas = (rivals[:, 2] - rivals[:, 0]) * (rivals[:, 3] - rivals[:, 1])
    same = (shared > _SAME_IOU * (area + areas - shared)) | (
        shared > _SAME_SHARE * np.minimum(area, areas)
    )
    return bool(same.any())


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
