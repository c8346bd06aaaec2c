"""Keypoints: placed in order, seen, hidden or absent, moved and corrected afterwards."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.document.geometry import Box, Keypoints, Polygon, Visibility
from core.errors import ConflictError
from gui.tools.events import Button, Command, Modifiers, PointerKind
from gui.tools.keypoints import KeypointsTool
from gui.tools.select import SelectTool
from gui.tools.tool import DraftRecord, Tool
from tests.gui.tools.driver import LABEL, Driver, annotation

SEEN, HIDDEN, ABSENT = Visibility.VISIBLE, Visibility.HIDDEN, Visibility.UNLABELLED
POSE = replace(LABEL, keypoint_names=("head", "hand", "foot"), skeleton=((1, 2), (2, 3), (9, 1)))
SHAPE = Keypoints(((10, 10, SEEN), (40, 30, HIDDEN), (0, 0, ABSENT)))


class _PoseDriver(Driver):
    label = POSE


def _placing() -> Driver:
    return _PoseDriver(KeypointsTool())


def _selected(tool: Tool) -> Driver:
    driver = _PoseDriver(tool, annotation(1, SHAPE))
    driver.selection = frozenset({1})
    return driver


def test_the_last_point_finishes_the_object() -> None:
    driver = _placing()
    driver.click(10, 10)
    driver.click(20, 30, Button.RIGHT)
    driver.click(30, 50, modifiers=Modifiers.SHIFT)
    assert driver.only.geometry == Keypoints(((10, 10, SEEN), (20, 30, HIDDEN), (30, 50, HIDDEN)))
    assert driver.only.provenance.source == "keypoints"
    driver.click(50, 10)
    assert len(driver.document.annotations) == 1, "the next click begins another object"
    driver.undo_all()


def test_points_are_left_out_and_taken_back() -> None:
    driver = _placing()
    driver.step(1)
    driver.click(20, 30)
    driver.command(Command.DROP_LAST)
    driver.click(25, 35)
    driver.command(Command.FINISH)
    assert driver.only.geometry == Keypoints(((0, 0, ABSENT), (25, 35, SEEN), (0, 0, ABSENT)))


def test_an_object_without_any_point_is_none() -> None:
    driver = _placing()
    for _ in range(3):
        driver.step(1)
    assert not driver.document.annotations
    assert "at least one" in driver.message


def test_a_label_without_keypoints_says_where_to_define_them() -> None:
    driver = Driver(KeypointsTool())
    driver.click(10, 10)
    assert "no keypoints yet" in driver.message
    assert driver.tool.checkpoint(driver.context) is None


def test_the_next_point_is_named_and_lines_are_drawn() -> None:
    driver = _placing()
    driver.hover(5, 5)
    assert driver.draft.note is not None
    assert driver.draft.note.text == "1/3  head"
    driver.click(10, 10)
    driver.click(20, 30)
    assert driver.draft.note.text == "3/3  foot"
    assert driver.draft.handles == ((10, 10), (20, 30))
    assert [path.points.tolist() for path in driver.draft.paths] == [[[10, 10], [20, 30]]]


def test_a_crash_loses_no_point() -> None:
    driver = _placing()
    driver.click(10, 10)
    driver.step(1)
    again = driver.after_a_crash(KeypointsTool())
    again.click(30, 50)
    assert again.only.geometry == Keypoints(((10, 10, SEEN), (0, 0, ABSENT), (30, 50, SEEN)))


@pytest.mark.parametrize("seen", ["[1]", "[7, 2]", '"x"'])
def test_a_damaged_draft_is_refused(seen: str) -> None:
    driver = _placing()
    record = DraftRecord("keypoints", 1, f'{{"points": [[1, 2], [3, 4]], "seen": {seen}}}')
    with pytest.raises(ConflictError):
        driver.tool.restore(record, driver.context)


def test_an_absent_point_of_the_selected_object_is_set_later() -> None:
    driver = _selected(KeypointsTool())
    driver.hover(60, 60)
    assert driver.draft.note is not None
    assert driver.draft.note.text == "3/3  foot"
    driver.click(60, 60)
    assert driver.only.geometry == Keypoints((*SHAPE.points[:2], (60, 60, SEEN)))
    driver.undo_all()
    assert driver.only.geometry == SHAPE


def test_points_are_dragged_covered_and_deleted_in_the_select_tool() -> None:
    driver = _selected(SelectTool())
    driver.drag((10, 10), (15, 12))
    driver.click(40, 30, modifiers=Modifiers.SHIFT)
    assert driver.only.geometry == Keypoints(((15, 12, SEEN), (40, 30, SEEN), (0, 0, ABSENT)))
    driver.click(40, 30)
    driver.command(Command.DELETE)
    assert driver.only.geometry == Keypoints(((15, 12, SEEN), (0, 0, ABSENT), (0, 0, ABSENT)))
    driver.click(15, 12)
    driver.command(Command.DELETE)
    assert "at least one keypoint" in driver.message
    driver.undo_all()
    assert driver.only.geometry == SHAPE


def test_the_point_under_the_pointer_is_named() -> None:
    driver = _selected(SelectTool())
    driver.hover(40, 30)
    assert driver.draft.note is not None
    assert driver.draft.note.text == "hand (hidden)"
    driver.press(40, 30)
    driver.pointer(PointerKind.MOVE, 45, 35, Button.LEFT)
    assert [path.points.tolist() for path in driver.draft.paths] == [[[10, 10], [45, 35]]]


OUTLINE = Polygon.from_points([(5, 5), (60, 5), (60, 60), (5, 60)])


def _person(tool: Tool, keypoints: Keypoints | None = SHAPE) -> Driver:
    """An outline with keypoints beside it, selected."""
    driver = _PoseDriver(tool, replace(annotation(1, OUTLINE), keypoints=keypoints))
    driver.selection = frozenset({1})
    return driver


def test_points_beside_an_outline_are_gripped_and_the_outline_stays() -> None:
    driver = _person(SelectTool())
    assert (10, 10) in driver.draft.handles
    driver.hover(10, 10)
    assert driver.draft.note is not None
    assert driver.draft.note.text == "head"
    driver.press(10, 10)
    driver.pointer_held(20, 14)
    assert (20, 14) in driver.draft.handles
    assert driver.draft.replaced is driver.only.keypoints, "the skeleton as it was is not shown"
    driver.release(20, 14)
    assert driver.draft.replaced is None
    assert driver.draft.note is not None
    assert (driver.draft.note.x, driver.draft.note.y) == (20, 14), "its name goes with it"
    assert driver.only.keypoints == Keypoints(((20, 14, SEEN), (40, 30, HIDDEN), (0, 0, ABSENT)))
    assert driver.only.geometry == OUTLINE
    assert driver.only.edited
    driver.drag((60, 60), (70, 70))
    assert driver.only.bounds == Box(5, 5, 65, 65)
    assert driver.only.keypoints is not None, "a vertex of the outline leaves the points alone"
    driver.undo_all()


def test_points_beside_an_outline_are_hidden_deleted_and_all_of_them_may_go() -> None:
    driver = _person(SelectTool())
    driver.click(10, 10, modifiers=Modifiers.SHIFT)
    assert driver.only.keypoints is not None
    assert driver.only.keypoints.points[0][2] is HIDDEN
    for place in ((10, 10), (40, 30)):
        driver.click(*place)
        driver.command(Command.DELETE)
    assert driver.only.keypoints is None
    assert driver.only.geometry == OUTLINE
    driver.undo_all()


def test_an_outline_and_its_points_are_dragged_together() -> None:
    driver = _person(SelectTool())
    driver.press(25, 45)
    driver.pointer_held(35, 50)
    assert (20, 15) in driver.draft.handles
    driver.release(35, 50)
    assert driver.only.keypoints == Keypoints(((20, 15, SEEN), (50, 35, HIDDEN), (0, 0, ABSENT)))
    driver.undo_all()


def test_points_belong_to_the_selected_outline_and_absent_ones_are_set_later() -> None:
    driver = _person(KeypointsTool(), None)
    driver.click(10, 10)
    driver.click(20, 30)
    driver.command(Command.FINISH)
    assert driver.only.keypoints == Keypoints(((10, 10, SEEN), (20, 30, SEEN), (0, 0, ABSENT)))
    driver.selection = frozenset({1})
    driver.click(30, 50, Button.RIGHT)
    assert driver.only.keypoints is not None
    assert driver.only.keypoints.points[2] == (30, 50, HIDDEN)
    driver.undo_all()


def test_points_of_another_label_are_an_object_of_their_own() -> None:
    driver = _PoseDriver(KeypointsTool(), replace(annotation(1, OUTLINE), label_id=2))
    driver.selection = frozenset({1})
    driver.click(10, 10)
    driver.command(Command.FINISH)
    assert len(driver.document.annotations) == 2
    assert driver.document.annotations[1].keypoints is None
    driver.undo_all()
