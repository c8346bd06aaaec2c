"""A part of a picture that a model looks at, as parameters of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from core.document.geometry import Size
from core.document.mask import PixelBox
from core.errors import ModelError
from core.models.adapter import RgbImage
from core.models.proposal import Proposal, SoftMask
from core.models.specification import SettingValue

REGION_KEYS = ("region_left", "region_top", "region_width", "region_height")
SMALLEST_SIDE_PX = 16


def region_parameters(part: PixelBox) -> Mapping[str, SettingValue]:
    """The parameters that let a run look at a part only."""
    values = (part.left, part.top, part.width, part.height)
    return MappingProxyType(dict(zip(REGION_KEYS, values, strict=True)))


def region_of(parameters: Mapping[str, SettingValue], size: Size) -> PixelBox | None:
    """The part that a run looks at, None for the whole picture.

    Raises ModelError when the part is no box of at least 16 pixels inside the picture.
    """
    if not any(key in parameters for key in REGION_KEYS):
        return None
    values = [parameters.get(key, 0) for key in REGION_KEYS]
    numbers = [round(float(value)) for value in values if isinstance(value, int | float)]
    if len(numbers) == len(REGION_KEYS):
        part = PixelBox(*numbers).clipped(size)
        if min(part.width, part.height) >= SMALLEST_SIDE_PX:
            return part
    raise ModelError(
        "The part of the picture to look at is too small or outside of it.",
        f"Choose a part of at least {SMALLEST_SIDE_PX} × {SMALLEST_SIDE_PX} pixels.",
    )


def cut_out(image: RgbImage, part: PixelBox) -> RgbImage:
    """The pixels of a part, on their own."""
    return np.ascontiguousarray(image[part.slices])


def put_back(item: Proposal, part: PixelBox) -> Proposal:
    """A candidate of a part in the coordinates of the whole picture."""
    soft = item.soft_mask
    return replace(
        item,
        geometry=item.geometry.moved(part.left, part.top),
        soft_mask=SoftMask(soft.box.moved(part.left, part.top), soft.values) if soft else None,
    )
