import pytest

from core.document.geometry import Box
from core.errors import ConflictError
from gui.tools.events import Button, Command
from gui.tools.polygon import PolygonTool
from gui.tools.rectangle import RectangleTool
from tests.gui.tools.driver import Driver


def test_dragging_draws_a_box_and_selects_it() -> None:
    driver = Driver(RectangleTool())
    driver.drag((30, 40), (20, 30), (10, 15))
    assert driver.only.geometry == Box(10, 15, 20, 25)
    assert driver.only.provenance.source == "rectangle"
    assert driver.selection == {driver.only.id}


def test_two_clicks_draw_a_box_too() -> None:
    driver = Driver(RectangleTool())
    driver.click(10, 10)
    driver.hover(25, 20)
    assert driver.draft.boxes == (Box(10, 10, 15, 10),)
    driver.click(30, 40)
    assert driver.only.geometry == Box(10, 10, 20, 30)
    assert not driver.draft.boxes


def test_the_box_ends_at_the_image() -> None:
    driver = Driver(RectangleTool())
    driver.drag((50, 50), (500, -20))
    assert driver.only.geometry == Box(50, 0, 50, 50)


@pytest.mark.parametrize("command", [Command.CANCEL, Command.DROP_LAST])
def test_escape_and_backspace_drop_the_first_corner(command: Command) -> None:
    driver = Driver(RectangleTool())
    driver.click(10, 10)
    driver.command(command)
    assert not driver.draft.boxes
    driver.hover(50, 50)
    assert not driver.document.annotations


def test_the_right_button_drops_the_first_corner() -> None:
    driver = Driver(RectangleTool())
    driver.click(10, 10)
    driver.click(20, 20, Button.RIGHT)
    assert not driver.draft.boxes


def test_a_line_is_no_box() -> None:
    driver = Driver(RectangleTool())
    driver.drag((10, 10), (50, 10))
    assert not driver.document.annotations
    assert "thin" in driver.message


def test_a_small_move_when_zoomed_out_is_a_click() -> None:
    driver = Driver(RectangleTool())
    driver.scale = 10
    driver.drag((10, 10), (30, 30))
    assert not driver.document.annotations
    assert driver.draft.boxes


def test_the_first_corner_outlives_a_crash() -> None:
    driver = Driver(RectangleTool())
    driver.click(10, 10)
    again = driver.after_a_crash(RectangleTool())
    again.click(20, 30)
    assert again.only.geometry == Box(10, 10, 10, 20)


def test_a_draft_of_another_tool_is_refused() -> None:
    driver = Driver(PolygonTool())
    driver.click(10, 10)
    with pytest.raises(ConflictError):
        driver.after_a_crash(RectangleTool())
