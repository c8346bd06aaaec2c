"""A class per pixel, drawn at the resolution of the view."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.document.geometry import Size
from gui.canvas.layers.overlay_style import premultiplied_bgra
from gui.canvas.layers.raster import ArgbArray
from gui.canvas.layers.superpixel_boundaries import sources
from gui.canvas.layers.window import RenderWindow

FILL_ALPHA = 0.38
_CODES = 65536


@dataclass(frozen=True, slots=True, eq=False)
class ClassFill:
    """The classes of the pixels of an image and how each looks.

    ``classes`` is uint16 of shape (height, width); ``fills`` and ``lines`` are
    premultiplied ARGB32 values as uint32 (65536,), 0 for what is not drawn.
    """

    classes: npt.NDArray[np.uint16]
    fills: npt.NDArray[np.uint32]
    lines: npt.NDArray[np.uint32]

    @classmethod
    def of(cls, classes: npt.NDArray[np.uint16], colors: Mapping[int, str]) -> ClassFill:
        """Classes with colours ``#rrggbb`` by label id; others are not drawn."""
        fills, lines = np.zeros(_CODES, np.uint32), np.zeros(_CODES, np.uint32)
        for code, color in colors.items():
            fills[code] = _value(premultiplied_bgra(color, FILL_ALPHA))
            lines[code] = _value(premultiplied_bgra(color, 0.9))
        return cls(classes, fills, lines)


def draw_classes(
    target: ArgbArray,
    shown: ClassFill,
    image: Size,
    window: RenderWindow,
    *,
    fill_strength: float = 1.0,
) -> None:
    """Draw fills, and a line along the inner edge of every class, in place.

    ``fill_strength`` 0 leaves the lines alone.
    """
    inside = window.pixels_of(image.box).intersected(window.box)
    if inside.is_empty:
        return
    scale = window.scale
    height, width = shown.classes.shape
    rows = sources(inside.top - 1, inside.height + 2, scale, image.height, height)
    columns = sources(inside.left - 1, inside.width + 2, scale, image.width, width)
    sampled = shown.classes[rows][:, columns]
    middle = sampled[1:-1, 1:-1]
    edge = (middle != sampled[:-2, 1:-1]) | (middle != sampled[1:-1, :-2])
    edge |= (middle != sampled[2:, 1:-1]) | (middle != sampled[1:-1, 2:])
    pixels = _weakened(shown.fills, fill_strength).take(middle)
    np.copyto(pixels, shown.lines.take(middle), where=edge)
    left, top = inside.left - window.box.left, inside.top - window.box.top
    part = target[top : top + inside.height, left : left + inside.width]
    np.copyto(part, pixels[:, :, None].view(np.uint8), where=(pixels != 0)[:, :, None])


def _weakened(fills: npt.NDArray[np.uint32], strength: float) -> npt.NDArray[np.uint32]:
    """The fills with all four premultiplied channels scaled alike."""
    if strength == 1.0:
        return fills
    scaled = (fills.view(np.uint8) * np.float32(strength)).clip(0, 255)
    return scaled.astype(np.uint8).view(np.uint32)


def _value(bgra: tuple[int, int, int, int]) -> int:
    return int(np.array(bgra, np.uint8).view(np.uint32)[0])
