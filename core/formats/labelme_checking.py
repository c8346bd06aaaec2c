"""Reading written labelme files back, by another way than the one they were written by."""

from __future__ import annotations

import base64
import io
import json
import math
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pycocotools.mask as coco_mask

from core.document.geometry import Size
from core.document.mask import Mask
from core.errors import ReadError
from core.formats.outlines import exclusive_or
from core.imaging.run_lengths import decode


def count_mismatches(
    path: Path, pixels: Sequence[Mask | None], shape_counts: Sequence[int], size: Size
) -> int:
    """Pixels by which the objects of a file differ from those that were meant.

    ``shape_counts`` says how many shapes each object has. Parsed by Python's
    json, masks decoded by OpenCV, outlines drawn by pycocotools. Raises ReadError.
    """
    try:
        shapes = json.loads(path.read_bytes())["shapes"]
    except (OSError, ValueError, KeyError) as error:
        raise ReadError(f"{path} could not be read back after writing: {error}.") from error
    wrong = abs(len(shapes) - sum(shape_counts))
    start = 0
    for meant, count in zip(pixels, shape_counts, strict=True):
        own = shapes[start : start + count]
        start += count
        if meant is None:
            continue
        drawn = Mask.empty()
        for shape in own:
            drawn = drawn.united(_drawn(shape, size))
        wrong += exclusive_or(drawn, meant)
    return wrong


def _drawn(shape: dict[str, object], size: Size) -> Mask:
    points = np.array(shape["points"], np.float64)
    kind = shape.get("shape_type") or "polygon"
    if kind == "mask":
        return _mask(points, str(shape["mask"]), size)
    if kind == "rectangle":
        (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
        points = np.array([[x0, y0], [x0, y1], [x1, y1], [x1, y0]])
    elif kind == "circle":
        radius = math.dist(points[0], points[1])
        count = min(max(math.ceil(math.pi / math.acos(max(1 - 0.1 / max(radius, 1), 0))), 12), 720)
        angles = np.arange(count) * (2 * math.pi / count)
        points = points[0] + radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    (encoded,) = coco_mask.frPyObjects([points.ravel().tolist()], size.height, size.width)
    return decode(encoded, size)


def _mask(points: npt.NDArray[np.float64], data: str, size: Size) -> Mask:
    coded = np.frombuffer(io.BytesIO(base64.b64decode(data)).getvalue(), np.uint8)
    crop = cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE)
    if crop is None:
        return Mask.empty()
    left, top = points[0].astype(int).tolist()
    return Mask.from_array(crop > 0, left, top).clipped(size)
