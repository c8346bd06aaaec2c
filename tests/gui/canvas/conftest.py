from collections.abc import Callable, Iterator

import cv2
import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from core.document.geometry import Size
from gui.canvas.canvas import Canvas
from gui.canvas.layers.image_layer import BgraImage

VIEW = Size(400, 300)


def levels_of(rgb: np.ndarray) -> tuple[BgraImage, ...]:
    """Mip levels, each half of the one before, cut to even sizes."""
    finest = np.dstack([rgb[..., ::-1], np.full(rgb.shape[:2], 255, np.uint8)])
    levels = [np.ascontiguousarray(finest)]
    while min(levels[-1].shape[:2]) >= 32:
        height, width = (extent // 2 * 2 for extent in levels[-1].shape[:2])
        even = np.ascontiguousarray(levels[-1][:height, :width])
        half = (width // 2, height // 2)
        levels.append(cv2.resize(even, half, interpolation=cv2.INTER_AREA))
    return tuple(levels)


@pytest.fixture
def make_canvas(qtbot: QtBot) -> Iterator[Callable[[], Canvas]]:
    """Makes canvases of VIEW that are shut down at the end."""
    made: list[Canvas] = []

    def make() -> Canvas:
        canvas = Canvas()
        qtbot.addWidget(canvas)
        canvas.resize(VIEW.width, VIEW.height)
        canvas.show()
        qtbot.waitExposed(canvas)
        made.append(canvas)
        return canvas

    yield make
    for canvas in made:
        canvas.shutdown()


@pytest.fixture
def picture() -> np.ndarray:
    """A picture of 200 × 150 in which every pixel has a colour of its own."""
    columns, rows = np.meshgrid(np.arange(200), np.arange(150))
    return np.dstack([columns, rows, columns ^ rows]).astype(np.uint8)


@pytest.fixture
def canvas(make_canvas: Callable[[], Canvas], picture: np.ndarray) -> Canvas:
    """A canvas that shows the picture."""
    made = make_canvas()
    made.set_image(levels_of(picture), Size(200, 150))
    return made
