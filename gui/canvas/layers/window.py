"""A rectangle of device pixels over the image at one scale: what a layer renders into."""

from __future__ import annotations

import math
from dataclasses import dataclass

from core.document.geometry import Box
from core.document.mask import PixelBox
from gui.canvas.viewport import Viewport


@dataclass(frozen=True, slots=True)
class RenderWindow:
    """Device pixels ``box`` of the image drawn at ``scale`` device pixels per image pixel.

    The device pixel in column ``c`` of the drawn image covers the image
    coordinates ``[c / scale, (c + 1) / scale)``. Windows of one scale share one
    raster, so a part of one can be copied into another.
    """

    scale: float
    box: PixelBox

    @classmethod
    def of_view(cls, view: Viewport, device_pixel_ratio: float) -> RenderWindow:
        """The window that a snapped viewport shows."""
        ratio = device_pixel_ratio
        left, top = -round(view.x * ratio), -round(view.y * ratio)
        width, height = math.ceil(view.width * ratio), math.ceil(view.height * ratio)
        return cls(view.scale * ratio, PixelBox(left, top, width, height))

    @property
    def image_box(self) -> Box:
        """What the window covers, in image coordinates."""
        box = self.box
        return Box(
            box.left / self.scale,
            box.top / self.scale,
            box.width / self.scale,
            box.height / self.scale,
        )

    def grown(self, fraction: float) -> RenderWindow:
        """A window that reaches farther on all sides by a fraction of its size."""
        dx, dy = round(self.box.width * fraction), round(self.box.height * fraction)
        box = self.box
        return RenderWindow(
            self.scale,
            PixelBox(box.left - dx, box.top - dy, box.width + 2 * dx, box.height + 2 * dy),
        )

    def limited_to(self, box: Box, margin_px: int) -> RenderWindow:
        """The part over a box of the image, with a margin in device pixels."""
        around = self.pixels_of(box, margin_px)
        return RenderWindow(self.scale, self.box.intersected(around))

    def pixels_of(self, box: Box, margin_px: int = 0) -> PixelBox:
        """Device pixels of the drawn image that a box of the image touches."""
        scaled = Box(
            box.x * self.scale, box.y * self.scale, box.width * self.scale, box.height * self.scale
        )
        return PixelBox.around(scaled.expanded(margin_px))

    def covers(self, other: RenderWindow) -> bool:
        """Whether the other one, of the same scale, lies inside."""
        return self.scale == other.scale and self.box.intersected(other.box) == other.box
