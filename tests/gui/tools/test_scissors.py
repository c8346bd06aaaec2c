import numpy as np
import pytest

from core.document.geometry import Polygon, Size
from core.document.mask import Mask
from core.imaging.rasterise import rasterise
from gui.tools.events import Button, Command, Modifiers
from gui.tools.scissors import ScissorsTool
from tests.gui.tools.driver import Driver

SIZE = Size(200, 160)


def _disc_picture() -> np.ndarray:
    return np.where(_disc()[..., None], 210, 40).astype(np.uint8) * np.ones(3, np.uint8)


def _disc() -> np.ndarray:
    rows, columns = np.indices(SIZE.shape) + 0.5
    inside: np.ndarray = np.hypot(rows - 80, columns - 100) <= 50
    return inside


@pytest.fixture
def driver() -> Driver:
    return Driver(ScissorsTool(), size=SIZE, image=_disc_picture())


CLICKS = ((150.0, 80.0), (100.0, 130.0), (50.0, 80.0), (100.0, 30.0))


def test_four_clicks_around_a_disc_give_its_outline(driver: Driver) -> None:
    for click in CLICKS:
        driver.click(*click)
    driver.hover(140, 50)
    assert len(driver.draft.paths) == 2
    assert len(driver.draft.handles) == 4
    driver.click(151, 81)
    shape = driver.only.geometry
    assert isinstance(shape, Polygon)
    found, disc = rasterise(shape, SIZE), Mask.from_array(_disc())
    assert found.intersected(disc).area / found.united(disc).area > 0.95
    driver.undo_all()


def test_the_last_anchor_is_taken_back_in_three_ways(driver: Driver) -> None:
    for click in CLICKS:
        driver.click(*click)
    driver.command(Command.DROP_LAST)
    driver.click(10, 10, button=Button.RIGHT)
    driver.click(10, 10, modifiers=Modifiers.SHIFT)
    assert len(driver.draft.handles) == 1
    driver.command(Command.CANCEL)
    assert not driver.draft.handles


def test_with_control_the_line_is_straight(driver: Driver) -> None:
    for click in CLICKS:
        driver.click(*click, modifiers=Modifiers.CONTROL)
    driver.hover(150, 30, modifiers=Modifiers.CONTROL)
    driver.command(Command.FINISH)
    shape = driver.only.geometry
    assert isinstance(shape, Polygon)
    assert shape.vertex_count == 4


def test_too_little_makes_no_object(driver: Driver) -> None:
    driver.click(*CLICKS[0])
    driver.command(Command.FINISH)
    assert "Click along" in driver.message
    driver.finish()
    assert not driver.document.annotations


def test_without_a_picture_it_says_so() -> None:
    driver = Driver(ScissorsTool(), size=SIZE)
    driver.click(*CLICKS[0])
    assert "still being opened" in driver.message


def test_anchors_survive_a_crash(driver: Driver) -> None:
    for click in CLICKS:
        driver.click(*click)
    record = driver.tool.checkpoint(driver.context)
    assert record is not None
    again = Driver(ScissorsTool(), size=SIZE, image=_disc_picture())
    again.tool.restore(record, again.context)
    assert again.draft.handles == driver.draft.handles
    again.command(Command.FINISH)
    driver.command(Command.FINISH)
    assert again.only.geometry == driver.only.geometry


def test_an_anchor_jumps_onto_the_edge_nearby_but_not_with_control(driver: Driver) -> None:
    driver.click(147, 80)
    (anchor,) = driver.draft.handles
    assert anchor[0] == pytest.approx(150, abs=1)
    driver.command(Command.CANCEL)
    driver.click(147, 80, modifiers=Modifiers.CONTROL)
    assert driver.draft.handles == ((147, 80),)
    driver.command(Command.CANCEL)
    driver.click(100, 80)  # nothing but plain colour around
    assert driver.draft.handles == ((100, 80),)
