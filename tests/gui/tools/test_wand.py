from core.document.geometry import Size
from core.document.mask import Mask
from gui.tools.events import Button, Command, Modifiers
from gui.tools.wand import WandTool
from tests.gui.tools.driver import Driver, annotation, colored_squares, drawn, square_mask

SIZE = Size(100, 80)


def _driver(*masks: Mask) -> Driver:
    items = [annotation(number, mask) for number, mask in enumerate(masks, 1)]
    return Driver(WandTool(), *items, image=colored_squares(SIZE))


def test_hovering_shows_what_a_click_takes_and_enter_makes_an_object() -> None:
    driver = _driver()
    driver.hover(30, 30)
    (shown,) = driver.draft.masks
    assert not shown.committed
    assert shown.mask == square_mask(20, 20, 20)
    driver.click(30, 30)
    driver.click(50, 30)
    driver.command(Command.FINISH)
    expected = square_mask(20, 20, 20).united(square_mask(40, 20, 20))
    assert driver.only.geometry == expected
    assert not driver.selection
    driver.undo_all()


def test_steps_change_the_tolerance_and_what_is_shown() -> None:
    driver = _driver()
    driver.hover(30, 30)
    driver.step(40)
    assert "184 of 255" in driver.message
    assert drawn(driver.draft).area == SIZE.width * SIZE.height
    driver.step(-100)
    assert "Tolerance 0" in driver.message


def test_the_right_button_and_shift_take_away_and_backspace_takes_back() -> None:
    driver = _driver()
    driver.click(30, 30)
    driver.click(50, 30)
    driver.click(30, 30, button=Button.RIGHT)
    driver.command(Command.DROP_LAST)
    driver.click(50, 30, modifiers=Modifiers.SHIFT)
    driver.finish()
    assert driver.only.geometry == square_mask(20, 20, 20)


def test_a_selected_mask_is_edited_at_once() -> None:
    driver = _driver(square_mask(40, 40, 5))
    driver.selection = frozenset({1})
    driver.click(30, 30)
    assert driver.only.geometry == square_mask(40, 40, 5).united(square_mask(20, 20, 20))


def test_without_a_picture_it_says_so() -> None:
    driver = Driver(WandTool())
    driver.click(30, 30)
    assert "still being opened" in driver.message
    assert not driver.draft.masks


def test_a_draft_survives_a_crash_and_a_double_click_finishes() -> None:
    driver = _driver()
    driver.click(30, 30)
    again = driver.after_a_crash(WandTool())
    again.double_click(30, 30)
    assert again.only.geometry == square_mask(20, 20, 20)
