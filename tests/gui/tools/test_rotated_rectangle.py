import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.document.geometry import RotatedBox, Size
from gui.tools.events import Button, Command
from gui.tools.rotated_handles import grip_points, resized, turned, turning_point
from gui.tools.rotated_rectangle import RotatedRectangleTool, box_across
from gui.tools.select import SelectTool
from tests.gui.tools.driver import Driver, annotation

BOX = RotatedBox(50, 40, 30, 20, 30)
inside = st.tuples(st.floats(0, 100), st.floats(0, 80))


def _only(driver: Driver) -> RotatedBox:
    shape = driver.only.geometry
    assert isinstance(shape, RotatedBox)
    return shape


def test_dragging_a_side_and_clicking_across_draws_a_box() -> None:
    driver = Driver(RotatedRectangleTool())
    driver.drag((20, 20), (40, 20), (50, 50))
    assert "other side" in driver.message
    driver.hover(20, 60)
    assert len(driver.draft.paths) == 1
    driver.click(20, 60)
    box = _only(driver)
    assert box.width == pytest.approx(math.hypot(30, 30))
    assert box.angle_degrees == pytest.approx(45)
    driver.undo_all()


def test_three_clicks_draw_one_too_and_steps_are_taken_back() -> None:
    driver = Driver(RotatedRectangleTool())
    driver.click(20, 20)
    driver.click(60, 20)
    driver.command(Command.DROP_LAST)
    driver.click(70, 20)
    driver.click(1, 1, button=Button.RIGHT)
    driver.click(50, 20)
    again = driver.after_a_crash(RotatedRectangleTool())
    again.click(30, 40)
    assert _only(again).bounds.width == pytest.approx(30)
    assert _only(again).height == pytest.approx(20)


@given(inside, inside, inside)
def test_it_never_leaves_the_image(
    start: tuple[float, float], end: tuple[float, float], across: tuple[float, float]
) -> None:
    bounds = box_across(start, end, across, Size(100, 80)).bounds
    assert bounds.x >= -1e-6
    assert bounds.y >= -1e-6
    assert bounds.right <= 100 + 1e-6
    assert bounds.bottom <= 80 + 1e-6


@given(st.integers(0, 7), st.floats(-20, 20), st.floats(-20, 20))
def test_resizing_moves_one_handle_and_leaves_the_opposite(
    place: int, dx: float, dy: float
) -> None:
    x, y = grip_points(BOX)[place]
    after = resized(BOX, place, x + dx, y + dy)
    assert after.angle_degrees == BOX.angle_degrees
    opposite = grip_points(BOX)[(place + 4) % 8]
    assert (
        min(math.dist(opposite, point) for point in grip_points(after))
        < max(0.5 * max(after.width, after.height), 1e-6) + 1e-6
    )
    if place % 2 == 0:
        assert min(math.dist(opposite, point) for point in grip_points(after)) < 1e-9


def test_turning_points_the_first_side_at_the_pointer() -> None:
    assert turned(BOX, 50, 0).angle_degrees == pytest.approx(0)
    assert turned(BOX, 90, 40).angle_degrees == pytest.approx(90)
    assert turned(BOX, 50, 40) == BOX


def test_a_selected_box_is_turned_and_resized_by_its_handles() -> None:
    driver = Driver(SelectTool(), annotation(1, BOX))
    driver.selection = frozenset({1})
    assert len(driver.draft.handles) == 9
    driver.drag(turning_point(BOX, 7.0), (60, 5), (50, 5))
    assert _only(driver).angle_degrees == pytest.approx(0)
    corner = grip_points(_only(driver))[4]
    driver.drag(corner, (corner[0] + 5, corner[1] + 5))
    assert (_only(driver).width, _only(driver).height) == pytest.approx((35, 25))
    assert driver.history.next_undo is not None
    driver.undo_all()


def test_turning_out_of_the_image_stops_at_its_border() -> None:
    driver = Driver(SelectTool(), annotation(1, RotatedBox(50, 70, 60, 10, 0)))
    driver.selection = frozenset({1})
    driver.drag(turning_point(RotatedBox(50, 70, 60, 10, 0), 7.0), (80, 40), (95, 70))
    assert _only(driver).bounds.bottom <= 80
