"""Draws the objects of an image over its thumbnail; OpenCV only, for background threads."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from core.document.annotation import Annotation
from core.document.document import ImageDocument, ProjectState
from core.document.mask import PixelBox
from core.imaging.arrays import RgbImage
from core.imaging.thumbnails import Thumbnail
from gui.canvas.layers.contours import ContourCache
from gui.canvas.layers.overlay_renderer import OverlayScene, render_overlay
from gui.canvas.layers.overlay_style import OverlayStyle
from gui.canvas.layers.window import RenderWindow
from gui.canvas.shapes import CanvasShape, LineStyle

FILL_ALPHA = 0.45
UNKNOWN_COLOR = "#9a9a9a"
_STYLE = OverlayStyle(
    line_px=1,
    halo_px=1,
    smooth_offsets=((0.0, 0.0),),
    smooth_halo_px=1,
    point_radius_px=2,
)
"""Without a dark rim, which would hide small objects."""


def with_objects(
    thumbnail: Thumbnail, document: ImageDocument, state: ProjectState, layer_ids: Collection[int]
) -> RgbImage:
    """The thumbnail with the objects of these layers, uint8 of its shape, a new array.

    All outlines are solid: at this size dashes would only be gaps.
    """
    rgb = thumbnail.rgb
    shapes = [
        CanvasShape(item.id, geometry, _color(item, state), LineStyle.SOLID, FILL_ALPHA)
        for layer_id in sorted(layer_ids)
        for item in document.in_layer(layer_id)
        if not item.hidden
        for geometry in (item.geometry, item.keypoints)
        if geometry is not None
    ]
    if not shapes:
        return rgb
    entries = ContourCache().entries([shape.geometry for shape in shapes])
    height, width = rgb.shape[:2]
    window = RenderWindow(thumbnail.scale, PixelBox(thumbnail.left, thumbnail.top, width, height))
    overlay = render_overlay(OverlayScene.of(shapes, entries), window, _STYLE)
    clear = 255 - overlay[:, :, 3:].astype(np.uint16)
    mixed = overlay[:, :, 2::-1] + (rgb * clear + 127) // 255
    return np.ascontiguousarray(np.minimum(mixed, 255), np.uint8)


def _color(item: Annotation, state: ProjectState) -> str:
    """Grey for a label that came after the state was looked at; it is drawn again soon."""
    label = state.labels.get(item.label_id)
    return UNKNOWN_COLOR if label is None else label.color
