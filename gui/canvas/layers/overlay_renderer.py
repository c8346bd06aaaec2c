"""Draws many shapes into one premultiplied ARGB array with OpenCV; no Qt.

Fills go first, the largest first, so that what lies inside of another stays
visible; then a dark halo under every outline; then the outlines.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from core.document.geometry import Box
from gui.canvas.layers.contours import ContourEntry, Contours, octave_of
from gui.canvas.layers.dashes import dash_segments
from gui.canvas.layers.overlay_style import OverlayStyle, premultiplied_bgra
from gui.canvas.layers.window import RenderWindow
from gui.canvas.shapes import CanvasShape, LineStyle

ArgbArray = npt.NDArray[np.uint8]
"""Premultiplied ARGB32 as Qt keeps it: uint8 of shape (h, w, 4), channels B, G, R, A."""

SUBPIXEL_BITS = 4
HALO = (0, 0, 0, 150)
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


def render_overlay(
    scene: OverlayScene,
    window: RenderWindow,
    style: OverlayStyle,
    *,
    onto: ArgbArray | None = None,
    smooth: bool | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> ArgbArray | None:
    """The shapes in a window, drawn over ``onto`` where it is given; None when cancelled.

    ``smooth`` forces antialiased lines on or off; by default their number decides.
    """
    target = blank(window) if onto is None else onto
    visible = _visible(scene, window, style, cancelled)
    if visible is None:
        return None
    drawing = _Drawing(target, window, style, _few(visible) if smooth is None else smooth)
    for step in (drawing.fill, drawing.outline):
        if cancelled():
            return None
        step(visible)
    return target


def is_smooth(scene: OverlayScene, window: RenderWindow, style: OverlayStyle) -> bool:
    """Whether a window holds few enough segments for antialiased lines."""
    return _few(_visible(scene, window, style, lambda: False) or [])


def _few(visible: list[tuple[CanvasShape, Contours]]) -> bool:
    segments = sum(len(ring) for _, contours in visible for ring in contours.rings)
    return segments <= SMOOTH_SEGMENT_LIMIT


def _visible(
    scene: OverlayScene,
    window: RenderWindow,
    style: OverlayStyle,
    cancelled: Callable[[], bool],
) -> list[tuple[CanvasShape, Contours]] | None:
    """Shapes that may leave pixels in a window, the largest first; None when cancelled."""
    reach = window.image_box.expanded(margin_px(style) / window.scale)
    octave = octave_of(window.scale)
    visible: list[tuple[CanvasShape, Contours]] = []
    for count, index in enumerate(scene.touching(reach)):
        if count % 256 == 0 and cancelled():
            return None
        entry = scene.entries[index]
        visible.append((scene.shapes[index], entry.contours(octave, reach)))
    return visible


def blank(window: RenderWindow) -> ArgbArray:
    """A fully transparent array for a window."""
    return np.zeros((window.box.height, window.box.width, 4), np.uint8)


class _Drawing:
    """One pass over one array."""

    def __init__(
        self, target: ArgbArray, window: RenderWindow, style: OverlayStyle, smooth: bool
    ) -> None:
        self._target = target
        self._line_type = int(cv2.LINE_AA if smooth else cv2.LINE_8)
        self._style = style
        self._scale = np.float64(window.scale)
        # OpenCV's integer coordinates are pixel centres, ours are pixel edges.
        self._shift = np.array([window.box.left + 0.5, window.box.top + 0.5])

    def fill(self, visible: list[tuple[CanvasShape, Contours]]) -> None:
        if self._style.outlines_only:
            return
        groups = [
            (group, premultiplied_bgra(shape.color, shape.fill_alpha))
            for shape, contours in visible
            if shape.fill_alpha > 0
            for group in contours.groups
        ]
        rings = iter(self._fixed([ring for group, _ in groups for ring in group]))
        for group, color in groups:
            points = [next(rings) for _ in group]
            if points:
                cv2.fillPoly(self._target, points, color, cv2.LINE_8, SUBPIXEL_BITS)

    def outline(self, visible: list[tuple[CanvasShape, Contours]]) -> None:
        by_look: dict[tuple[str, LineStyle], list[npt.NDArray[np.float32]]] = defaultdict(list)
        for shape, contours in visible:
            by_look[shape.color, shape.line].extend(contours.rings)
        fixed = {look: self._fixed(rings) for look, rings in by_look.items()}
        line_type = self._line_type
        for rings in fixed.values():
            self._polylines(rings, HALO, self._style.halo_px, line_type)
        for (color, line), rings in fixed.items():
            bgra = premultiplied_bgra(color, 1.0)
            if line is LineStyle.SOLID:
                self._polylines(rings, bgra, self._style.line_px, line_type)
            else:
                self._dashes(by_look[color, line], line, bgra, line_type)
        for shape, contours in visible:
            self._lines_and_points(shape, contours)

    def _dashes(
        self,
        rings: list[npt.NDArray[np.float32]],
        line: LineStyle,
        bgra: tuple[int, int, int, int],
        line_type: int,
    ) -> None:
        on_px, off_px = self._style.dash_px if line is LineStyle.DASHED else self._style.dot_px
        inside = [self._device(ring) for ring in rings]
        segments = dash_segments(inside, on_px, off_px)
        height, width = self._target.shape[:2]
        low, high = segments.min(axis=1), segments.max(axis=1)
        rim = self._style.halo_px
        kept = np.all((high >= -rim) & (low <= (width + rim, height + rim)), axis=1)
        pieces = np.round(segments[kept] * (1 << SUBPIXEL_BITS)).astype(np.int32)
        cv2.polylines(
            self._target, list(pieces), False, bgra, self._style.line_px, line_type, SUBPIXEL_BITS
        )

    def _lines_and_points(self, shape: CanvasShape, contours: Contours) -> None:
        bgra = premultiplied_bgra(shape.color, 1.0)
        if contours.lines:
            width_px = max(round(2 * contours.line_radius_px * self._scale), self._style.line_px)
            wash = premultiplied_bgra(shape.color, max(shape.fill_alpha, 0.25))
            for line in self._fixed(list(contours.lines)):
                self._stroke([line], wash, min(width_px, 32767))
                self._stroke([line], bgra, self._style.line_px)
        if contours.points is not None:
            for x, y in self._fixed([contours.points])[0].tolist():
                radius = self._style.point_radius_px
                for reach, color in ((radius + 1, HALO), (radius, bgra)):
                    reach_fixed = reach << SUBPIXEL_BITS
                    cv2.circle(
                        self._target, (x, y), reach_fixed, color, -1, cv2.LINE_AA, SUBPIXEL_BITS
                    )

    def _stroke(
        self, lines: list[npt.NDArray[np.int32]], bgra: tuple[int, ...], width_px: int
    ) -> None:
        cv2.polylines(self._target, lines, False, bgra, width_px, cv2.LINE_AA, SUBPIXEL_BITS)

    def _polylines(
        self,
        rings: list[npt.NDArray[np.int32]],
        bgra: tuple[int, int, int, int],
        width_px: int,
        line_type: int,
    ) -> None:
        if rings:
            cv2.polylines(self._target, rings, True, bgra, width_px, line_type, SUBPIXEL_BITS)

    def _device(self, ring: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        moved: npt.NDArray[np.float32] = (ring * self._scale - self._shift).astype(np.float32)
        return moved

    def _fixed(self, rings: list[npt.NDArray[np.float32]]) -> list[npt.NDArray[np.int32]]:
        """Rings as OpenCV's fixed-point pixel centres, all transformed at once."""
        if not rings:
            return []
        points = np.concatenate(rings) * self._scale - self._shift
        fixed = np.round(points * (1 << SUBPIXEL_BITS)).astype(np.int32)
        ends = np.cumsum([len(ring) for ring in rings]).tolist()
        return [fixed[start:end] for start, end in zip([0, *ends[:-1]], ends, strict=True)]
