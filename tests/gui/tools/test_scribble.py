from __future__ import annotations

import numpy as np
import pytest

from core.document.annotation import Label
from core.document.document import ImageDocument
from core.document.geometry import Size
from core.document.mask import Mask
from core.errors import ConflictError
from core.training.scribble_classifier import FoundPart
from gui.tools.events import Button, Command, CommandEvent, Modifiers, PointerEvent, PointerKind
from gui.tools.scribble import ScribbleTool
from gui.tools.tool import DraftRecord, ToolContext
from tests.gui.tools.driver import drawn

CONTEXT = ToolContext(
    ImageDocument(1, Size(60, 40)),
    1,
    Label(7, "cell", "#00ff00"),
    "tester",
    image=np.zeros((40, 60, 3), np.uint8),
)


def _pointer(
    kind: PointerKind, x: float, y: float, button: Button = Button.LEFT, *, shift: bool = False
) -> PointerEvent:
    modifiers = Modifiers.SHIFT if shift else Modifiers.NONE
    return PointerEvent(kind, x, y, button, modifiers, 1.0)


def _scribble(tool: ScribbleTool, button: Button = Button.LEFT, *, shift: bool = False) -> None:
    for kind, x in ((PointerKind.PRESS, 5), (PointerKind.MOVE, 9), (PointerKind.RELEASE, 9)):
        tool.handle(_pointer(kind, x, 8, button, shift=shift), CONTEXT)


def test_left_is_the_label_and_right_or_shift_the_background() -> None:
    tool, heard = ScribbleTool(), []
    tool.on_strokes = lambda: heard.append(len(tool.strokes))
    _scribble(tool)
    _scribble(tool, Button.RIGHT)
    _scribble(tool, shift=True)
    assert [stroke.label for stroke in tool.strokes] == [7, 0, 0]
    assert tool.strokes[0].points.tolist() == [[5, 8], [9, 8]]
    assert heard[0] == 1
    assert heard[-1] == 3


def test_enter_asks_for_objects_and_backspace_drops_the_last() -> None:
    tool, wanted = ScribbleTool(), []
    tool.on_wanted = lambda: wanted.append(1)
    tool.handle(CommandEvent(Command.FINISH), CONTEXT)
    assert wanted == []
    _scribble(tool)
    _scribble(tool, Button.RIGHT)
    tool.handle(CommandEvent(Command.DROP_LAST), CONTEXT)
    assert [stroke.label for stroke in tool.strokes] == [7]
    tool.handle(CommandEvent(Command.FINISH), CONTEXT)
    assert wanted == [1]
    tool.handle(CommandEvent(Command.CANCEL), CONTEXT)
    assert tool.strokes == ()


def test_what_was_found_is_drawn_until_it_is_dropped() -> None:
    tool = ScribbleTool()
    _scribble(tool)
    tool.show((FoundPart(7, Mask.from_array(np.ones((3, 3)), 4, 4), 1.0),))
    assert drawn(tool.draft(CONTEXT)).area == 9
    assert len(tool.draft(CONTEXT).paths) == 1
    tool.cancel()
    assert tool.draft(CONTEXT).masks == ()


def test_scribbles_survive_a_crash() -> None:
    tool, again = ScribbleTool(), ScribbleTool()
    assert tool.checkpoint(CONTEXT) is None
    _scribble(tool)
    _scribble(tool, Button.RIGHT)
    record = tool.checkpoint(CONTEXT)
    assert record is not None
    again.restore(record, CONTEXT)
    assert [stroke.label for stroke in again.strokes] == [7, 0]
    assert np.array_equal(again.strokes[0].points, tool.strokes[0].points)
    with pytest.raises(ConflictError):
        again.restore(DraftRecord("scribble", 1, '{"strokes": "[1]"}'), CONTEXT)


def test_without_a_picture_it_says_so() -> None:
    bare = ToolContext(CONTEXT.document, 1, CONTEXT.label, "tester")
    response = ScribbleTool().handle(_pointer(PointerKind.PRESS, 5, 5), bare)
    assert "still being opened" in response.message
