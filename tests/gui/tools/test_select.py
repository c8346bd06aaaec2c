from dataclasses import replace

import numpy as np
import pytest

from core.document.annotation import Geometry
from core.document.geometry import Box, Keypoints, Polygon, PolygonPart, Visibility
from core.document.mask import Mask
from gui.tools.draft import Cursor
from gui.tools.events import Button, Command, Modifiers, PointerKind
from gui.tools.select import SelectTool
from tests.gui.tools.driver import LABEL, Driver, annotation, square_mask

SQUARE = Polygon.from_points([(10, 10), (60, 10), (60, 60), (10, 60)])


def _nested() -> Driver:
    return Driver(
        SelectTool(),
        annotation(1, Box(5, 5, 70, 70)),
        annotation(2, SQUARE),
        annotation(3, square_mask(25, 25, 20)),
    )


def _single(geometry: Geometry, locked: bool = False) -> Driver:
    driver = Driver(SelectTool(), annotation(1, geometry, locked))
    driver.selection = frozenset({1})
    return driver


def test_repeated_clicks_go_through_nested_objects_smallest_first() -> None:
    driver = _nested()
    seen = []
    for _ in range(4):
        driver.click(30, 32)
        seen.append(set(driver.selection))
    assert seen == [{3}, {2}, {1}, {3}]


def test_fast_clicks_arrive_as_double_clicks_and_go_through_too() -> None:
    driver = _nested()
    driver.double_click(30, 32)
    assert driver.selection == {2}


def test_a_click_elsewhere_begins_with_the_smallest_again() -> None:
    driver = _nested()
    driver.click(30, 32)
    driver.click(30, 32)
    driver.click(38, 38)
    assert driver.selection == {3}


def test_control_adds_and_removes_one() -> None:
    driver = _nested()
    driver.click(30, 32)
    driver.click(66, 40, modifiers=Modifiers.CONTROL)
    assert driver.selection == {1, 3}
    driver.click(30, 32, modifiers=Modifiers.CONTROL)
    assert driver.selection == {1}


def test_a_click_on_nothing_selects_nothing() -> None:
    driver = _nested()
    driver.click(30, 32)
    driver.click(95, 78)
    assert not driver.selection


def test_a_rubber_band_takes_what_lies_inside() -> None:
    driver = _nested()
    driver.press(0.5, 0.5)
    driver.pointer(PointerKind.MOVE, 63, 63, Button.LEFT)
    assert driver.draft.boxes == (Box(0.5, 0.5, 62.5, 62.5),)
    driver.release(63, 63)
    assert driver.selection == {2, 3}
    driver.drag((0.5, 0.5), (90, 78), modifiers=Modifiers.CONTROL)
    assert driver.selection == {1, 2, 3}


def test_hidden_objects_and_other_layers_are_not_hit() -> None:
    driver = _nested()
    driver.hidden = frozenset({3})
    driver.click(30, 32)
    assert driver.selection == {2}
    driver.drag((0.5, 0.5), (90, 78))
    assert driver.selection == {1, 2}


def test_dragging_moves_and_shows_where_to() -> None:
    driver = _nested()
    driver.press(30, 30)
    driver.pointer(PointerKind.MOVE, 35.4, 30, Button.LEFT)
    (shown,) = driver.draft.masks
    assert shown.mask == square_mask(30, 25, 20)
    assert driver.draft.cursor is Cursor.MOVE
    driver.release(35.4, 30)
    assert driver.document.annotations[3].geometry == square_mask(30, 25, 20)
    driver.undo_all()


def test_dragging_one_of_several_moves_them_all() -> None:
    driver = _nested()
    driver.selection = frozenset({2, 3})
    driver.drag((30, 30), (33, 26), (33, 20))
    assert driver.document.annotations[2].geometry == SQUARE.moved(3, -10)
    assert driver.document.annotations[3].geometry == square_mask(28, 15, 20)
    driver.undo_all()


def test_a_locked_object_is_selected_but_not_moved() -> None:
    driver = Driver(SelectTool(), annotation(1, Box(10, 10, 30, 30), locked=True))
    driver.drag((20, 20), (40, 40))
    assert driver.selection == {1}
    assert "locked" in driver.message
    assert driver.only.geometry == Box(10, 10, 30, 30)


