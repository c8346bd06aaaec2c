from core.document.mask import PixelBox
from gui.tools.events import Command
from gui.tools.part import PartTool
from tests.gui.tools.driver import Driver


def test_a_box_is_asked_for_and_no_object_made() -> None:
    driver = Driver(PartTool())
    driver.drag((10.4, 20), (30, 30), (50.2, 60))
    assert driver.part == PixelBox(10, 20, 41, 40)
    assert not driver.document.annotations
    assert not driver.draft.boxes


def test_a_part_ends_at_the_picture_and_is_not_too_small() -> None:
    driver = Driver(PartTool())
    driver.drag((90, 60), (300, 300))
    assert driver.part is None
    assert "too small" in driver.message
    driver.drag((60, 40), (300, 300))
    assert driver.part == PixelBox(60, 40, 40, 40)


def test_escape_drops_it_and_no_draft_is_kept() -> None:
    driver = Driver(PartTool())
    driver.click(10, 10)
    assert driver.tool.checkpoint(driver.context) is None
    driver.command(Command.CANCEL)
    driver.hover(50, 50)
    assert driver.part is None
