"""Reading written YOLO files back, by another way than the one they were written by."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pycocotools.mask as coco_mask

from core.document.geometry import Size
from core.document.mask import Mask
from core.errors import ReadError
from core.formats.outlines import exclusive_or
from core.formats.yolo_planning import PlannedLine
from core.imaging.run_lengths import decode

_DIGITS = 9


def count_mismatches(path: Path, lines: Sequence[PlannedLine], size: Size) -> int:
    """Pixels by which the objects of a file differ from those that were planned.

    The numbers are taken apart here and drawn by pycocotools. Raises ReadError.
    """
    try:
        rows = [line.split() for line in path.read_text("ascii").splitlines()]
    except (OSError, ValueError) as error:
        raise ReadError(f"{path} could not be read back after writing: {error}.") from error
    wrong = abs(len(rows) - len(lines))
    for row, line in zip(rows, lines, strict=False):
        if line.pixels is None:
            wrong += " ".join(row) != line.text
            continue
        wrong += exclusive_or(_drawn(row, size), line.pixels)
    return wrong


def _drawn(row: list[str], size: Size) -> Mask:
    shares = [float(value) for value in row[1:]]
    if len(shares) in (4, 5):
        x, y, width, height = shares[:4]
        left, right = x - width / 2, x + width / 2
        top, bottom = y - height / 2, y + height / 2
        shares = [left, top, left, bottom, right, bottom, right, top]
    points = np.array(shares, np.float64).reshape(-1, 2) * (size.width, size.height)
    rings = [np.round(points, _DIGITS).ravel().tolist()]
    (encoded,) = coco_mask.frPyObjects(rings, size.height, size.width)
    return decode(encoded, size)
