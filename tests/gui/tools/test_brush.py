import json

import numpy as np
import pytest

from core.document.geometry import Box, Keypoints, Size, Visibility
from core.document.mask import Mask
from core.errors import ConflictError
from core.imaging.disk_strokes import disk_stroke
from gui.tools.brush import BrushTool
from gui.tools.checkpoint import packed
from gui.tools.events import Button, Command, Modifiers, PointerKind
from gui.tools.live_mask import StrokePixels
from gui.tools.tool import DraftRecord
from tests.gui.tools.driver import Driver, annotation, square_mask

SIZE = Size(100, 80)
PATH = [(20.0, 20.0), (30.5, 22.0), (60.0, 50.0)]


def _footprint(points: list[tuple[float, float]], radius_px: float) -> Mask:
    return disk_stroke(np.array(points), radius_px, SIZE)


def _shown(driver: Driver) -> Mask:
    """The pixels of the one mask that the draft shows."""
    (shown,) = driver.draft.masks
    assert isinstance(shown.mask, StrokePixels)
    return shown.mask.stroke.to_mask()


def test_a_stroke_makes_one_object_of_the_exact_footprint() -> None:
    driver = Driver(BrushTool(radius_px=5))
    driver.drag(*PATH)
    assert driver.only.geometry == _footprint(PATH, 5)
    assert driver.selection == {driver.only.id}
    driver.undo_all()


def test_the_draft_is_what_the_stroke_will_be() -> None:
    driver = Driver(BrushTool(radius_px=5))
    driver.press(*PATH[0])
    for point in PATH[1:]:
        driver.pointer(PointerKind.MOVE, *point, Button.LEFT)
    assert _shown(driver) == _footprint(PATH, 5)
    assert not driver.draft.masks[0].subtract


def test_the_next_stroke_paints_on_the_same_object_until_enter() -> None:
    driver = Driver(BrushTool(radius_px=3))
    driver.drag((10, 10), (20, 10))
    driver.drag((10, 30), (20, 30))
    assert len(driver.document.annotations) == 1
    driver.command(Command.FINISH)
    driver.drag((10, 50), (20, 50))
    assert len(driver.document.annotations) == 2
    driver.undo_all()


@pytest.mark.parametrize(
    ("erases", "button", "modifiers"),
    [
        (False, Button.RIGHT, Modifiers.NONE),
        (False, Button.LEFT, Modifiers.SHIFT),
        (True, Button.LEFT, Modifiers.NONE),
        (True, Button.RIGHT, Modifiers.NONE),
    ],
)
def test_taking_away(erases: bool, button: Button, modifiers: Modifiers) -> None:
    driver = Driver(BrushTool(erases, radius_px=4), annotation(1, square_mask(10, 10, 40)))
    driver.selection = frozenset({1})
    driver.drag((30, 30), (35, 30), button=button, modifiers=modifiers)
    expected = square_mask(10, 10, 40).without(_footprint([(30, 30), (35, 30)], 4))
    assert driver.only.geometry == expected
    driver.undo_all()


def test_the_eraser_takes_the_object_it_begins_on() -> None:
    driver = Driver(BrushTool(erases=True, radius_px=4), annotation(1, Box(10, 10, 40, 40)))
    driver.drag((80, 70), (85, 70))
    assert "begin on it" in driver.message or driver.only.geometry == Box(10, 10, 40, 40)
    driver.drag((30, 30), (35, 30))
    assert driver.selection == {1}
    assert isinstance(driver.only.geometry, Mask)


def test_the_radius_is_in_screen_pixels_and_steps_change_it() -> None:
    tool = BrushTool(radius_px=8)
    driver = Driver(tool)
    driver.scale = 0.25
    driver.click(50.5, 40.5)
    assert driver.only.geometry == _footprint([(50.5, 40.5)], 2)
    driver.step(1)
    assert tool.radius_px == pytest.approx(9.2)
    driver.step(-500)
    assert tool.radius_px == 0.5
    driver.step(500)
    assert tool.radius_px == 500


def test_a_brush_finer_than_a_pixel_paints_the_pixel_under_it() -> None:
    driver = Driver(BrushTool(radius_px=2))
    driver.scale = 0.02
    driver.click(50.9, 40.1)
    assert driver.only.geometry == square_mask(50, 40, 1)


