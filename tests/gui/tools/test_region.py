import numpy as np
import pytest

from core.document.geometry import Box, Size
from core.document.mask import Mask
from core.grouping import build_hierarchy
from core.grouping.browser import RegionBrowser
from core.grouping.selection import RegionSelector
from gui.regions.image_regions import ImageRegions, RegionChoice
from gui.tools.events import Button, Command, Modifiers, PointerKind
from gui.tools.region import RegionTool
from gui.tools.region_drag import RegionMode
from tests.gui.tools.driver import Driver, QuarterRegions, annotation, drawn, square_mask

SIZE = Size(100, 80)


@pytest.fixture
def driver() -> Driver:
    return Driver(RegionTool(), regions=QuarterRegions(SIZE))


def test_hovering_shows_the_region_under_the_cursor(driver: Driver) -> None:
    driver.hover(15, 5)
    (shown,) = driver.draft.masks
    assert shown.mask == square_mask(10, 0, 10)
    assert not shown.committed
    assert not shown.subtract
    driver.hover(15, 6, Modifiers.SHIFT)
    assert driver.draft.masks[0].subtract
    driver.hover(-1, 6)
    assert not driver.draft.masks
    driver.hover(15, 5)
    driver.pointer(PointerKind.LEAVE, 0, 0)
    assert not driver.draft.masks


def test_steps_climb_and_descend_towards_the_cursor(driver: Driver) -> None:
    driver.hover(15, 5)
    driver.step(1)
    assert driver.draft.masks[0].mask == square_mask(0, 0, 20)
    assert "400 px" in driver.message
    driver.hover(5, 15)
    assert driver.draft.masks[0].mask == square_mask(0, 0, 20)
    driver.step(-1)
    assert driver.draft.masks[0].mask == square_mask(0, 10, 10)
    driver.step(9)
    driver.step(1)
    assert driver.draft.masks[0].mask == square_mask(0, 0, 40)
    assert driver.message


def test_the_next_place_opens_at_the_size_shown_last(driver: Driver) -> None:
    driver.hover(15, 5)
    driver.step(1)
    driver.hover(65, 45)
    assert driver.draft.masks[0].mask == square_mask(60, 40, 20)


def test_clicks_add_and_take_away_and_enter_makes_an_object(driver: Driver) -> None:
    driver.click(15, 5)
    driver.click(25, 5)
    driver.click(35, 5)
    driver.click(25, 5, Button.RIGHT)
    driver.click(35, 5, modifiers=Modifiers.SHIFT)
    assert driver.draft.masks[0].mask == square_mask(10, 0, 10)
    assert driver.draft.masks[0].committed
    driver.command(Command.FINISH)
    assert driver.only.geometry == square_mask(10, 0, 10)
    assert driver.only.provenance.source == "region"
    driver.click(55, 55)
    driver.command(Command.FINISH)
    assert len(driver.document.annotations) == 2
    driver.undo_all()


def test_backspace_takes_the_clicks_back_one_by_one(driver: Driver) -> None:
    driver.click(15, 5)
    driver.click(25, 5)
    driver.click(15, 5, Button.RIGHT)
    driver.command(Command.DROP_LAST)
    driver.command(Command.DROP_LAST)
    assert driver.draft.masks[0].mask == square_mask(10, 0, 10)
    driver.command(Command.DROP_LAST)
    assert not any(shown.committed for shown in driver.draft.masks)
    driver.command(Command.DROP_LAST)
    driver.command(Command.FINISH)
    assert not driver.document.annotations


def test_a_double_click_takes_the_region_and_finishes(driver: Driver) -> None:
    driver.double_click(15, 5)
    assert driver.only.geometry == square_mask(10, 0, 10)
    assert not driver.selection


def test_escape_drops_the_draft(driver: Driver) -> None:
    driver.click(15, 5)
    driver.command(Command.CANCEL)
    driver.finish()
    assert not driver.document.annotations


