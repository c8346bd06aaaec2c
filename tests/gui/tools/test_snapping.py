"""Vertices on the outlines of neighbours, and edges that are moved as a whole."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.document.geometry import Box, Polygon
from gui.tools.events import Command, Modifiers
from gui.tools.neighbour_edges import EdgePoint, NeighbourEdges, way_between
from gui.tools.polygon import PolygonTool
from gui.tools.select import SelectTool
from tests.gui.tools.driver import Driver, annotation, square_mask

SQUARE = np.array([(20.0, 20), (60, 20), (60, 60), (20, 60)])


def _drawing(snaps: bool = True) -> Driver:
    driver = Driver(PolygonTool(), annotation(1, Polygon.from_points(SQUARE)))
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
    def point(at: float) -> EdgePoint:
        index, share = int(at), at - int(at)
        place = SQUARE[index] * (1 - share) + SQUARE[(index + 1) % 4] * share
        return EdgePoint(float(place[0]), float(place[1]), SQUARE, at)

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
