"""What the hand does: zoom, pan, and the events that reach the tools."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QFocusEvent, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gui.canvas.canvas import Canvas
from gui.tools.draft import Cursor, Draft
from gui.tools.events import Button, Modifiers, PointerEvent, PointerKind, StepEvent

LEFT, RIGHT, MIDDLE = (
    Qt.MouseButton.LeftButton,
    Qt.MouseButton.RightButton,
    Qt.MouseButton.MiddleButton,
)
NONE = Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
CONTROL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture
def events(canvas: Canvas) -> list[object]:
    """What the canvas tells the tools."""
    heard: list[object] = []
    canvas.tool_event.connect(heard.append)
    return heard


def wheel(
    canvas: Canvas, x: float, y: float, delta: QPoint, held: Qt.KeyboardModifier = NONE
) -> None:
    position = QPointF(x, y)
    event = QWheelEvent(
        position,
        canvas.mapToGlobal(position),
        QPoint(),
        delta,
        Qt.MouseButton.NoButton,
        held,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas, event)


def drag(canvas: Canvas, start: QPoint, stop: QPoint, button: Qt.MouseButton) -> None:
    QTest.mousePress(canvas, button, NONE, start)
    move(canvas, stop, button)
    QTest.mouseRelease(canvas, button, NONE, stop)


def move(canvas: Canvas, to: QPoint, button: Qt.MouseButton = Qt.MouseButton.NoButton) -> None:
    position = QPointF(to)
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        position,
        canvas.mapToGlobal(position),
        Qt.MouseButton.NoButton,
        button,
        NONE,
    )
    QApplication.sendEvent(canvas, event)


@pytest.mark.parametrize("held", [NONE, CONTROL])
@pytest.mark.parametrize("notches", [1, -1, 3])
def test_the_wheel_zooms_at_the_cursor(
    canvas: Canvas, events: list[object], held: Qt.KeyboardModifier, notches: int
) -> None:
    canvas.set_scale(3.0)
    before = canvas.viewport
    wheel(canvas, 150, 120, QPoint(0, 120 * notches), held)
    after = canvas.viewport
    assert (after.scale > before.scale) == (notches > 0)
    reach = 1.0 / after.scale + 1.0 / before.scale
    assert after.to_image(150, 120) == pytest.approx(before.to_image(150, 120), abs=reach)
    assert not events


def test_zooming_in_and_out_again_ends_where_it_began(canvas: Canvas) -> None:
    canvas.set_scale(3.0)
    before = canvas.viewport
    for _ in range(10):
        wheel(canvas, 210, 160, QPoint(0, 120))
    for _ in range(10):
        wheel(canvas, 210, 160, QPoint(0, -120))
    after = canvas.viewport
    assert (after.x, after.y, after.scale) == pytest.approx((before.x, before.y, before.scale))


@pytest.mark.parametrize("delta", [QPoint(0, 120), QPoint(120, 0)])
@pytest.mark.parametrize("held", [SHIFT, SHIFT | ALT])
def test_shift_and_the_wheel_step_on_either_axis(
    canvas: Canvas, events: list[object], delta: QPoint, held: Qt.KeyboardModifier
) -> None:
    before = canvas.viewport
    wheel(canvas, 100, 100, delta, held)
    wheel(canvas, 100, 100, delta * -2, held)
    assert events == [StepEvent(1), StepEvent(-2)]
    assert canvas.viewport == before


def test_fine_wheels_step_once_a_notch(canvas: Canvas, events: list[object]) -> None:
    for _ in range(9):
        wheel(canvas, 100, 100, QPoint(0, 30), SHIFT)
    assert events == [StepEvent(1), StepEvent(1)]


def test_the_plain_wheel_can_step_instead(canvas: Canvas, events: list[object]) -> None:
    canvas.set_wheel_steps(True)
    before = canvas.viewport
    wheel(canvas, 100, 100, QPoint(0, 120))
    assert events == [StepEvent(1)]
    wheel(canvas, 100, 100, QPoint(0, 120), CONTROL)
    assert canvas.viewport.scale > before.scale


def test_middle_drag_pans_and_tells_no_tool(canvas: Canvas, events: list[object]) -> None:
    canvas.set_scale(3.0)
    before = canvas.viewport
    drag(canvas, QPoint(100, 100), QPoint(130, 80), MIDDLE)
    after = canvas.viewport
    assert (after.x - before.x, after.y - before.y) == (30, -20)
    assert not events


def test_space_drag_pans_and_the_hand_is_shown(canvas: Canvas, events: list[object]) -> None:
    canvas.set_scale(3.0)
    before = canvas.viewport
    QTest.keyPress(canvas, Qt.Key.Key_Space)
    assert canvas.cursor().shape() == Qt.CursorShape.OpenHandCursor
    drag(canvas, QPoint(100, 100), QPoint(60, 110), LEFT)
    QTest.keyRelease(canvas, Qt.Key.Key_Space)
    after = canvas.viewport
    assert (after.x - before.x, after.y - before.y) == (-40, 10)
    assert not events
    assert canvas.cursor().shape() == Qt.CursorShape.ArrowCursor


def test_a_lost_focus_lets_go_of_space(canvas: Canvas, events: list[object]) -> None:
    QTest.keyPress(canvas, Qt.Key.Key_Space)
    QApplication.sendEvent(canvas, QFocusEvent(QEvent.Type.FocusOut))
    QTest.mouseClick(canvas, LEFT, NONE, QPoint(100, 100))
    assert [type(event) for event in events] == [PointerEvent, PointerEvent]


@pytest.mark.parametrize(
    ("button", "told"), [(LEFT, Button.LEFT), (RIGHT, Button.RIGHT)], ids=["left", "right"]
)
def test_clicks_reach_the_tool_in_image_coordinates(
    canvas: Canvas, events: list[object], button: Qt.MouseButton, told: Button
) -> None:
    canvas.set_scale(4.0)
    x, y = canvas.viewport.to_image(120, 90)
    QTest.mouseClick(canvas, button, SHIFT | CONTROL, QPoint(120, 90))
    held = Modifiers.SHIFT | Modifiers.CONTROL
    assert events == [
        PointerEvent(PointerKind.PRESS, x, y, told, held, 0.25),
        PointerEvent(PointerKind.RELEASE, x, y, told, held, 0.25),
    ]


def test_moves_name_the_button_that_is_held(canvas: Canvas, events: list[object]) -> None:
    move(canvas, QPoint(50, 60))
    move(canvas, QPoint(51, 60), LEFT)
    move(canvas, QPoint(52, 60), RIGHT)
    buttons = [event.button for event in events if isinstance(event, PointerEvent)]
    assert buttons == [Button.NONE, Button.LEFT, Button.RIGHT]


def test_a_double_click_and_leaving_are_told(canvas: Canvas, events: list[object]) -> None:
    QTest.mouseDClick(canvas, LEFT, NONE, QPoint(100, 100))
    QApplication.sendEvent(canvas, QEvent(QEvent.Type.Leave))
    kinds = [event.kind for event in events if isinstance(event, PointerEvent)]
    assert PointerKind.DOUBLE_CLICK in kinds
    assert kinds[-1] is PointerKind.LEAVE


def test_the_position_under_the_cursor_is_told(canvas: Canvas) -> None:
    heard: list[object] = []
    canvas.cursor_moved.connect(heard.append)
    move(canvas, QPoint(50, 60))
    wheel(canvas, 50, 60, QPoint(0, 120))
    QApplication.sendEvent(canvas, QEvent(QEvent.Type.Leave))
    assert heard[0] == pytest.approx(heard[1], abs=1.0)
    assert heard[2] is None


def test_without_a_picture_no_tool_is_told(make_canvas: Callable[[], Canvas]) -> None:
    canvas = make_canvas()
    heard: list[object] = []
    canvas.tool_event.connect(heard.append)
    QTest.mouseClick(canvas, LEFT, NONE, QPoint(50, 50))
    wheel(canvas, 50, 50, QPoint(0, 120), SHIFT)
    QApplication.sendEvent(canvas, QEvent(QEvent.Type.Leave))
    assert heard == []


@pytest.mark.parametrize("cursor", list(Cursor))
def test_the_cursor_is_the_one_of_the_draft(canvas: Canvas, cursor: Cursor) -> None:
    canvas.set_draft(Draft(cursor=cursor))
    shapes = {
        Cursor.ARROW: Qt.CursorShape.ArrowCursor,
        Cursor.CROSS: Qt.CursorShape.CrossCursor,
        Cursor.MOVE: Qt.CursorShape.SizeAllCursor,
        Cursor.POINTING: Qt.CursorShape.PointingHandCursor,
        Cursor.NONE: Qt.CursorShape.BlankCursor,
    }
    assert canvas.cursor().shape() == shapes[cursor]


def test_a_change_of_the_view_is_told_once(canvas: Canvas) -> None:
    heard: list[bool] = []
    canvas.viewport_changed.connect(lambda: heard.append(True))
    canvas.set_scale(3.0)
    canvas.set_scale(3.0)
    assert len(heard) == 1


def test_the_canvas_takes_the_focus_and_has_a_name(canvas: Canvas) -> None:
    assert canvas.focusPolicy() == Qt.FocusPolicy.StrongFocus
    assert canvas.accessibleName()