@pytest.mark.parametrize(
    ("grip", "to", "expected"),
    [
        ((10, 10), (5, 6), Box(5, 6, 35, 34)),
        ((40, 25), (50, 70), Box(10, 10, 40, 30)),
        ((40, 40), (0, 0), Box(0, 0, 10, 10)),
        ((25, 40), (25, 300), Box(10, 10, 30, 70)),
    ],
)
def test_a_box_is_resized_by_its_handles(
    grip: tuple[float, float], to: tuple[float, float], expected: Box
) -> None:
    driver = _single(Box(10, 10, 30, 30))
    assert len(driver.draft.handles) == 8
    driver.drag(grip, ((grip[0] + to[0]) / 2, (grip[1] + to[1]) / 2), to)
    assert driver.only.geometry == expected
    driver.undo_all()


def test_a_box_is_not_resized_to_nothing() -> None:
    driver = _single(Box(10, 10, 30, 30))
    driver.drag((10, 25), (40, 25))
    assert driver.only.geometry == Box(10, 10, 30, 30)
    assert "width" in driver.message


def test_a_vertex_is_moved_without_jumping_to_the_pointer() -> None:
    driver = _single(SQUARE)
    driver.drag((11, 12), (20, 20), (3, 9))
    ring = driver.only.geometry
    assert isinstance(ring, Polygon)
    assert ring.parts[0].exterior[0].tolist() == [2, 7]
    driver.undo_all()


def test_a_click_on_a_vertex_changes_nothing() -> None:
    driver = _single(SQUARE)
    driver.click(11, 11)
    assert driver.only.geometry == SQUARE
    assert driver.history.next_undo is None


@pytest.mark.parametrize("way", ["middle", "double-click"])
def test_a_vertex_is_added_on_an_edge(way: str) -> None:
    driver = _single(SQUARE)
    if way == "middle":
        assert (35.0, 10.0) in driver.draft.handles
        driver.drag((35, 10), (35, 2))
        expected = [35, 2]
    else:
        driver.double_click(25, 10.4)
        expected = [25, 10]
    polygon = driver.only.geometry
    assert isinstance(polygon, Polygon)
    assert polygon.vertex_count == 5
    assert polygon.parts[0].exterior[1].tolist() == pytest.approx(expected)
    driver.undo_all()


@pytest.mark.parametrize("way", ["shift", "delete"])
def test_a_vertex_is_taken_away(way: str) -> None:
    driver = _single(SQUARE)
    if way == "shift":
        driver.click(60, 60, modifiers=Modifiers.SHIFT)
    else:
        driver.click(60, 60)
        assert driver.draft.paths[0].active == 2
        driver.command(Command.DELETE)
    assert driver.only.geometry == Polygon.from_points([(10, 10), (60, 10), (10, 60)])
    driver.undo_all()


def test_delete_after_the_vertex_is_gone_deletes_the_object() -> None:
    driver = _single(SQUARE)
    driver.click(60, 60)
    driver.command(Command.DELETE)
    driver.command(Command.DELETE)
    assert not driver.document.annotations
    driver.undo_all()


def test_a_triangle_keeps_its_vertices_and_a_hole_goes_with_its_third() -> None:
    triangle = [(10, 10), (60, 10), (10, 60)]
    driver = _single(Polygon.from_points(triangle))
    driver.click(10, 10, modifiers=Modifiers.SHIFT)
    assert "three" in driver.message
    hole = np.array([(15.0, 15.0), (30.0, 15.0), (15.0, 30.0)])
    driver = _single(Polygon((PolygonPart(np.array(triangle), (hole,)),)))
    driver.click(30, 15, modifiers=Modifiers.SHIFT)
    assert driver.only.geometry == Polygon.from_points(triangle)


def test_vertices_of_holes_can_be_moved() -> None:
    hole = np.array([(20.0, 20.0), (40.0, 20.0), (20.0, 40.0)])
    driver = _single(Polygon((PolygonPart(SQUARE.parts[0].exterior, (hole,)),)))
    driver.drag((40, 20), (50, 20))
    polygon = driver.only.geometry
    assert isinstance(polygon, Polygon)
    assert polygon.parts[0].holes[0][1].tolist() == [50, 20]


