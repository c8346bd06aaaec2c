from core.document.geometry import Polygon
from gui.tools.events import Button, Command
from gui.tools.knife import KnifeTool
from tests.gui.tools.driver import Driver, annotation, locked_copy, square_mask

SQUARE = Polygon.from_points([(10, 10), (50, 10), (50, 50), (10, 50)])


def test_a_drag_cuts_the_selected_object_and_selects_both_halves() -> None:
    driver = Driver(KnifeTool(), annotation(1, SQUARE), annotation(2, square_mask(15, 15, 10)))
    driver.selection = frozenset({1})
    driver.drag((0, 20), (60, 20))
    assert len(driver.document.annotations) == 3
    assert len(driver.selection) == 2
    assert 1 in driver.selection
    driver.undo_all()


def test_with_nothing_selected_two_clicks_cut_all_that_is_crossed_but_locked_ones() -> None:
    driver = Driver(
        KnifeTool(),
        annotation(1, SQUARE),
        annotation(2, square_mask(15, 15, 10)),
        locked_copy(annotation(3, square_mask(30, 15, 10))),
    )
    driver.click(0, 20)
    assert "other end" in driver.message
    driver.hover(30, 20)
    assert len(driver.draft.paths) == 1
    driver.click(60, 20)
    assert len(driver.document.annotations) == 5
    driver.undo_all()


def test_a_line_that_crosses_nothing_says_so() -> None:
    driver = Driver(KnifeTool(), annotation(1, SQUARE))
    driver.drag((0, 20), (30, 20))
    assert "edge to edge" in driver.message
    driver.selection = frozenset({1})
    driver.drag((70, 0), (70, 70))
    assert len(driver.document.annotations) == 1


def test_the_right_button_and_escape_drop_the_line() -> None:
    driver = Driver(KnifeTool(), annotation(1, SQUARE))
    driver.click(0, 20)
    driver.click(10, 20, button=Button.RIGHT)
    assert not driver.draft.paths
    driver.click(0, 20)
    driver.command(Command.CANCEL)
    assert not driver.draft.paths
    driver.click(0, 20)
    driver.hover(60, 20)
    driver.command(Command.FINISH)
    assert len(driver.document.annotations) == 2


def test_a_locked_selection_is_refused_in_words() -> None:
    driver = Driver(KnifeTool(), locked_copy(annotation(1, SQUARE)))
    driver.selection = frozenset({1})
    driver.drag((0, 20), (60, 20))
    assert "locked" in driver.message
