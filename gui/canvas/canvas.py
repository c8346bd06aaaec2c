"""The canvas: shows an image with its annotations and reports what the hand does."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from gui.canvas.gestures import PanGesture
from gui.canvas.translation import NOTCH, WheelNotches, button_of, pointer_event, wheel_angle
from gui.canvas.view import ImageView
from gui.tools.draft import NO_DRAFT, Cursor, Draft
from gui.tools.events import Button, PointerKind, StepEvent

ZOOM_PER_NOTCH = 1.25

_CURSORS = {
    Cursor.ARROW: Qt.CursorShape.ArrowCursor,
    Cursor.CROSS: Qt.CursorShape.CrossCursor,
    Cursor.MOVE: Qt.CursorShape.SizeAllCursor,
    Cursor.POINTING: Qt.CursorShape.PointingHandCursor,
    Cursor.NONE: Qt.CursorShape.BlankCursor,
}


class Canvas(ImageView):
    """The view with its input: zoom and pan are its own, all else goes to the tools.

    Wheel and Ctrl+wheel zoom at the pointer, Space-drag and middle-drag pan. Keys
    other than Space are left to the window's actions.
    """

    tool_event = Signal(object)
    """A gui.tools.events.ToolEvent, in image coordinates."""
    cursor_moved = Signal(object)
    """Image position (x, y) under the pointer, None when it left."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self._pan = PanGesture()
        self._notches = WheelNotches()
        self._wheel_steps = False
        self._pointer = QPointF()
        self._cursor_shape = NO_DRAFT.cursor
        self._show_cursor()

    def set_draft(self, draft: Draft) -> None:
        """Show the draft of the active tool; repaints only what differs."""
        super().set_draft(draft)
        if draft.cursor is not self._cursor_shape:
            self._cursor_shape = draft.cursor
            self._show_cursor()

    def set_wheel_steps(self, wheel_steps: bool) -> None:
        """Let the plain wheel send StepEvents; Ctrl+wheel still zooms."""
        self._wheel_steps = wheel_steps

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 (Qt's name)
        """Zoom at the pointer; with Shift step instead."""
        held = event.modifiers()
        steps = bool(held & Qt.KeyboardModifier.ShiftModifier) or (
            self._wheel_steps and not held & Qt.KeyboardModifier.ControlModifier
        )
        if steps:
            notches = self._notches.take(event)
            if notches and self._image_size is not None:
                self.tool_event.emit(StepEvent(notches))
        else:
            position = event.position()
            factor = ZOOM_PER_NOTCH ** (wheel_angle(event) / NOTCH)
            self._move_to(self._viewport.zoomed_at(position.x(), position.y(), factor))
            self._report_position(position)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        """Begin a pan or tell the tool."""
        if self._pan.press(event.button(), event.position()):
            self._show_cursor()
        elif not self._pan.is_active:
            self._send(PointerKind.PRESS, event)
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        """Pan or tell the tool."""
        self._pointer = event.position()
        step = self._pan.move(event.position())
        if step is None:
            self._send(PointerKind.MOVE, event)
        else:
            self.pan_by(step.x(), step.y())
        self._report_position(event.position())
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        """End a pan or tell the tool."""
        if self._pan.release(event.button()):
            self._show_cursor()
        elif not self._pan.is_active:
            self._send(PointerKind.RELEASE, event)
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        """Tell the tool; a second quick middle click pans like the first."""
        if self._pan.press(event.button(), event.position()):
            self._show_cursor()
        elif not self._pan.is_active:
            self._send(PointerKind.DOUBLE_CLICK, event)
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's name)
        """Tell the tool that the pointer is gone."""
        if self._image_size is not None:
            none_held = Qt.KeyboardModifier.NoModifier
            leave = pointer_event(
                PointerKind.LEAVE, self._pointer, Button.NONE, none_held, self.viewport
            )
            self.tool_event.emit(leave)
        self.cursor_moved.emit(None)
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        """Space makes the hand ready to pan; every other key is for the window."""
        self._take_space(event, held=True)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        """Space was let go."""
        self._take_space(event, held=False)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 (Qt's name)
        """Forget a held Space: its release goes elsewhere."""
        self._pan.cancel()
        self._show_cursor()
        super().focusOutEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: N802 (Qt's name)
        """Tab walks the proposals while the canvas has the focus; F6 leaves it."""
        return False

    def _take_space(self, event: QKeyEvent, *, held: bool) -> None:
        if event.key() != Qt.Key.Key_Space:
            event.ignore()
            return
        if not event.isAutoRepeat():
            self._pan.hold_space(held)
            self._show_cursor()
        event.accept()

    def _send(self, kind: PointerKind, event: QMouseEvent) -> None:
        button = button_of(event, kind)
        if self._image_size is None or (button is Button.NONE and kind is not PointerKind.MOVE):
            return
        translated = pointer_event(kind, event.position(), button, event.modifiers(), self.viewport)
        self.tool_event.emit(translated)

    def _report_position(self, position: QPointF) -> None:
        if self._image_size is not None:
            self.cursor_moved.emit(self.viewport.to_image(position.x(), position.y()))

    def _show_cursor(self) -> None:
        shape = self._pan.cursor
        self.setCursor(_CURSORS[self._cursor_shape] if shape is None else shape)
