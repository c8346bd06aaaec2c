"""A small picture of an image with the outlines of both layers on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from core.document.annotation import Geometry
from core.document.document import ImageDocument
from core.document.geometry import Box, FloatArray, Keypoints, Polygon, RotatedBox, Scribble
from core.document.mask import Mask
from core.errors import WriteError
from core.imaging.arrays import RgbImage
from core.imaging.reading import read_preview
from core.imaging.tracing import trace_mask

TRUTH_RGB = (0, 158, 115)
PREDICTION_RGB = (213, 94, 0)
PICTURE_SIDE_PX = 320
_FRACTION_BITS = 4
_JPEG_QUALITY = 82
_FULL = cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444


def comparison_picture(
    path: Path,
    document: ImageDocument,
    truth_layer_id: int,
    prediction_layer_id: int,
    side_px: int = PICTURE_SIDE_PX,
) -> bytes:
    """A JPEG whose longer side has ``side_px`` pixels; the picture's file is not touched.

    Truth is outlined in green, the prediction in orange, thinner and above.
    Raises ReadError when the picture cannot be read.
    """
    rgb, _ = read_preview(path)
    scale = side_px / max(rgb.shape[:2])
    width, height = (max(1, round(length * scale)) for length in (rgb.shape[1], rgb.shape[0]))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = np.ascontiguousarray(cv2.resize(rgb, (width, height), interpolation=way))
    shrink = width / document.size.width, height / document.size.height
    layers = ((truth_layer_id, TRUTH_RGB, 4), (prediction_layer_id, PREDICTION_RGB, 2))
    for layer_id, color, thickness in layers:
        for item in document.in_layer(layer_id):
            _outline(small, item.geometry, np.array(shrink), color, thickness)
    # Without subsampling, which would wash out the colours of thin lines.
    options = [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, _FULL]
    done, data = cv2.imencode(".jpg", small[:, :, ::-1], options)
    if not done:
        raise WriteError(f"The small picture of {path} could not be made.")
    return bytes(data)


def _outline(
    picture: RgbImage,
    geometry: Geometry,
    shrink: FloatArray,
    color: tuple[int, int, int],
    thickness: int,
) -> None:
    for ring in rings_of(geometry):
        # Pixel edges inside, pixel centres in OpenCV.
        places = (ring * shrink - 0.5) * 2**_FRACTION_BITS
        points = np.clip(places, -(2**20), 2**20).round().astype(np.int32)
        closed = not isinstance(geometry, Scribble)
        cv2.polylines(
            picture, [points], closed, color, thickness, cv2.LINE_AA, shift=_FRACTION_BITS
        )


def rings_of(geometry: Geometry) -> Iterator[FloatArray]:
    """Outlines of a shape as float64 (n, 2) in image pixels; keypoints have their box."""
    if isinstance(geometry, Mask):
        if not geometry.is_empty:
            yield from rings_of(trace_mask(geometry))
    elif isinstance(geometry, Polygon):
        for part in geometry.parts:
            yield from part.rings
    elif isinstance(geometry, RotatedBox):
        yield geometry.corners()
    elif isinstance(geometry, Scribble):
        yield geometry.points
    else:
        box = geometry.bounds if isinstance(geometry, Keypoints) else geometry
        yield _corners(box)


def _corners(box: Box) -> FloatArray:
    return np.array(
        [(box.x, box.y), (box.right, box.y), (box.right, box.bottom), (box.x, box.bottom)],
        np.float64,
    )
