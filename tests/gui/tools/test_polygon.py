import numpy as np
import pytest

from core.document.geometry import Polygon
from core.errors import ConflictError
from gui.tools.events import Button, Command, Modifiers, PointerKind
from gui.tools.polygon import PolygonTool
from gui.tools.tool import DraftRecord
from tests.gui.tools.driver import Driver

TRIANGLE = [(10.0, 10.0), (50.0, 10.0), (30.0, 40.0)]


def _drawn(points: list[tuple[float, float]] = TRIANGLE) -> Driver:
    driver = Driver(PolygonTool())
    for point in points:
        driver.click(*point)
    return driver


@pytest.mark.parametrize("way", ["enter", "first point", "double-click", "leaving"])
def test_every_way_to_close_gives_the_same_polygon(way: str) -> None:
    driver = _drawn()
    if way == "enter":
        driver.command(Command.FINISH)
    elif way == "first point":
        driver.click(12, 13)
    elif way == "double-click":
        driver.pointer(PointerKind.DOUBLE_CLICK, 30.2, 40, Button.LEFT)
        driver.release(30.2, 40)
    else:
        driver.finish()
    assert driver.only.geometry == Polygon.from_points(TRIANGLE)
    assert driver.selection == {driver.only.id}
    assert not driver.draft.paths


def test_a_double_click_elsewhere_sets_the_last_vertex() -> None:
    driver = _drawn(TRIANGLE[:2])
    driver.double_click(*TRIANGLE[2])
    assert driver.only.geometry == Polygon.from_points(TRIANGLE)


@pytest.mark.parametrize("way", ["backspace", "right", "shift"])
def test_the_last_vertex_can_be_dropped(way: str) -> None:
    driver = _drawn([*TRIANGLE, (90.0, 70.0)])
    if way == "backspace":
        driver.command(Command.DROP_LAST)
    elif way == "right":
        driver.click(1, 1, Button.RIGHT)
    else:
        driver.click(1, 1, modifiers=Modifiers.SHIFT)
    driver.command(Command.FINISH)
    assert driver.only.geometry == Polygon.from_points(TRIANGLE)


def test_dropping_all_vertices_leaves_nothing() -> None:
    driver = _drawn()
    for _ in range(5):
        driver.command(Command.DROP_LAST)
    assert not driver.draft.paths


def test_escape_drops_the_draft_then_the_selection() -> None:
    driver = _drawn()
    driver.selection = frozenset({5})
    driver.command(Command.CANCEL)
    assert not driver.draft.paths
    assert driver.selection == {5}
    driver.command(Command.CANCEL)
    assert not driver.selection


def test_two_vertices_and_a_line_are_no_polygon() -> None:
    driver = _drawn(TRIANGLE[:2])
    driver.command(Command.FINISH)
    assert "three" in driver.message
    driver.click(90, 10)
    driver.command(Command.FINISH)
    assert "no area" in driver.message
    driver.finish()
    assert not driver.document.annotations


def test_the_line_follows_the_pointer_and_vertices_stay_in_the_image() -> None:
    driver = _drawn(TRIANGLE[:1])
    driver.hover(300, 20)
    assert np.array_equal(driver.draft.paths[1].points, [(10, 10), (100, 20)])
    driver.click(300, 20)
    assert driver.draft.paths[0].points[-1].tolist() == [100, 20]


def test_the_first_vertex_lights_up_when_a_click_would_close() -> None:
    driver = _drawn()
    driver.hover(11, 11)
    assert driver.draft.paths[0].active == 0
    assert driver.draft.paths[0].closed


def test_vertices_outlive_a_crash() -> None:
    again = _drawn().after_a_crash(PolygonTool())
    again.command(Command.FINISH)
    assert again.only.geometry == Polygon.from_points(TRIANGLE)


@pytest.mark.parametrize("payload", ["", "[]", "{}", '{"vertices":[1]}', '{"vertices":[[1,NaN]]}'])
def test_a_damaged_draft_is_refused_with_a_sentence(payload: str) -> None:
    driver = Driver(PolygonTool())
    with pytest.raises(ConflictError, match="could not be read"):
        driver.tool.restore(DraftRecord("polygon", 1, payload), driver.context)
