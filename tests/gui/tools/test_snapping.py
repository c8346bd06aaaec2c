"""Vertices on the outlines of neighbours, and edges that are moved as a whole."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.document.annotation import Geometry
from core.document.geometry import Box, Polygon, RotatedBox, Size
from core.document.mask import Mask
from core.imaging.rasterise import rasterise
from gui.tools.events import Command, Modifiers, PointerKind
from gui.tools.lasso import LassoTool
from gui.tools.neighbour_edges import EdgePoint, NeighbourEdges, way_between
from gui.tools.outlines import Outline
from gui.tools.polygon import PolygonTool
from gui.tools.rectangle import RectangleTool
from gui.tools.rotated_rectangle import RotatedRectangleTool
from gui.tools.scissors import ScissorsTool
from gui.tools.select import SelectTool
from gui.tools.tool import Tool
from tests.gui.tools.driver import Driver, annotation, colored_squares, square_mask

SIZE = Size(100, 80)
SQUARE = np.array([(20.0, 20), (60, 20), (60, 60), (20, 60)])


def _drawing(snaps: bool = True, tool: Tool | None = None) -> Driver:
    driver = Driver(tool or PolygonTool(), annotation(1, Polygon.from_points(SQUARE)))
    driver.snaps = snaps
    return driver


def _ring(driver: Driver) -> list[tuple[float, float]]:
    drawn = next(item for item in driver.document.annotations.values() if item.id != 1)
    assert isinstance(drawn.geometry, Polygon)
    return [(float(x), float(y)) for x, y in drawn.geometry.parts[0].exterior]


def test_two_vertices_on_a_neighbour_follow_its_outline() -> None:
    driver = _drawing()
    driver.click(63, 30)
    driver.click(40, 64)
    driver.click(90, 75)
    driver.command(Command.FINISH)
    assert _ring(driver) == [(60, 30), (60, 60), (40, 60), (90, 75)]
    driver.undo_all()


def test_a_corner_comes_before_an_edge_and_is_shown() -> None:
    driver = _drawing()
    driver.hover(57, 24)
    assert driver.draft.handles == ((60, 20),)
    driver.click(57, 24)
    driver.hover(62, 50)
    assert driver.draft.paths[-1].points.tolist() == [[60, 20], [60, 50]]


def test_control_and_the_toggle_leave_vertices_where_they_are_set() -> None:
    for driver, held in ((_drawing(), Modifiers.CONTROL), (_drawing(False), Modifiers.NONE)):
        for x, y in ((63, 30), (90, 30), (90, 70)):
            driver.click(x, y, modifiers=held)
        driver.command(Command.FINISH)
        assert _ring(driver) == [(63, 30), (90, 30), (90, 70)]


def test_a_step_back_takes_one_vertex() -> None:
    driver = _drawing()
    driver.click(63, 30)
    driver.click(40, 64)
    driver.command(Command.DROP_LAST)
    driver.command(Command.DROP_LAST)
    assert driver.draft.paths[0].points.tolist() == [[60, 30]]
    again = driver.after_a_crash(PolygonTool())
    again.click(90, 30)
    again.click(90, 70)
    again.command(Command.FINISH)
    assert _ring(again) == [(60, 30), (90, 30), (90, 70)]


def test_masks_boxes_and_hidden_neighbours() -> None:
    driver = Driver(
        PolygonTool(), annotation(1, square_mask(10, 10, 20)), annotation(2, Box(50, 10, 20, 20))
    )
    edges = NeighbourEdges()
    found = [edges.nearest(driver.context, x, 20, 4) for x in (31.5, 48.0, 40.0)]
    assert [point and point.place for point in found] == [(30, 20), (50, 20), None]
    driver.hidden = frozenset({1})
    assert edges.nearest(driver.context, 31.5, 20, 4) is None


@given(st.floats(0, 3.99), st.floats(0, 3.99))
def test_the_way_is_the_shorter_one_and_lies_on_the_outline(first: float, second: float) -> None:
    outline = Outline(SQUARE)

    def point(at: float) -> EdgePoint:
        index, share = int(at), at - int(at)
        place = SQUARE[index] * (1 - share) + SQUARE[(index + 1) % 4] * share
        return EdgePoint(float(place[0]), float(place[1]), outline, at)

    start, end = point(first), point(second)
    way = way_between(start, end)
    assert all(list(vertex) in SQUARE.tolist() for vertex in way)
    path = np.array([start.place, *way, end.place])
    length = float(np.hypot(*np.diff(path, axis=0).T).sum())
    around = abs(first - second) * 40
    assert length == pytest.approx(min(around, 160 - around), abs=1e-6)


def test_a_dragged_vertex_lands_on_the_neighbour() -> None:
    triangle = Polygon.from_points([(70, 10), (95, 10), (95, 40)])
    driver = Driver(
        SelectTool(), annotation(1, Polygon.from_points(SQUARE)), annotation(2, triangle)
    )
    driver.selection, driver.snaps = frozenset({2}), True
    driver.drag((70, 10), (66, 30), (63, 40))
    ring = driver.document.annotations[2].geometry
    assert isinstance(ring, Polygon)
    assert ring.parts[0].exterior[0].tolist() == [60, 40]


def test_an_edge_is_dragged_with_both_ends_and_stays_inside() -> None:
    driver = Driver(SelectTool(), annotation(1, Polygon.from_points(SQUARE)))
    driver.selection = frozenset({1})
    driver.drag((60, 30), (66, 32), (70, 33))
    assert driver.history.next_undo is not None
    assert driver.history.next_undo.name == "Move edge"
    assert driver.only.geometry == Polygon.from_points([(20, 20), (70, 23), (70, 63), (20, 60)])
    driver.drag((70, 35), (200, 200))
    assert driver.only.geometry == Polygon.from_points([(20, 20), (100, 40), (100, 80), (20, 60)])
    driver.undo_all()


def test_a_click_on_an_edge_still_goes_through_to_what_lies_below() -> None:
    driver = Driver(
        SelectTool(), annotation(1, Box(5, 5, 80, 70)), annotation(2, Polygon.from_points(SQUARE))
    )
    driver.click(60, 30)
    assert driver.selection == {2}
    driver.click(60, 30)
    assert driver.selection == {1}


def _drawn(driver: Driver) -> Geometry:
    return next(item.geometry for item in driver.document.annotations.values() if item.id != 1)


def test_the_last_edge_follows_the_neighbour_as_well() -> None:
    driver = _drawing()
    for x, y in ((62, 30), (90, 30), (90, 75), (40, 62)):
        driver.click(x, y)
    driver.hover(61, 31)
    assert driver.draft.paths[-1].points.tolist() == [[40, 60], [60, 60], [60, 30]]
    driver.click(61, 31)
    assert _ring(driver) == [(60, 30), (90, 30), (90, 75), (40, 60), (60, 60)]


def test_the_corners_of_a_box_land_on_neighbours() -> None:
    driver = _drawing(tool=RectangleTool())
    driver.hover(63, 30)
    assert driver.draft.handles == ((60, 30),)
    driver.drag((63, 30), (80, 50), (90, 57))
    assert _drawn(driver) == Box(60, 30, 30, 27)
    driver.pointer(PointerKind.LEAVE, 0, 0)
    assert driver.draft.handles == ()
    driver.undo_all()


def test_the_points_of_a_turned_box_land_on_neighbours() -> None:
    driver = _drawing(tool=RotatedRectangleTool())
    driver.click(63, 30)
    driver.click(63, 50)
    driver.click(90, 40)
    drawn = _drawn(driver)
    assert isinstance(drawn, RotatedBox)
    assert drawn.bounds == Box(60, 30, 30, 20)


@pytest.mark.parametrize("modifiers", [Modifiers.NONE, Modifiers.CONTROL])
def test_both_ends_of_a_lasso_lie_on_the_neighbour_and_are_joined_along_it(
    modifiers: Modifiers,
) -> None:
    driver = _drawing(tool=LassoTool())
    if modifiers:
        driver.selection = frozenset({1})
    driver.hover(62, 40)
    assert driver.draft.handles == ((60, 40),)
    driver.drag((62, 40), (90, 40), (90, 75), (40, 75), (40, 63), modifiers=modifiers)
    ring = [(60, 40), (90, 40), (90, 75), (40, 75), (40, 60), (60, 60)]
    if modifiers:
        grown = rasterise(Polygon.from_points([*ring, (60, 20), (20, 20), (20, 60)]), SIZE)
        assert rasterise(driver.only.geometry, SIZE).area > grown.area - 60
    else:
        drawn = [place for place in _ring(driver) if place != (40, 63)]
        assert drawn == ring


def test_anchors_of_the_scissors_follow_a_neighbour_and_not_the_picture() -> None:
    tool = ScissorsTool()
    driver = _drawing(tool=tool)
    driver.image = colored_squares(SIZE)
    driver.click(63, 30)
    driver.click(40, 63)
    driver.click(80, 79, modifiers=Modifiers.CONTROL)
    driver.command(Command.FINISH)
    ring = _ring(driver)
    assert ring[:3] == [(60, 30), (60, 60), (40, 60)]
    driver.undo_all()


def test_large_masks_draw_points_too_where_they_are_and_not_where_they_are_cut() -> None:
    pixels = np.zeros((2400, 2400), np.bool_)
    pixels[100:2300, 100:2300] = True
    driver = Driver(PolygonTool(), annotation(1, Mask.from_array(pixels)), size=Size(2400, 2400))
    edges = NeighbourEdges()

    def near(x: float, y: float) -> EdgePoint | None:
        return edges.nearest(driver.context, x, y, 8)

    first, second, third = near(2304, 1000.5), near(2303, 900.5), near(2297, 2000.5)
    assert first
    assert second
    assert third
    assert [point.place for point in (first, second, third)] == [
        (2300, 1000.5),
        (2300, 900.5),
        (2300, 2000.5),
    ]
    assert near(1280, 1280) is None, "no edge where only the window ends"
    assert way_between(first, second) == []
    low, beside = near(2303, 2200.5), near(2200.5, 2303)
    assert way_between(low, beside) == [(2300, 2300)]


@given(points=st.lists(st.tuples(st.floats(0, 100), st.floats(0, 80)), min_size=3, max_size=6))
def test_everything_set_near_a_neighbour_lies_on_it(points: list[tuple[float, float]]) -> None:
    driver = _drawing()
    edges = NeighbourEdges()
    for x, y in points:
        found = edges.nearest(driver.context, x, y, 8)
        inner = min(abs(x - 20), abs(x - 60), abs(y - 20), abs(y - 60))
        if found is None:
            assert not (20 <= x <= 60 and 20 <= y <= 60 and inner <= 8)
        else:
            sides = (found.x - 20, found.x - 60, found.y - 20, found.y - 60)
            assert min(map(abs, sides)) < 1e-9
