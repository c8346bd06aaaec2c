import math

import pytest

from core.document.geometry import Polygon
from core.document.mask import Mask
from core.editing.paint_rules import PaintRule
from core.imaging.rasterise import rasterise
from gui.tools.events import Button, Command, Modifiers
from gui.tools.lasso import LassoTool
from tests.gui.tools.driver import Driver, annotation, locked_copy, square_mask

CIRCLE = tuple(
    (50 + 20 * math.cos(step / 60 * 2 * math.pi), 40 + 20 * math.sin(step / 60 * 2 * math.pi))
    for step in range(60)
)


def test_dragging_around_an_object_makes_an_outline() -> None:
    driver = Driver(LassoTool())
    driver.drag(*CIRCLE)
    shape = driver.only.geometry
    assert isinstance(shape, Polygon)
    assert 8 < shape.vertex_count < 40
    area = rasterise(shape, driver.document.size).area
    assert area == pytest.approx(math.pi * 400, rel=0.05)
    assert driver.selection == {driver.only.id}
    driver.undo_all()


def test_right_and_shift_take_away_and_control_adds() -> None:
    driver = Driver(LassoTool(), annotation(1, square_mask(20, 10, 60)))
    driver.drag(*CIRCLE, button=Button.RIGHT)
    hole = driver.only.geometry
    assert isinstance(hole, Mask)
    assert not hole.contains(50, 40)
    driver.drag(*CIRCLE, modifiers=Modifiers.CONTROL)
    filled = driver.only.geometry
    assert isinstance(filled, Mask)
    assert filled.contains(50, 40)
    driver.drag(*CIRCLE, modifiers=Modifiers.SHIFT)
    assert driver.only.geometry == hole
    driver.undo_all()


def test_taking_everything_away_removes_the_object() -> None:
    driver = Driver(LassoTool(), annotation(1, square_mask(45, 35, 10)))
    driver.selection = frozenset({1})
    driver.drag(*CIRCLE, button=Button.RIGHT)
    assert not driver.document.annotations


def test_there_has_to_be_an_object_to_edit() -> None:
    driver = Driver(LassoTool(), locked_copy(annotation(1, square_mask(45, 35, 10))))
    driver.drag(*CIRCLE, modifiers=Modifiers.CONTROL)
    assert "Select an object" in driver.message
    driver.selection = frozenset({1})
    driver.drag(*CIRCLE, modifiers=Modifiers.SHIFT)
    assert "locked" in driver.message
    driver.undo_all()


def test_a_click_draws_nothing() -> None:
    driver = Driver(LassoTool())
    driver.click(30, 30)
    assert "Drag around" in driver.message
    assert not driver.document.annotations


def test_only_unlabelled_pixels() -> None:
    driver = Driver(LassoTool(), annotation(1, square_mask(0, 0, 50)))
    driver.paint_rule = PaintRule.UNLABELLED
    driver.drag(*CIRCLE)
    (new,) = (item for item in driver.document.annotations.values() if item.id != 1)
    assert isinstance(new.geometry, Mask)
    assert new.geometry.intersected(square_mask(0, 0, 50)).is_empty


def test_a_line_under_way_survives_a_crash_and_escape_drops_it() -> None:
    driver = Driver(LassoTool())
    driver.press(*CIRCLE[0])
    for point in CIRCLE[1:50]:
        driver.pointer_held(*point)
    again = driver.after_a_crash(LassoTool())
    again.command(Command.FINISH)
    assert isinstance(again.only.geometry, Polygon)
    driver.command(Command.CANCEL)
    assert not driver.draft.paths
