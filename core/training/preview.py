"""A picture of what a model would propose, for a person to look at after every round."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from core.document.geometry import Box
from core.document.mask import Mask
from core.errors import WriteError
from core.formats.atomic import write_atomically
from core.models.adapter import Adapter, RunContext
from core.models.proposal import Proposal
from core.training.data import LabelledImage, RgbImage
from core.training.validation import SURE, interesting_part

_SIDE_PX = 640
_COLORS = ((64, 224, 208), (255, 180, 84), (190, 140, 255), (120, 220, 90), (255, 120, 160))
"""One for each class, in turn; light, on a dark halo."""


def draw_preview(
    adapter: Adapter, image: LabelledImage, categories: tuple[str, ...], path: Path
) -> bool:
    """Write a PNG with the outlines of what the model is sure of; False when it cannot be."""
    part = interesting_part(image, _SIDE_PX).pixels[:_SIDE_PX, :_SIDE_PX]
    part = np.ascontiguousarray(part)
    drawn = outlined(part, adapter.propose(part, RunContext()), categories)
    done, data = cv2.imencode(".png", drawn[:, :, ::-1])
    if not done:
        return False
    try:
        write_atomically(path, data.tobytes())
    except WriteError:
        return False
    return True


def outlined(
    pixels: RgbImage, proposals: tuple[Proposal, ...], categories: tuple[str, ...]
) -> RgbImage:
    """A copy of a picture with the outlines of all proposals that are sure."""
    drawn = pixels.copy()
    for item in proposals:
        if item.score < SURE:
            continue
        place = categories.index(item.label) if item.label in categories else 0
        _draw(drawn, item, _COLORS[place % len(_COLORS)])
    return drawn


def _draw(drawn: RgbImage, item: Proposal, color: tuple[int, int, int]) -> None:
    geometry = item.geometry
    if isinstance(geometry, Mask):
        inside = geometry.crop().astype(np.uint8)
        found, _ = cv2.findContours(inside, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
        corner = (geometry.box.left, geometry.box.top)
        for width, shade in ((3, (0, 0, 0)), (1, color)):
            cv2.drawContours(drawn, found, -1, shade, width, offset=corner)
    elif isinstance(geometry, Box):
        first = round(geometry.x), round(geometry.y)
        second = round(geometry.right), round(geometry.bottom)
        for width, shade in ((3, (0, 0, 0)), (1, color)):
            cv2.rectangle(drawn, first, second, shade, width)
