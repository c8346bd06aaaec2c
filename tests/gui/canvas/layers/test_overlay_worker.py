import threading
from collections.abc import Iterator

import numpy as np
import pytest

from core.document.geometry import Box, Polygon, Size
from core.document.mask import PixelBox
from gui.canvas.layers.contours import ContourCache
from gui.canvas.layers.overlay_renderer import OverlayScene, render_overlay
from gui.canvas.layers.overlay_style import OverlayStyle
from gui.canvas.layers.overlay_worker import OverlayRequest, OverlayResult, OverlayWorker
from gui.canvas.layers.window import RenderWindow
from gui.canvas.shapes import CanvasShape

IMAGE = Size(400, 300)
WINDOW = RenderWindow(1.0, PixelBox(-5, -5, 410, 310))


class Bench:
    """A worker, and what it delivered put together as the window would."""

    def __init__(self) -> None:
        self.notified = threading.Event()
        self.worker = OverlayWorker(ContourCache(), self.notified.set)
        self._generation = 0

    def render(
        self, shapes: tuple[CanvasShape, ...], window: RenderWindow = WINDOW, image_number: int = 1
    ) -> OverlayResult:
        self._generation += 1
        self.worker.request(
            OverlayRequest(self._generation, image_number, IMAGE, window, OverlayStyle(), shapes)
        )
        assert self.worker.wait_until_idle(10)
        [result] = self.worker.take_results()
        return result


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.worker.stop()


def shapes_at_random(count: int, seed: int = 1) -> tuple[CanvasShape, ...]:
    rng = np.random.default_rng(seed)
    return tuple(
        CanvasShape(
            number, Polygon.from_points(rng.random((7, 2)) * 40 + rng.random(2) * 260), "#11aa55"
        )
        for number in range(count)
    )


def slow_reference(shapes: tuple[CanvasShape, ...]) -> np.ndarray:
    entries = ContourCache().entries([shape.geometry for shape in shapes])
    return render_overlay(OverlayScene.of(shapes, entries), WINDOW, OverlayStyle())


def test_a_first_request_renders_the_whole_window(bench: Bench) -> None:
    shapes = shapes_at_random(10)
    result = bench.render(shapes)
    assert result.pixels is not None
    assert np.array_equal(result.pixels, slow_reference(shapes))
    assert bench.notified.is_set()


def test_edits_render_patches_that_equal_a_full_rendering(bench: Bench) -> None:
    shapes = shapes_at_random(30)
    result = bench.render(shapes)
    assert result.pixels is not None
    pixels = result.pixels.copy()
    rng = np.random.default_rng(8)
    for step in range(12):
        edited = list(shapes)
        place = int(rng.integers(len(edited)))
        before = edited[place]
        if step % 4 == 0:
            edited.append(CanvasShape(1000 + step, Box(20.0 * step, 40.0, 30, 30), "#ff8800"))
        elif step % 4 == 1:
            del edited[place]
        elif step % 4 == 2:
            moved = before.geometry.moved(5, -3)
            edited[place] = CanvasShape(before.id, moved, before.color)
        else:
            edited[place] = CanvasShape(before.id, before.geometry, "#2233ff")
        shapes = tuple(edited)
        result = bench.render(shapes)
        assert result.pixels is None, "a single edit renders no whole window"
        for box, patch in result.patches:
            left, top = box.left - WINDOW.box.left, box.top - WINDOW.box.top
            pixels[top : top + box.height, left : left + box.width] = patch
        difference = np.abs(pixels.astype(int) - slow_reference(shapes)).max()
        assert difference <= 16, f"after step {step}"


def test_many_edits_a_new_order_or_another_view_render_the_whole(bench: Bench) -> None:
    shapes = shapes_at_random(30)
    bench.render(shapes)
    assert bench.render(shapes_at_random(30, seed=2)).pixels is not None
    assert bench.render(shapes).pixels is not None
    assert bench.render(shapes[::-1]).pixels is not None
    other = RenderWindow(1.0, PixelBox(0, 0, 200, 200))
    assert bench.render(shapes[::-1], other).pixels is not None
    assert bench.render(shapes[::-1], other, image_number=2).pixels is not None


def test_the_same_list_again_renders_nothing(bench: Bench) -> None:
    shapes = shapes_at_random(3)
    bench.render(shapes)
    result = bench.render(shapes)
    assert (result.pixels, result.patches) == (None, ())


def test_the_newest_request_is_the_one_that_is_rendered_last(bench: Bench) -> None:
    lists = [shapes_at_random(40, seed=seed) for seed in range(20)]
    for generation, shapes in enumerate(lists):
        bench.worker.request(OverlayRequest(generation, 1, IMAGE, WINDOW, OverlayStyle(), shapes))
    assert bench.worker.wait_until_idle(10)
    results = bench.worker.take_results()
    generations = [result.request.generation for result in results]
    assert generations == sorted(generations)
    assert generations[-1] == 19
    assert results[-1].pixels is not None
    assert np.array_equal(results[-1].pixels, slow_reference(lists[-1]))


def test_stop_ends_the_thread_and_may_be_repeated(bench: Bench) -> None:
    bench.render(shapes_at_random(5))
    bench.worker.stop()
    bench.worker.stop()
    assert not any(thread.name == "canvas overlay" for thread in threading.enumerate())
