"""The thread that renders the static overlay and the superpixel boundaries.

The newest request wins. When only a few shapes changed since the last result,
only their rectangles are rendered again.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from core.document.geometry import Box, Size
from core.document.mask import PixelBox
from gui.canvas.layers.class_fill import ClassFill, draw_classes
from gui.canvas.layers.contours import ContourCache
from gui.canvas.layers.overlay_renderer import (
    OverlayScene,
    draw_overlay,
    is_smooth,
    margin_px,
    visible_shapes,
)
from gui.canvas.layers.overlay_style import OverlayStyle
from gui.canvas.layers.raster import ArgbArray, blank
from gui.canvas.layers.scene_changes import changed_boxes
from gui.canvas.layers.superpixel_boundaries import Superpixels, draw_boundaries
from gui.canvas.layers.window import RenderWindow
from gui.canvas.shapes import CanvasShape

MOST_PATCHES = 8
PATCH_RIM_PX = 8
"""Patches are rendered a little larger and cut, so that no line ends at their rim."""


@dataclass(frozen=True, slots=True, eq=False)
class OverlayRequest:
    """Everything one rendering needs; nothing live.

    ``generation`` grows with every request. ``image_number`` tells pictures apart:
    nothing of one is ever shown over another.
    """

    generation: int
    image_number: int
    image: Size
    window: RenderWindow
    style: OverlayStyle
    shapes: Sequence[CanvasShape]
    labels: Superpixels | None = None
    classes: ClassFill | None = None


@dataclass(frozen=True, slots=True, eq=False)
class OverlayResult:
    """Pixels of a request: the whole window, or patches of the window rendered before."""

    request: OverlayRequest
    pixels: ArgbArray | None
    patches: tuple[tuple[PixelBox, ArgbArray], ...] = ()


class OverlayWorker:
    """Owns the rendering thread; ``notify`` is called on it whenever a result is there."""

    def __init__(self, cache: ContourCache, notify: Callable[[], None]) -> None:
        self._cache = cache
        self._notify = notify
        self._changed = threading.Condition()
        self._pending: OverlayRequest | None = None
        self._busy = False
        self._stopping = False
        self._results: deque[OverlayResult] = deque()
        self._rendered: OverlayRequest | None = None
        self._scene = OverlayScene.of((), ())
        self._scene_shapes: Sequence[CanvasShape] = ()
        self._smooth = True
        self._start()

    def _start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="canvas overlay", daemon=True)
        self._thread.start()

    def request(self, request: OverlayRequest) -> None:
        """Render this next; it replaces what has not been begun."""
        with self._changed:
            self._pending = request
            self._changed.notify_all()
        if not self._thread.is_alive() and not self._stopping:
            # An unexpected error ended it, and was reported: the next picture gets a new one.
            self._rendered = None
            self._start()

    def take_results(self) -> list[OverlayResult]:
        """Results since the last call, in order."""
        with self._changed:
            taken = list(self._results)
            self._results.clear()
        return taken

    def wait_until_idle(self, timeout_s: float) -> bool:
        """Block until nothing is left to render; False when the time ran out."""
        with self._changed:
            return self._changed.wait_for(
                lambda: self._pending is None and not self._busy, timeout_s
            )

    def stop(self) -> None:
        """End the thread and wait for it; may be called twice."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._thread is not threading.current_thread():
            self._thread.join()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._busy = False
                self._changed.notify_all()
                self._changed.wait_for(lambda: self._pending is not None or self._stopping)
                if self._stopping:
                    return
                request, self._pending = self._pending, None
                self._busy = True
            assert request is not None  # noqa: S101 (wait_for guarantees it)
            result = self._render(request)
            if result is not None:
                with self._changed:
                    self._results.append(result)
                self._notify()

    def _render(self, request: OverlayRequest) -> OverlayResult | None:
        before, self._rendered = self._rendered, None
        boxes = self._take_over(request.shapes)
        patches = None if before is None else self._patches(before, request, boxes)
        if patches is None:
            pixels = self._render_all(request)
            if pixels is None:
                return None
            result = OverlayResult(request, pixels)
        else:
            result = OverlayResult(request, None, patches)
        self._rendered = request
        return result

    def _take_over(self, shapes: Sequence[CanvasShape]) -> list[Box] | None:
        """Make a new list the scene; the boxes that changed, None for all of it."""
        if shapes is self._scene_shapes:
            return []
        entries = self._cache.entries([shape.geometry for shape in shapes])
        scene = OverlayScene.of(shapes, entries)
        boxes = changed_boxes(self._scene, scene, MOST_PATCHES)
        self._scene, self._scene_shapes = scene, shapes
        return boxes

    def _patches(
        self, before: OverlayRequest, request: OverlayRequest, boxes: list[Box] | None
    ) -> tuple[tuple[PixelBox, ArgbArray], ...] | None:
        same_view = (
            boxes is not None
            and before.window == request.window
            and before.style == request.style
            and before.labels is request.labels
            and before.classes is request.classes
            and before.image_number == request.image_number
        )
        if not same_view or boxes is None:
            return None
        margin = margin_px(request.style)
        pieces = [request.window.limited_to(box, margin) for box in boxes]
        area = sum(piece.box.width * piece.box.height for piece in pieces)
        if area * 2 > request.window.box.width * request.window.box.height:
            return None
        return tuple(
            (piece.box, self._render_patch(request, piece))
            for piece in pieces
            if not piece.box.is_empty
        )

    def _render_patch(self, request: OverlayRequest, piece: RenderWindow) -> ArgbArray:
        box, rim = piece.box, PATCH_RIM_PX
        larger = RenderWindow(
            piece.scale,
            PixelBox(box.left - rim, box.top - rim, box.width + 2 * rim, box.height + 2 * rim),
        )
        target = self._background(request, larger)
        visible = visible_shapes(self._scene, larger, request.style, lambda: False)
        draw_overlay(target, visible, larger, request.style, smooth=self._smooth)
        return np.ascontiguousarray(target[rim : rim + box.height, rim : rim + box.width])

    def _render_all(self, request: OverlayRequest) -> ArgbArray | None:
        window, style = request.window, request.style
        visible = visible_shapes(self._scene, window, style, lambda: self._is_superseded(request))
        if self._is_superseded(request):
            return None
        target = self._background(request, window)
        self._smooth = is_smooth(visible)
        draw_overlay(target, visible, window, style, smooth=self._smooth)
        return target

    def _background(self, request: OverlayRequest, window: RenderWindow) -> ArgbArray:
        target = blank(window)
        if request.classes is not None:
            style = request.style
            strength = 0.0 if style.outlines_only else style.fill_strength
            draw_classes(target, request.classes, request.image, window, fill_strength=strength)
        if request.labels is not None:
            line_px = max(request.style.line_px // 2, 1)
            draw_boundaries(target, request.labels, request.image, window, line_px)
        return target

    def _is_superseded(self, request: OverlayRequest) -> bool:
        """A rendering for another zoom or picture is dropped; one for a pan is of use."""
        pending = self._pending
        return self._stopping or (
            pending is not None
            and (
                pending.window.scale != request.window.scale
                or pending.image_number != request.image_number
            )
        )
