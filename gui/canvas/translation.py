"""Qt's mouse and wheel events as the tools' events."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent

from gui.canvas.viewport import Viewport
from gui.tools.events import Button, Modifiers, PointerEvent, PointerKind

NOTCH = 120
"""Eighths of a degree of one notch of a wheel, as Qt counts."""

_BUTTONS = {
    Qt.MouseButton.LeftButton: Button.LEFT,
    Qt.MouseButton.RightButton: Button.RIGHT,
}


def modifiers_of(held: Qt.KeyboardModifier) -> Modifiers:
    """The modifier keys that tools know."""
    modifiers = Modifiers.NONE
    if held & Qt.KeyboardModifier.ShiftModifier:
        modifiers |= Modifiers.SHIFT
    if held & Qt.KeyboardModifier.ControlModifier:
        modifiers |= Modifiers.CONTROL
    if held & Qt.KeyboardModifier.AltModifier:
        modifiers |= Modifiers.ALT
    return modifiers


def button_of(event: QMouseEvent, kind: PointerKind) -> Button:
    """The button a press or release belongs to; during a move the one that is held."""
    if kind is PointerKind.MOVE:
        held = event.buttons()
        for qt_button, button in _BUTTONS.items():
            if held & qt_button:
                return button
        return Button.NONE
    return _BUTTONS.get(event.button(), Button.NONE)


def pointer_event(
    kind: PointerKind,
    position: QPointF,
    button: Button,
    held: Qt.KeyboardModifier,
    view: Viewport,
) -> PointerEvent:
    """A pointer event at a position of the widget."""
    x, y = view.to_image(position.x(), position.y())
    return PointerEvent(kind, x, y, button, modifiers_of(held), 1.0 / view.scale)


class WheelNotches:
    """Gathers the small steps of fine wheels and touchpads into whole notches."""

    def __init__(self) -> None:
        self._remainder = 0

    def take(self, event: QWheelEvent) -> int:
        """Whole notches of either axis (Alt and Shift may swap them), away from the hand > 0."""
        total = self._remainder + wheel_angle(event)
        notches = int(total / NOTCH)
        self._remainder = total - notches * NOTCH
        return notches


def wheel_angle(event: QWheelEvent) -> int:
    """Turn of the axis that was turned farther, in eighths of a degree."""
    delta = event.angleDelta()
    return delta.y() if abs(delta.y()) >= abs(delta.x()) else delta.x()
