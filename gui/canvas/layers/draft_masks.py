"""Pixels of a draft as they look on the screen; NumPy and OpenCV, no Qt."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from core.document.mask import BoolArray, Mask, PixelBox
from core.document.packed_rows import unpacked_rows
from gui.canvas.layers.overlay_style import premultiplied_bgra
from gui.canvas.layers.raster import ArgbArray, paint_where
from gui.canvas.layers.window import RenderWindow
from gui.tools.draft import DraftMask
from gui.tools.live_mask import StrokePixels

HALO = (0, 0, 0, 150)
ERASED_COLOR = "#ffffff"
RIM_PX = 6
"""Outline and halo need so many device pixels around what is painted."""


def render_draft_mask(
    draft: DraftMask, color: str, window: RenderWindow, line_px: int
) -> ArgbArray:
    """A draft mask in a window, uint8 of shape (h, w, 4), premultiplied.

    What is held already is filled more strongly than what a click would take;
    what is taken away is dark with a white outline.
    """
    larger = _with_rim(window.box, RIM_PX)
    inside = sampled(draft.mask, RenderWindow(window.scale, larger)).view(np.uint8)
    line, halo = _outline(inside, line_px)
    pixels = np.zeros((*inside.shape, 4), np.uint8)
    if draft.subtract:
        fill, edge = (0, 0, 0, 120 if draft.committed else 70), ERASED_COLOR
    else:
        fill, edge = premultiplied_bgra(color, 0.5 if draft.committed else 0.35), color
    paint_where(pixels, inside.view(np.bool_), fill)
    paint_where(pixels, halo, HALO)
    paint_where(pixels, line, premultiplied_bgra(edge, 1.0))
    return np.ascontiguousarray(pixels[RIM_PX:-RIM_PX, RIM_PX:-RIM_PX])


def sampled(mask: Mask | StrokePixels, window: RenderWindow) -> BoolArray:
    """Whether the mask holds the image pixel under the centre of each device pixel."""
    result = np.zeros((window.box.height, window.box.width), np.bool_)
    touched = window.pixels_of(mask.bounds).intersected(window.box)
    if mask.is_empty or touched.is_empty:
        return result
    scale, box = window.scale, mask.box
    rows, row_inside = _sources(touched.top, touched.height, scale, box.top, box.height)
    columns, column_inside = _sources(touched.left, touched.width, scale, box.left, box.width)
    top, left = int(rows.min()), int(columns.min())
    part = PixelBox(left, top, int(columns.max()) + 1 - left, int(rows.max()) + 1 - top)
    pixels = _part(mask, part)[rows - top][:, columns - left]
    pixels &= row_inside[:, None] & column_inside
    top, left = touched.top - window.box.top, touched.left - window.box.left
    result[top : top + touched.height, left : left + touched.width] = pixels
    return result


def _part(mask: Mask | StrokePixels, part: PixelBox) -> BoolArray:
    """Pixels of a rectangle given from the corner of the mask's box."""
    if isinstance(mask, StrokePixels):
        box = mask.box
        placed = PixelBox(box.left + part.left, box.top + part.top, part.width, part.height)
        return mask.pixels_in(placed)
    rows = unpacked_rows(mask.bits, mask.box.width, part.top, part.bottom)
    return rows[:, part.left : part.right]


def changed_box(before: Mask | StrokePixels, after: Mask | StrokePixels) -> PixelBox:
    """A box around every pixel in which two masks differ; not always the tightest one."""
    if isinstance(before, Mask) and isinstance(after, Mask):
        return _changed_box_of_masks(before, after)
    if (
        isinstance(before, StrokePixels)
        and isinstance(after, StrokePixels)
        and before.stroke is after.stroke
    ):
        return after.grown_since(before)
    return before.box.united(after.box)


def _changed_box_of_masks(before: Mask, after: Mask) -> PixelBox:
    return PixelBox(0, 0, 0, 0) if before is after else before.difference(after).box


def _outline(
    inside: npt.NDArray[np.uint8], line_px: int
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """A line along the inner edge, and a dark rim around it."""
    kernel = np.ones((line_px * 2 - 1, line_px * 2 - 1), np.uint8)
    core = cv2.erode(inside, kernel, borderType=cv2.BORDER_REPLICATE)
    wide = cv2.dilate(inside, np.ones((3, 3), np.uint8), borderType=cv2.BORDER_REPLICATE)
    line = (inside != core) & (inside != 0)
    return line, (wide != 0) & (inside == 0)


def _sources(
    start: int, count: int, scale: float, low: int, extent: int
) -> tuple[npt.NDArray[np.intp], BoolArray]:
    """Index within the mask of each device pixel's centre, and whether it lies inside."""
    places = np.floor((np.arange(start, start + count) + 0.5) / scale).astype(np.intp) - low
    inside: BoolArray = (places >= 0) & (places < extent)
    return np.clip(places, 0, extent - 1), inside


def _with_rim(box: PixelBox, rim: int) -> PixelBox:
    return PixelBox(box.left - rim, box.top - rim, box.width + 2 * rim, box.height + 2 * rim)