def test_keypoints_can_be_moved() -> None:
    driver = _single(
        Keypoints(((10.0, 10.0, Visibility.VISIBLE), (0.0, 0.0, Visibility.UNLABELLED)))
    )
    driver.drag((10, 10), (30, 20))
    assert driver.only.geometry == Keypoints(
        ((30.0, 20.0, Visibility.VISIBLE), (0.0, 0.0, Visibility.UNLABELLED))
    )


def test_locked_objects_show_no_handles() -> None:
    assert not _single(SQUARE, locked=True).draft.paths


def test_escape_drops_the_drag_then_the_selection() -> None:
    driver = _single(Box(10, 10, 30, 30))
    driver.press(25, 25)
    driver.pointer(PointerKind.MOVE, 45, 25, Button.LEFT)
    driver.command(Command.CANCEL)
    driver.release(45, 25)
    assert driver.only.geometry == Box(10, 10, 30, 30)
    assert driver.selection == {1}
    driver.command(Command.CANCEL)
    assert not driver.selection


def test_delete_removes_the_selection_in_one_step() -> None:
    driver = _nested()
    driver.selection = frozenset({1, 3})
    driver.command(Command.DELETE)
    assert set(driver.document.annotations) == {2}
    assert not driver.selection
    driver.undo_all()


def test_hovering_tells_the_object_and_the_cursor() -> None:
    driver = _nested()
    driver.hover(30, 30)
    assert driver.draft.hovered_id == 3
    assert driver.draft.cursor is Cursor.POINTING
    driver.hover(95, 78)
    assert driver.draft.hovered_id is None
    assert driver.draft.cursor is Cursor.ARROW


def test_a_mask_moved_to_the_border_keeps_its_pixels() -> None:
    driver = _single(square_mask(10, 10, 20))
    driver.drag((20, 20), (300, 20))
    moved = driver.only.geometry
    assert isinstance(moved, Mask)
    assert moved == square_mask(80, 10, 20)


def test_a_release_that_went_elsewhere_ends_the_drag() -> None:
    driver = _single(Box(10, 10, 30, 30))
    driver.press(25, 25)
    driver.pointer(PointerKind.MOVE, 30, 25, Button.LEFT)
    driver.hover(70, 70)
    assert driver.only.geometry == Box(15, 10, 30, 30)
    driver.hover(75, 70)
    assert driver.only.geometry == Box(15, 10, 30, 30)


def _grouped() -> Driver:
    return Driver(
        SelectTool(),
        replace(annotation(1, Box(10, 10, 20, 20)), group_id=5),
        replace(annotation(2, Box(40, 10, 20, 20)), group_id=5),
        annotation(3, Box(5, 5, 33, 33)),
    )


def test_a_click_selects_the_group_then_the_object_then_what_is_below() -> None:
    driver = _grouped()
    found = []
    for _ in range(4):
        driver.click(20, 20)
        found.append(driver.selection)
    assert found == [{1, 2}, {1}, {3}, {1, 2}]


def test_a_group_is_moved_added_and_banded_as_one() -> None:
    driver = _grouped()
    driver.drag((20, 20), (25, 20))
    moved = [driver.document.annotations[number].bounds.x for number in (1, 2, 3)]
    assert moved == [15, 45, 5]
    driver.click(8, 36)
    driver.click(25, 20, modifiers=Modifiers.CONTROL)
    assert driver.selection == {1, 2, 3}
    driver.click(25, 20, modifiers=Modifiers.CONTROL)
    assert driver.selection == {3}
    driver.drag((70, 1), (44, 40))
    assert driver.selection == {1, 2}


def test_a_hidden_member_of_a_group_stays_out_of_it() -> None:
    driver = _grouped()
    driver.hidden = frozenset({2})
    driver.click(20, 20)
    assert driver.selection == {1}


def test_handles_have_the_colour_of_the_object_and_not_of_the_active_label() -> None:
    driver = Driver(SelectTool(), annotation(1, Box(10, 10, 20, 20)))
    driver.label = replace(LABEL, id=2, color="#0072b2")
    driver.selection = frozenset({1})
    context = replace(driver.context, labels={1: LABEL, 2: driver.label})
    assert driver.tool.draft(context).color == LABEL.color
    driver.selection = frozenset()
    assert driver.draft.color == driver.label.color
