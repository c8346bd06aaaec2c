"""Draws many shapes into one premultiplied ARGB array with OpenCV; no Qt.

Fills go first, the largest first, so that what lies inside of another stays
visible; then a dark halo under every outline; then the outlines.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from core.document.geometry import Box
from gui.canvas.layers.contours import ContourEntry, Contours, RingArray, octave_of
from gui.canvas.layers.outlines import draw_lines_and_points, draw_outlines
from gui.canvas.layers.overlay_style import OverlayStyle, premultiplied_bgra
from gui.canvas.layers.raster import SUBPIXEL_BITS, ArgbArray, Raster, blank
from gui.canvas.layers.window import RenderWindow
from gui.canvas.shapes import CanvasShape

SMOOTH_SEGMENT_LIMIT = 30_000
"""Above so many segments in view lines are drawn without antialiasing: five times faster."""


@dataclass(frozen=True, slots=True, eq=False)
class OverlayScene:
    """Shapes in drawing order with their outlines and bounds.

    ``bounds`` is float64 of shape (n, 4): left, top, right, bottom in image coordinates.
    """

    shapes: Sequence[CanvasShape]
    entries: Sequence[ContourEntry]
    bounds: npt.NDArray[np.float64]

    @classmethod
    def of(cls, shapes: Sequence[CanvasShape], entries: Sequence[ContourEntry]) -> OverlayScene:
        """A scene of shapes and the cache entries of their geometries."""
        boxes = [entry.bounds for entry in entries]
        places = np.array([(box.x, box.y, box.width, box.height) for box in boxes], np.float64)
        bounds = places.reshape(-1, 4)
        bounds[:, 2:] += bounds[:, :2]
        return cls(shapes, entries, bounds)

    def touching(self, box: Box) -> list[int]:
        """Indices of the shapes whose bounds touch a box, the largest first."""
        left, top, right, bottom = self.bounds.T
        hit = (left <= box.right) & (right >= box.x) & (top <= box.bottom) & (bottom >= box.y)
        found = np.flatnonzero(hit)
        areas = (right[found] - left[found]) * (bottom[found] - top[found])
        return [int(index) for index in found[np.argsort(-areas, kind="stable")]]


def margin_px(style: OverlayStyle) -> int:
    """How far outside of its geometry a shape may leave pixels."""
    return style.halo_px + style.point_radius_px + 1


VisibleShapes = list[tuple[CanvasShape, Contours]]
"""Shapes that may leave pixels in a window, with their outlines, the largest first."""


def render_overlay(scene: OverlayScene, window: RenderWindow, style: OverlayStyle) -> ArgbArray:
    """The shapes in a window, over nothing."""
    target = blank(window)
    visible = visible_shapes(scene, window, style, lambda: False)
    draw_overlay(target, visible, window, style, smooth=is_smooth(visible))
    return target


def visible_shapes(
    scene: OverlayScene,
    window: RenderWindow,
    style: OverlayStyle,
    cancelled: Callable[[], bool],
) -> VisibleShapes:
    """What to draw in a window; makes the outlines that are missing, ends early when cancelled."""
    reach = window.image_box.expanded(margin_px(style) / window.scale)
    octave = octave_of(window.scale)
    visible: VisibleShapes = []
    for count, index in enumerate(scene.touching(reach)):
        if count % 256 == 0 and cancelled():
            break
        visible.append((scene.shapes[index], scene.entries[index].contours(octave, reach)))
    return visible


def is_smooth(visible: VisibleShapes) -> bool:
    """Whether there are few enough segments for antialiased lines."""
    segments = sum(len(ring) for _, contours in visible for ring in contours.rings)
    return segments <= SMOOTH_SEGMENT_LIMIT


def draw_overlay(
    target: ArgbArray,
    visible: VisibleShapes,
    window: RenderWindow,
    style: OverlayStyle,
    *,
    smooth: bool,
) -> None:
    """Draw shapes into a window's array, in place."""
    raster = Raster(window)
    if not style.outlines_only and style.fill_strength > 0:
        _fill(target, visible, raster, style.fill_strength)
    draw_outlines(target, visible, raster, style, smooth=smooth)
    draw_lines_and_points(target, visible, raster, style)


def _fill(target: ArgbArray, visible: VisibleShapes, raster: Raster, strength: float) -> None:
    colors: dict[tuple[str, float], tuple[int, int, int, int]] = {}
    groups: list[tuple[tuple[RingArray, ...], tuple[int, int, int, int]]] = []
    for shape, contours in visible:
        if shape.fill_alpha > 0:
            look = shape.color, shape.fill_alpha
            if look not in colors:
                colors[look] = premultiplied_bgra(look[0], min(look[1] * strength, 1.0))
            groups.extend((group, colors[look]) for group in contours.groups if group)
    rings = raster.fixed([ring for group, _ in groups for ring in group])
    place = 0
    for group, color in groups:
        cv2.fillPoly(target, rings[place : place + len(group)], color, cv2.LINE_8, SUBPIXEL_BITS)
        place += len(group)
