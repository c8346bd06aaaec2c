"""Small pictures of objects with outlines and skeletons, many from one reading of an image."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from core.document.annotation import Geometry, bounds_of_geometry
from core.document.geometry import Box, FloatArray, Keypoints, Size, Visibility
from core.editing.skeletons import skeleton_lines
from core.imaging.arrays import RgbImage
from core.scoring.comparison_picture import rings_of

MARGIN = 0.25
"""How much of the surroundings is shown on each side, as a share of the object's longer side."""

LEAST_SIDE_PX = 12.0
_FRACTION_BITS = 4
_POINT_RADIUS_PX = 2
_BLACK = (0, 0, 0)


@dataclass(frozen=True, slots=True)
class CropWish:
    """An object to be shown, with the colour of its outline.

    ``keypoints`` are those beside the outline; ``edges`` join points, as pairs of places.
    """

    id: int
    geometry: Geometry
    color: tuple[int, int, int]
    keypoints: Keypoints | None = None
    edges: tuple[tuple[int, int], ...] = ()


def crops_of(
    rgb: RgbImage, full: Size, wishes: Iterable[CropWish], side_px: int
) -> dict[int, RgbImage]:
    """Square pictures uint8 (side, side, 3) by the id of the wish.

    ``rgb`` shows the image of size ``full``, at its own or at a smaller
    resolution. What lies outside of the image is grey.
    """
    scale = np.array([rgb.shape[1] / full.width, rgb.shape[0] / full.height])
    return {wish.id: _crop(rgb, scale, wish, side_px) for wish in wishes}


def square_around(box: Box) -> Box:
    """A square with room around a box, in image coordinates."""
    side = max(box.width, box.height, LEAST_SIDE_PX) * (1 + 2 * MARGIN)
    x, y = box.center
    return Box(x - side / 2, y - side / 2, side, side)


def _crop(
    rgb: RgbImage, scale: np.ndarray[tuple[int], np.dtype[np.float64]], wish: CropWish, side_px: int
) -> RgbImage:
    bounds = bounds_of_geometry(wish.geometry)
    if wish.keypoints is not None:
        bounds = bounds.united(wish.keypoints.bounds)
    square = square_around(bounds)
    zoom = side_px / square.width
    # From image coordinates to those of the crop, pixel edges to pixel edges.
    to_crop = np.array([[zoom, 0, -square.x * zoom], [0, zoom, -square.y * zoom]])
    left, top, part = _cut(rgb, scale, square)
    part = _smoothed(part, zoom / float(scale.mean()))
    # OpenCV counts pixel centres, the picture may be smaller than the image, and it was cut.
    matrix = to_crop.copy()
    matrix[:, :2] /= scale
    matrix[:, 2] += matrix[:, :2] @ np.array([left + 0.5, top + 0.5]) - 0.5
    crop = np.full((side_px, side_px, 3), 64, np.uint8)
    if part.size:
        cv2.warpAffine(
            part,
            matrix,
            (side_px, side_px),
            dst=crop,
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=(64, 64, 64),
        )
    if not isinstance(wish.geometry, Keypoints):
        for ring in rings_of(wish.geometry):
            _draw_line(crop, _placed(ring, to_crop), wish.color, is_closed=True)
    for keypoints in (wish.geometry, wish.keypoints):
        if isinstance(keypoints, Keypoints):
            _draw_skeleton(crop, keypoints, wish, to_crop)
    return crop


def _draw_skeleton(
    crop: RgbImage, keypoints: Keypoints, wish: CropWish, to_crop: FloatArray
) -> None:
    """The lines, then the points over them; a hidden one is hollow."""
    for line in skeleton_lines(keypoints, wish.edges):
        _draw_line(crop, _placed(np.array(line), to_crop), wish.color, is_closed=False)
    for x, y, seen in keypoints.points:
        if seen is Visibility.UNLABELLED:
            continue
        center = _placed(np.array([(x, y)]), to_crop)[0].tolist()
        inside = wish.color if seen is Visibility.VISIBLE else _BLACK
        for color, radius in (
            (_BLACK, _POINT_RADIUS_PX + 1),
            (wish.color, _POINT_RADIUS_PX),
            (inside, _POINT_RADIUS_PX - 1),
        ):
            shifted = radius << _FRACTION_BITS
            cv2.circle(crop, center, shifted, color, -1, cv2.LINE_AA, _FRACTION_BITS)


def _draw_line(
    crop: RgbImage,
    points: npt.NDArray[np.int32],
    color: tuple[int, int, int],
    *,
    is_closed: bool,
) -> None:
    for shade, width in ((_BLACK, 3), (color, 1)):
        cv2.polylines(crop, [points], is_closed, shade, width, cv2.LINE_AA, _FRACTION_BITS)


def _placed(points: FloatArray, to_crop: FloatArray) -> npt.NDArray[np.int32]:
    """Image coordinates as OpenCV's fixed-point pixel centres of the crop."""
    places = ((points @ to_crop[:, :2].T + to_crop[:, 2]) - 0.5) * 2**_FRACTION_BITS
    return np.asarray(np.clip(places, -(2**20), 2**20).round(), np.int32)


def _cut(
    rgb: RgbImage, scale: np.ndarray[tuple[int], np.dtype[np.float64]], square: Box
) -> tuple[int, int, RgbImage]:
    """The part of a picture that a square needs, with a rim, and where it begins."""
    rim = 2
    left = max(int(square.x * scale[0]) - rim, 0)
    top = max(int(square.y * scale[1]) - rim, 0)
    right = max(int(square.right * scale[0]) + 1 + rim, left)
    bottom = max(int(square.bottom * scale[1]) + 1 + rim, top)
    return left, top, rgb[top:bottom, left:right]


def _smoothed(rgb: RgbImage, zoom: float) -> RgbImage:
    """Without the details that a crop of this zoom is too small for."""
    sigma = 0.4 / zoom
    if sigma <= 0.6 or not rgb.size:
        return rgb
    return np.asarray(cv2.GaussianBlur(rgb, (0, 0), sigma), np.uint8)