def test_the_cursor_is_the_footprint() -> None:
    driver = Driver(BrushTool(radius_px=8))
    driver.scale = 0.5
    driver.hover(10, 12)
    brush = driver.draft.brush
    assert brush is not None
    assert (brush.x, brush.y, brush.radius_px, brush.subtract) == (10, 12, 4, False)
    driver.hover(10, 12, Modifiers.SHIFT)
    brush = driver.draft.brush
    assert brush is not None
    assert brush.subtract
    driver.pointer(PointerKind.LEAVE, 0, 0)
    assert driver.draft.brush is None


def test_locked_objects_and_keypoints_are_not_painted_on() -> None:
    points = Keypoints(((3.0, 3.0, Visibility.VISIBLE),))
    driver = Driver(
        BrushTool(), annotation(1, square_mask(10, 10, 9), locked=True), annotation(2, points)
    )
    for number, word in ((1, "locked"), (2, "no area")):
        driver.selection = frozenset({number})
        driver.press(20, 20)
        assert word in driver.message
        assert not driver.draft.masks


def test_escape_drops_the_stroke_and_the_release_does_nothing() -> None:
    driver = Driver(BrushTool())
    driver.press(20, 20)
    driver.command(Command.CANCEL)
    assert not driver.draft.masks
    driver.release(20, 20)
    assert not driver.document.annotations


def test_leaving_keeps_the_stroke() -> None:
    driver = Driver(BrushTool(radius_px=3))
    driver.press(20, 20)
    driver.finish()
    assert driver.only.geometry == _footprint([(20, 20)], 3)


def test_another_button_does_not_end_the_stroke() -> None:
    driver = Driver(BrushTool(radius_px=3))
    driver.press(20, 20)
    driver.press(25, 20, Button.RIGHT)
    driver.release(25, 20, Button.RIGHT)
    assert not driver.document.annotations
    driver.release(20, 20)
    assert driver.document.annotations


@pytest.mark.parametrize("goes_on", ["enter", "stroke", "leaving"])
def test_a_stroke_outlives_a_crash(goes_on: str) -> None:
    driver = Driver(BrushTool(radius_px=5))
    driver.press(*PATH[0])
    for point in PATH[1:]:
        driver.pointer(PointerKind.MOVE, *point, Button.LEFT)
    again = driver.after_a_crash(BrushTool(radius_px=5))
    assert _shown(again) == _footprint(PATH, 5)
    expected = _footprint(PATH, 5)
    if goes_on == "enter":
        again.command(Command.FINISH)
    elif goes_on == "leaving":
        again.finish()
    else:
        again.drag((80, 20), (85, 20))
        expected = expected.united(_footprint([(80, 20), (85, 20)], 5))
    assert again.only.geometry == expected
    again.undo_all()


@pytest.mark.parametrize(
    "payload",
    [
        '{"mask":null}',
        '{"mask":{"box":[0,0,3,3],"bits":"!"}}',
        '{"mask":{"box":[0,0,3000000,30000],"bits":""}}',
        '{"mask":{"box":[0,0,8,8],"bits":"AAAA"}}',
        '{"mask":{"box":[0,0],"bits":""}}',
        '{"places":null}',
        '{"places":"!"}',
        '{"places":"AAAA"}',
        '{"places":"AAAAAAAA8D8AAAAAAAD4fwAAAAAAAPA/"}',
        '{"places":"AAAAAAAA8D8AAAAAAADwPwAAAAAAAPC/"}',
    ],
)
def test_a_damaged_stroke_is_refused_with_a_sentence(payload: str) -> None:
    driver = Driver(BrushTool())
    with pytest.raises(ConflictError, match="could not be read"):
        driver.tool.restore(DraftRecord("brush", 1, payload), driver.context)


def test_a_stroke_that_an_earlier_version_kept_as_pixels_goes_on() -> None:
    driver, pixels = Driver(BrushTool()), square_mask(10, 10, 9)
    payload = json.dumps({"target": None, "subtract": False, "mask": packed(pixels)})
    driver.tool.restore(DraftRecord("brush", 1, payload), driver.context)
    assert _shown(driver) == pixels
    again = driver.after_a_crash(BrushTool())
    again.command(Command.FINISH)
    assert again.only.geometry == pixels


def test_a_release_that_went_elsewhere_ends_the_stroke() -> None:
    driver = Driver(BrushTool(radius_px=3))
    driver.press(20, 20)
    driver.hover(70, 70)
    assert driver.only.geometry == _footprint([(20, 20)], 3)