def test_leaving_keeps_the_draft_as_an_object(driver: Driver) -> None:
    driver.click(15, 5)
    driver.finish()
    assert driver.only.geometry == square_mask(10, 0, 10)


def test_a_selected_mask_is_edited_at_once() -> None:
    driver = Driver(
        RegionTool(), annotation(1, square_mask(0, 0, 10)), regions=QuarterRegions(SIZE)
    )
    driver.selection = frozenset({1})
    driver.click(15, 5)
    assert driver.only.geometry == square_mask(0, 0, 10).united(square_mask(10, 0, 10))
    driver.click(15, 5)
    assert "already" in driver.message
    driver.click(5, 5, Button.RIGHT)
    assert driver.only.geometry == square_mask(10, 0, 10)
    assert driver.history.next_undo is not None
    assert driver.history.next_undo.name == "Take region away"
    driver.undo_all()


def test_a_selected_box_is_not_and_a_locked_mask_is_refused() -> None:
    driver = Driver(
        RegionTool(),
        annotation(1, Box(0, 0, 9, 9)),
        annotation(2, square_mask(30, 30, 9), locked=True),
        regions=QuarterRegions(SIZE),
    )
    driver.selection = frozenset({2})
    driver.click(15, 5)
    assert "locked" in driver.message
    driver.selection = frozenset({1})
    driver.click(15, 5)
    assert driver.draft.masks[0].committed


def test_without_regions_a_click_says_why_nothing_happens() -> None:
    driver = Driver(RegionTool())
    driver.hover(5, 5)
    driver.press(5, 5)
    assert "computed" in driver.message


def test_regions_of_another_image_are_not_shown(driver: Driver) -> None:
    driver.hover(15, 5)
    driver.regions = None
    assert not driver.draft.masks


def test_the_draft_outlives_a_crash(driver: Driver) -> None:
    driver.click(15, 5)
    driver.click(25, 5)
    again = driver.after_a_crash(RegionTool())
    again.command(Command.DROP_LAST)
    assert "Esc" in again.message
    again.click(25, 5, Button.RIGHT)
    again.command(Command.FINISH)
    assert again.only.geometry == square_mask(10, 0, 10)


def test_a_drag_under_way_outlives_a_crash(driver: Driver) -> None:
    driver.click(15, 25)
    driver.hover(5, 5)
    driver.press(5, 5)
    driver.pointer_held(25, 5)
    again = driver.after_a_crash(RegionTool())
    again.command(Command.FINISH)
    kept = again.only.geometry
    assert isinstance(kept, Mask)
    assert kept == square_mask(10, 20, 10).united(
        square_mask(0, 0, 10).united(square_mask(10, 0, 10)).united(square_mask(20, 0, 10))
    )


@pytest.mark.parametrize("button", [Button.LEFT, Button.RIGHT])
def test_a_drag_that_edits_an_object_goes_on_with_it_after_a_crash(
    driver: Driver, button: Button
) -> None:
    driver.click(15, 5)
    driver.command(Command.FINISH)
    first = driver.only
    driver.selection = frozenset({first.id})
    driver.hover(15, 5)
    driver.press(15, 5, button)
    driver.pointer(PointerKind.MOVE, 25, 5, button)
    again = driver.after_a_crash(RegionTool())
    assert not again.draft.masks[0].mask.is_empty
    again.click(95, 75)
    both = square_mask(10, 0, 10).united(square_mask(20, 0, 10))
    if button is Button.LEFT:
        assert again.only.geometry == both
    else:
        assert not again.document.annotations


def test_a_box_under_way_is_no_draft(driver: Driver) -> None:
    driver.hover(5, 5)
    driver.press(5, 5, modifiers=Modifiers.CONTROL)
    driver.pointer_held(25, 25)
    assert driver.tool.checkpoint(driver.context) is None


