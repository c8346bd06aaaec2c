"""Draws the outlines of many shapes with OpenCV: a dark halo, then lines by look.

With few segments in view lines are antialiased. With very many they are drawn
one pixel thin and widened together, which takes a tenth of the time.
"""

from __future__ import annotations

from collections import defaultdict

import cv2
import numpy as np
import numpy.typing as npt

from core.document.geometry import Keypoints, Visibility
from core.editing.skeletons import skeleton_lines
from gui.canvas.layers.contours import Contours, RingArray
from gui.canvas.layers.dashes import dash_segments
from gui.canvas.layers.overlay_style import OverlayStyle, premultiplied_bgra
from gui.canvas.layers.raster import SUBPIXEL_BITS, ArgbArray, Raster, paint_where, to_fixed
from gui.canvas.shapes import CanvasShape, LineStyle

HALO = (0, 0, 0, 150)
FixedArray = npt.NDArray[np.int32]
Look = tuple[str, LineStyle]


def draw_outlines(
    target: ArgbArray,
    visible: list[tuple[CanvasShape, Contours]],
    raster: Raster,
    style: OverlayStyle,
    *,
    smooth: bool,
) -> None:
    """Draw all closed outlines into an array, in place."""
    by_look: dict[Look, list[RingArray]] = defaultdict(list)
    for shape, contours in visible:
        by_look[shape.color, shape.line].extend(contours.rings)
    whole = {look: raster.fixed(rings) for look, rings in by_look.items()}
    pieces = {
        look: whole[look] if look[1] is LineStyle.SOLID else _pieces(rings, look[1], raster, style)
        for look, rings in by_look.items()
    }
    draw = _draw_smooth if smooth else _draw_crowd
    draw(target, whole, pieces, style)


def draw_lines_and_points(
    target: ArgbArray,
    visible: list[tuple[CanvasShape, Contours]],
    raster: Raster,
    style: OverlayStyle,
) -> None:
    """Draw scribbles with their true width, and keypoints, in place."""
    for shape, contours in visible:
        if contours.lines:
            wash = premultiplied_bgra(shape.color, max(shape.fill_alpha, 0.25))
            width_px = max(round(2 * contours.line_radius_px * raster.scale), style.line_px)
            lines = raster.fixed(contours.lines)
            _polylines(target, lines, wash, min(width_px, 32767), is_closed=False)
            bgra = premultiplied_bgra(shape.color, 1.0)
            _lines(target, lines, bgra, style, is_closed=False)
        if isinstance(shape.geometry, Keypoints):
            _draw_keypoints(target, shape, shape.geometry, raster, style)


def _draw_smooth(
    target: ArgbArray,
    whole: dict[Look, list[FixedArray]],
    pieces: dict[Look, list[FixedArray]],
    style: OverlayStyle,
) -> None:
    for rings in whole.values():
        _polylines(target, rings, HALO, style.smooth_halo_px, is_closed=True)
    for (color, line), drawn in pieces.items():
        bgra = premultiplied_bgra(color, 1.0)
        if line is LineStyle.DOTTED:
            _polylines(target, drawn, bgra, style.smooth_dot_px, is_closed=False)
        else:
            _lines(target, drawn, bgra, style, is_closed=line is LineStyle.SOLID)


def _draw_crowd(
    target: ArgbArray,
    whole: dict[Look, list[FixedArray]],
    pieces: dict[Look, list[FixedArray]],
    style: OverlayStyle,
) -> None:
    halo = np.zeros(target.shape[:2], np.uint8)
    lines = np.zeros_like(target)
    for rings in whole.values():
        cv2.polylines(halo, rings, True, 1, 1, cv2.LINE_8, SUBPIXEL_BITS)
    for (color, line), drawn in pieces.items():
        bgra = premultiplied_bgra(color, 1.0)
        closed = line is LineStyle.SOLID
        cv2.polylines(lines, drawn, closed, bgra, 1, cv2.LINE_8, SUBPIXEL_BITS)
    halo = _widened(halo, style.halo_px)
    lines = _widened(lines, style.line_px)
    paint_where(target, halo.view(np.bool_), HALO)
    whole_pixels = lines.view(np.uint32)
    np.copyto(target.view(np.uint32), whole_pixels, where=whole_pixels != 0)


def _pieces(
    rings: list[RingArray], line: LineStyle, raster: Raster, style: OverlayStyle
) -> list[FixedArray]:
    """Dashes or dots along rings, those outside of the array left out."""
    on_px, off_px = style.dash_px if line is LineStyle.DASHED else style.dot_px
    segments = dash_segments([raster.placed(ring) for ring in rings], on_px, off_px)
    low, high = segments.min(axis=1), segments.max(axis=1)
    rim = style.halo_px
    extent = raster.width_px + rim, raster.height_px + rim
    kept = np.all((high >= -rim) & (low <= extent), axis=1)
    return list(to_fixed(segments[kept]))


def _draw_keypoints(
    target: ArgbArray,
    shape: CanvasShape,
    keypoints: Keypoints,
    raster: Raster,
    style: OverlayStyle,
) -> None:
    """The lines of the skeleton, then the points; a hidden one is hollow."""
    bgra = premultiplied_bgra(shape.color, 1.0)
    lines = raster.fixed([np.array(line) for line in skeleton_lines(keypoints, shape.edges)])
    _polylines(target, lines, HALO, style.smooth_halo_px, is_closed=False)
    _lines(target, lines, bgra, style, is_closed=False)
    labelled = [(x, y, seen) for x, y, seen in keypoints.points if seen]
    if not labelled:
        return
    places = raster.fixed([np.array([(x, y) for x, y, _ in labelled])])[0].tolist()
    for (x, y), (_, _, seen) in zip(places, labelled, strict=True):
        _dot(target, (x, y), style.point_radius_px + 1, HALO)
        _dot(target, (x, y), style.point_radius_px, bgra)
        if seen is Visibility.HIDDEN:
            _dot(target, (x, y), max(style.point_radius_px - 2, 1), (0, 0, 0, 255))


def _dot(
    target: ArgbArray, place: tuple[int, int], radius_px: int, bgra: tuple[int, int, int, int]
) -> None:
    cv2.circle(target, place, radius_px << SUBPIXEL_BITS, bgra, -1, cv2.LINE_AA, SUBPIXEL_BITS)


def _lines(
    target: ArgbArray,
    lines: list[FixedArray],
    bgra: tuple[int, int, int, int],
    style: OverlayStyle,
    *,
    is_closed: bool,
) -> None:
    for offset in style.smooth_offsets:
        moved = lines
        if offset != (0.0, 0.0):
            shift = to_fixed(np.array(offset))
            moved = [line + shift for line in lines]
        _polylines(target, moved, bgra, style.smooth_line_px, is_closed=is_closed)


def _polylines(
    target: ArgbArray,
    lines: list[FixedArray],
    bgra: tuple[int, int, int, int],
    width_px: int,
    *,
    is_closed: bool,
) -> None:
    if lines:
        cv2.polylines(target, lines, is_closed, bgra, width_px, cv2.LINE_AA, SUBPIXEL_BITS)


def _widened(pixels: npt.NDArray[np.uint8], width_px: int) -> npt.NDArray[np.uint8]:
    """One-pixel lines made wider; an even width grows towards the edge that the line is for."""
    anchor = (width_px - 1) // 2
    kernel = np.ones((width_px, width_px), np.uint8)
    widened: npt.NDArray[np.uint8] = cv2.dilate(pixels, kernel, anchor=(anchor, anchor))
    return widened
