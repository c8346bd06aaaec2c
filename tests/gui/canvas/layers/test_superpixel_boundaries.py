import numpy as np
import pytest

from core.document.geometry import Size
from core.document.mask import PixelBox
from gui.canvas.layers.raster import blank
from gui.canvas.layers.superpixel_boundaries import LINE, Superpixels, draw_boundaries
from gui.canvas.layers.window import RenderWindow


@pytest.mark.parametrize("scale", [0.5, 1.0, 2.5, 8.0])
@pytest.mark.parametrize("reduction", [1, 2])
def test_a_line_runs_where_two_labels_meet(scale: float, reduction: int) -> None:
    labels = np.zeros((40 // reduction, 60 // reduction), np.int32)
    labels[:, 30 // reduction :] = 7
    window = RenderWindow(scale, PixelBox(0, 0, round(60 * scale), round(40 * scale)))
    target = blank(window)
    draw_boundaries(target, Superpixels(labels), Size(60, 40), window, 1)
    line = (target == LINE).all(axis=2)
    assert np.flatnonzero(line.all(axis=0)).tolist() == [round(30 * scale)]
    assert line.sum() == target.shape[0]


def test_a_part_of_the_window_is_drawn_like_the_whole() -> None:
    rng = np.random.default_rng(1)
    labels = rng.integers(0, 4, (30, 30)).astype(np.int32)
    whole, part = PixelBox(-10, -10, 120, 120), PixelBox(20, 25, 40, 30)
    drawn = []
    for box in (whole, part):
        window = RenderWindow(3.3, box)
        drawn.append(blank(window))
        draw_boundaries(drawn[-1], Superpixels(labels), Size(30, 30), window, 1)
    inner = drawn[0][35:65, 30:70]
    assert np.array_equal(inner[2:-2, 2:-2], drawn[1][2:-2, 2:-2])


def test_nothing_is_drawn_outside_of_the_image() -> None:
    labels = np.arange(16, dtype=np.int32).reshape(4, 4)
    window = RenderWindow(1.0, PixelBox(-20, -20, 10, 10))
    target = blank(window)
    draw_boundaries(target, Superpixels(labels), Size(4, 4), window, 1)
    assert not target.any()