def test_it_works_on_the_hierarchy_of_a_picture() -> None:
    picture = np.full((80, 100, 3), 40, np.uint8)
    picture[20:50, 30:70] = (220, 60, 60)
    browser = RegionBrowser(build_hierarchy(picture), SIZE)
    regions = ImageRegions(browser, RegionChoice(), RegionSelector.of(browser))
    driver = Driver(RegionTool(), regions=regions)
    driver.hover(50, 35)
    target = np.zeros((80, 100), np.bool_)
    target[20:50, 30:70] = True
    best = 0.0
    driver.step(-99)
    for _ in range(60):
        shown = drawn(driver.draft).to_array(SIZE)
        best = max(best, (shown & target).sum() / (shown | target).sum())
        driver.step(1)
    assert best > 0.9
    boxed = regions.in_box(Box(30, 20, 40, 30))
    assert boxed is not None
    assert (boxed.to_array(SIZE) & target).sum() / (boxed.to_array(SIZE) | target).sum() > 0.9
    scribbled = regions.under_scribble(np.array([[35.0, 30.0], [60.0, 40.0]]))
    assert scribbled is not None
    assert scribbled.contains(50, 35)


def test_a_drag_takes_all_regions_that_the_pointer_goes_over(driver: Driver) -> None:
    driver.press(5, 5)
    driver.pointer_held(45, 5)
    assert driver.draft.masks[0].committed
    driver.release(45, 5)
    row = square_mask(0, 0, 10)
    for left in (10, 20, 30, 40):
        row = row.united(square_mask(left, 0, 10))
    assert driver.draft.masks[0].mask == row
    driver.drag((25, 5), (45, 5), button=Button.RIGHT)
    driver.command(Command.FINISH)
    assert driver.only.geometry == square_mask(0, 0, 10).united(square_mask(10, 0, 10))
    driver.undo_all()


def test_a_drag_is_one_click_to_take_back_and_one_step_on_a_selected_mask() -> None:
    driver = Driver(
        RegionTool(), annotation(1, square_mask(0, 0, 10)), regions=QuarterRegions(SIZE)
    )
    driver.drag((25, 5), (55, 5))
    driver.command(Command.DROP_LAST)
    assert not any(shown.committed for shown in driver.draft.masks)
    driver.selection = frozenset({1})
    driver.drag((15, 5), (35, 5))
    assert driver.only.bounds.area == 400
    driver.history.undo()
    assert driver.only.geometry == square_mask(0, 0, 10)


def test_a_drag_paints_at_the_level_that_was_scrolled_to(driver: Driver) -> None:
    driver.hover(5, 5)
    driver.step(1)
    driver.drag((5, 5), (35, 5))
    driver.command(Command.FINISH)
    assert driver.only.geometry == square_mask(0, 0, 20).united(square_mask(20, 0, 20))


def test_the_size_is_shown_beside_the_pointer_while_scrolling(driver: Driver) -> None:
    driver.hover(15, 5)
    assert driver.draft.note is None
    driver.step(1)
    note = driver.draft.note
    assert note is not None
    assert note.text == "400 px · 5.0%"
    driver.hover(12, 6)
    assert driver.draft.note is not None
    driver.hover(75, 65)
    assert driver.draft.note is None


def test_a_box_takes_the_regions_inside(driver: Driver) -> None:
    driver.drag((8, 8), (32, 22), modifiers=Modifiers.CONTROL)
    driver.command(Command.FINISH)
    wanted = square_mask(10, 10, 10).united(square_mask(20, 10, 10))
    assert driver.only.geometry == wanted
    assert isinstance(driver.tool, RegionTool)
    driver.tool.set_mode(RegionMode.BOX)
    driver.press(8, 8)
    driver.pointer_held(32, 22)
    assert driver.draft.boxes
    assert driver.draft.masks[0].mask == wanted
    driver.command(Command.CANCEL)
    driver.release(32, 22)
    driver.drag((12, 12), (13, 13))
    driver.drag((41, 41), (49, 49))
    assert "No region fits" in driver.message
    driver.command(Command.FINISH)
    assert len(driver.document.annotations) == 2


