"""Where the image lies in the view: zoom, pan, fit, and the way between the two frames.

Pure arithmetic, no Qt. *Screen* coordinates are logical pixels of the widget,
*image* coordinates are pixel-edge floats of the document.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from core.document.geometry import Box, Size

MAX_SCALE = 96.0
SMALLEST_IMAGE_ON_SCREEN_PX = 24.0


@dataclass(frozen=True, slots=True)
class Viewport:
    """A view of ``width`` × ``height`` screen pixels onto an image.

    ``scale`` is screen pixels per image pixel; the image's corner (0, 0) lies at
    (``x``, ``y``) on the screen. Every method returns a new value.
    """

    image: Size
    width: float
    height: float
    scale: float = 1.0
    x: float = 0.0
    y: float = 0.0

    def to_screen(self, x: float, y: float) -> tuple[float, float]:
        """Screen position of an image position."""
        return x * self.scale + self.x, y * self.scale + self.y

    def to_image(self, x: float, y: float) -> tuple[float, float]:
        """Image position under a screen position; may lie outside the image."""
        return (x - self.x) / self.scale, (y - self.y) / self.scale

    def box_to_screen(self, box: Box) -> Box:
        """Screen rectangle of a box of the image."""
        x, y = self.to_screen(box.x, box.y)
        return Box(x, y, box.width * self.scale, box.height * self.scale)

    @property
    def view_box(self) -> Box:
        """What the view spans, in image coordinates, reaching beyond the image."""
        return Box.from_corners(*self.to_image(0.0, 0.0), *self.to_image(self.width, self.height))

    @property
    def visible_box(self) -> Box:
        """The part of the image that can be seen; empty when there is none."""
        return self.view_box.clipped(self.image)

    @property
    def fit_scale(self) -> float:
        """Scale at which the whole image just fits."""
        scale = min(self.width / self.image.width, self.height / self.image.height)
        return max(scale, 1e-6)

    @property
    def smallest_scale(self) -> float:
        """Farthest zoom out: a few pixels on the screen, or the fit where that is less."""
        longest = max(self.image.width, self.image.height)
        return min(self.fit_scale, SMALLEST_IMAGE_ON_SCREEN_PX / longest)

    @property
    def largest_scale(self) -> float:
        """Closest zoom; tiny images may always be zoomed to fill the view."""
        return max(MAX_SCALE, self.fit_scale)

    def fitted(self, margin_px: float = 0.0) -> Viewport:
        """The whole image, centred."""
        return self.zoomed_to(self.image.box, margin_px)

    def zoomed_to(self, box: Box, margin_px: float = 0.0) -> Viewport:
        """The view that shows a box of the image as large as possible, centred."""
        room_x = max(self.width - 2 * margin_px, 1.0)
        room_y = max(self.height - 2 * margin_px, 1.0)
        scale = min(room_x / max(box.width, 1e-9), room_y / max(box.height, 1e-9))
        return self._centred_on(*box.center, self._allowed(scale))

    def zoomed_at(self, x: float, y: float, factor: float) -> Viewport:
        """Zoom by a factor; what lies under the screen position (x, y) stays there."""
        return self.scaled_at(x, y, self.scale * factor)

    def scaled_at(self, x: float, y: float, scale: float) -> Viewport:
        """Zoom to a scale; what lies under the screen position (x, y) stays there."""
        scale = self._allowed(scale)
        ratio = scale / self.scale
        moved = replace(self, scale=scale, x=x - (x - self.x) * ratio, y=y - (y - self.y) * ratio)
        return moved.clamped()

    def panned(self, dx: float, dy: float) -> Viewport:
        """Move the image by so many screen pixels."""
        return replace(self, x=self.x + dx, y=self.y + dy).clamped()

    def resized(self, width: float, height: float) -> Viewport:
        """A view of another size that keeps its centre and its scale."""
        x, y = self.to_image(self.width / 2, self.height / 2)
        larger = replace(self, width=max(width, 1.0), height=max(height, 1.0))
        return larger._centred_on(x, y, larger._allowed(self.scale))

    def clamped(self) -> Viewport:
        """The nearest view whose centre lies on the image, so that it is never lost."""
        half_width, half_height = self.width / 2, self.height / 2
        x = min(max(self.x, half_width - self.image.width * self.scale), half_width)
        y = min(max(self.y, half_height - self.image.height * self.scale), half_height)
        return self if (x, y) == (self.x, self.y) else replace(self, x=x, y=y)

    def snapped(self, device_pixel_ratio: float) -> Viewport:
        """The same view with the image's corner on a whole device pixel.

        Then a pan moves everything by whole pixels and what was painted can be reused.
        """
        ratio = device_pixel_ratio
        return replace(
            self,
            x=math.floor(self.x * ratio + 0.5) / ratio,
            y=math.floor(self.y * ratio + 0.5) / ratio,
        )

    def _allowed(self, scale: float) -> float:
        return min(max(scale, self.smallest_scale), self.largest_scale)

    def _centred_on(self, x: float, y: float, scale: float) -> Viewport:
        left, top = self.width / 2 - x * scale, self.height / 2 - y * scale
        return replace(self, scale=scale, x=left, y=top).clamped()
