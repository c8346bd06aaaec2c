import numpy as np
import pytest

from core.document.geometry import Size
from core.document.mask import PixelBox
from gui.canvas.layers.class_fill import ClassFill, draw_classes
from gui.canvas.layers.raster import ArgbArray, blank
from gui.canvas.layers.window import RenderWindow

SIZE = Size(60, 40)
COLORS = {1: "#ff0000", 2: "#0000ff"}
UNLABELLED = 65534


def _classes() -> np.ndarray[tuple[int, int], np.dtype[np.uint16]]:
    classes = np.full(SIZE.shape, UNLABELLED, np.uint16)
    classes[:, 10:30] = 1
    classes[:, 30:50] = 2
    return classes


def _drawn(scale: float, box: PixelBox | None = None, *, strength: float = 1.0) -> ArgbArray:
    whole = PixelBox(0, 0, round(SIZE.width * scale), round(SIZE.height * scale))
    window = RenderWindow(scale, box or whole)
    target = blank(window)
    fill = ClassFill.of(_classes(), COLORS)
    draw_classes(target, fill, SIZE, window, fill_strength=strength)
    return target


@pytest.mark.parametrize("scale", [0.5, 1.0, 3.0])
def test_every_class_is_filled_with_its_colour_and_nothing_else_is(scale: float) -> None:
    target = _drawn(scale)
    row = round(20 * scale)

    def at(x: float) -> list[int]:
        values: list[int] = target[row, round(x * scale)].tolist()
        return values

    assert at(5) == [0, 0, 0, 0]
    assert at(55) == [0, 0, 0, 0]
    blue, _, red, alpha = at(20)
    assert red > blue
    assert 0 < alpha < 255
    blue, _, red, _ = at(40)
    assert blue > red


def test_outlines_alone_leave_the_middle_free() -> None:
    target = _drawn(2.0, strength=0.0)
    assert not target[40, 40].any()
    assert target[40, 20].any(), "the left edge of the first class"
    assert target[40, 59].any()
    assert target[40, 60].any()


def test_weaker_fills_let_more_of_the_picture_through() -> None:
    weak, usual = _drawn(1.0, strength=0.5)[20, 20], _drawn(1.0)[20, 20]
    assert 0 < weak[3] < usual[3]


def test_a_part_of_the_window_is_drawn_like_the_whole() -> None:
    whole = _drawn(3.3, PixelBox(-10, -10, 220, 160))
    part = _drawn(3.3, PixelBox(20, 25, 70, 60))
    assert np.array_equal(whole[35:95, 30:100], part)


def test_nothing_is_drawn_beside_the_image() -> None:
    assert not _drawn(1.0, PixelBox(-30, -30, 20, 20)).any()