def test_a_scribble_takes_the_regions_that_hold_it(driver: Driver) -> None:
    assert isinstance(driver.tool, RegionTool)
    driver.tool.set_mode(RegionMode.SCRIBBLE)
    driver.drag((5, 5), (15, 5), (15, 15))
    assert drawn(driver.draft).area == 300
    driver.drag((5, 5), (15, 5), button=Button.RIGHT)
    driver.command(Command.FINISH)
    assert driver.only.geometry == square_mask(10, 10, 10)


def test_a_line_asks_for_a_split_of_the_region_under_its_middle(driver: Driver) -> None:
    assert isinstance(driver.tool, RegionTool)
    driver.hover(15, 15)
    driver.step(1)
    driver.tool.set_mode(RegionMode.CUT)
    driver.press(10, -2)
    driver.pointer_held(10, 12)
    driver.pointer_held(10, 22)
    assert driver.draft.paths
    assert driver.draft.masks[0].mask == square_mask(0, 0, 20)
    response = driver.release(10, 22)
    assert response.change is None
    assert response.cut is not None
    assert QuarterRegions(SIZE).region(response.cut.node) == square_mask(0, 0, 20)
    assert response.cut.points.tolist() == [[10.0, 0.0], [10.0, 12.0], [10.0, 22.0]]
    assert driver.press(5, 5).cut is None
    assert driver.release(5, 5).cut is None
    assert "across" in driver.message


def test_a_button_released_elsewhere_ends_the_drag(driver: Driver) -> None:
    driver.press(5, 5)
    driver.pointer_held(15, 5)
    driver.hover(60, 60)
    driver.hover(70, 70)
    driver.command(Command.FINISH)
    assert driver.only.bounds.area == 200


def test_combinations_that_are_not_there_yet_are_said_so(driver: Driver) -> None:
    picture = np.full((80, 100, 3), 40, np.uint8)
    browser = RegionBrowser(build_hierarchy(picture), SIZE)
    driver.regions = ImageRegions(browser, RegionChoice())
    driver.drag((8, 8), (32, 22), modifiers=Modifiers.CONTROL)
    assert "try again" in driver.message


def test_the_next_object_opens_at_the_size_of_the_last_and_not_of_its_correction(
    driver: Driver,
) -> None:
    driver.hover(15, 15)
    driver.step(1)
    driver.click(15, 15)
    driver.step(-1)
    driver.click(5, 5, Button.RIGHT)
    driver.hover(55, 5)
    assert drawn(driver.draft, -1).area == 100
    driver.command(Command.FINISH)
    driver.hover(65, 45)
    assert driver.draft.masks[0].mask == square_mask(60, 40, 20)


class RoughRegions(QuarterRegions):
    """Shows regions a pixel too wide until they are known exactly."""

    def __init__(self, size: Size) -> None:
        super().__init__(size)
        self.sharp = False

    def glance(self, node: int, /) -> Mask:
        exact = self.region(node)
        if self.sharp:
            return exact
        box = exact.box
        wider = np.ones((box.height, box.width + 1), np.bool_)
        return Mask.from_array(wider, box.left, box.top)

    def is_sharp(self, _node: int, /) -> bool:
        return self.sharp


def test_a_click_takes_the_exact_region_whatever_is_shown() -> None:
    regions = RoughRegions(SIZE)
    driver = Driver(RegionTool(), regions=regions)
    driver.hover(15, 5)
    assert drawn(driver.draft).box.width == 11
    driver.click(15, 5)
    assert drawn(driver.draft) == square_mask(10, 0, 10)
    driver.command(Command.FINISH)
    assert driver.only.geometry == square_mask(10, 0, 10)


def test_what_is_shown_becomes_exact_when_that_is_known() -> None:
    regions = RoughRegions(SIZE)
    driver = Driver(RegionTool(), regions=regions)
    driver.hover(15, 5)
    assert drawn(driver.draft).box.width == 11
    regions.sharp = True
    assert drawn(driver.draft) == square_mask(10, 0, 10)
    driver.step(1)
    assert drawn(driver.draft) == square_mask(0, 0, 20)
