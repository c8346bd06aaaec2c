"""Whether the colours of a picture speak for moving a mask.

Regions follow edges of the picture; a mask that lay well is not made better by edges of
texture, shadow or a neighbour. The pixels that changed sides tell: each is compared with
what both masks hold and with what neither holds.
"""

from __future__ import annotations

import cv2
import numpy as np

from core.document.geometry import Size
from core.document.mask import Mask, PixelBox
from core.grouping.color import RgbImage, to_lab

CLEAR_AGREEMENT = 0.75
"""From this share on a moved mask is better than the raw one more often than not."""
SAME_OBJECT_OVERLAP = 0.8
"""A mask that moves further than to this IoU has mostly lost its object to a neighbour."""
_RING_PX = 3


def is_improved(raw: Mask, moved: Mask, image: RgbImage) -> bool:
    """Whether a moved mask is likely to fit its object better than the raw one.

    ``image`` is the whole picture in uint8 RGB, both masks are in its coordinates.
    """
    shared = raw.intersected(moved).area
    overlap = shared / max(raw.area + moved.area - shared, 1)
    return overlap >= SAME_OBJECT_OVERLAP and color_agreement(raw, moved, image) >= CLEAR_AGREEMENT


def color_agreement(raw: Mask, moved: Mask, image: RgbImage) -> float:
    """Share of the pixels that changed sides whose colour is nearer to their new side.

    ``image`` is the whole picture in uint8 RGB, both masks are in its coordinates.
    The sides are the mean colours (CIELAB) of what both masks hold and of a ring of
    3 pixels around them. 0 where nothing changed, or a side has no pixel.
    """
    size = Size(image.shape[1], image.shape[0])
    box = raw.box.united(moved.box)
    margin = _RING_PX + 1
    box = PixelBox(
        box.left - margin, box.top - margin, box.width + 2 * margin, box.height + 2 * margin
    ).clipped(size)
    before, after = raw.window(box), moved.window(box)
    both, either, changed = before & after, before | after, before ^ after
    side = 2 * _RING_PX + 1
    disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    ring = cv2.dilate(either.astype(np.uint8), disk).astype(np.bool_) & ~either
    if not (changed.any() and both.any() and ring.any()):
        return 0.0
    colors = to_lab(np.ascontiguousarray(image[box.slices]))
    moving = colors[changed]
    to_inside = np.linalg.norm(moving - colors[both].mean(axis=0), axis=1)
    to_outside = np.linalg.norm(moving - colors[ring].mean(axis=0), axis=1)
    agrees = np.where(after[changed], to_inside < to_outside, to_outside < to_inside)
    return float(agrees.mean())
