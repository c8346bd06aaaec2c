"""Panning by Space-drag or middle-drag: the only gesture that the canvas keeps to itself."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt


class PanGesture:
    """Whether the view is being dragged, and by how much it moves."""

    def __init__(self) -> None:
        self._space_held = False
        self._from: QPointF | None = None
        self._button = Qt.MouseButton.NoButton

    @property
    def is_active(self) -> bool:
        """Whether the view follows the pointer."""
        return self._from is not None

    @property
    def cursor(self) -> Qt.CursorShape | None:
        """A hand while Space is held or the view is dragged, else None."""
        if self.is_active:
            return Qt.CursorShape.ClosedHandCursor
        return Qt.CursorShape.OpenHandCursor if self._space_held else None

    def hold_space(self, held: bool) -> None:
        """Space went down or up; a drag that has begun goes on until its button is up."""
        self._space_held = held

    def press(self, button: Qt.MouseButton, position: QPointF) -> bool:
        """Whether this press begins a drag of the view."""
        left_with_space = self._space_held and button == Qt.MouseButton.LeftButton
        if self.is_active or not (left_with_space or button == Qt.MouseButton.MiddleButton):
            return False
        self._from, self._button = position, button
        return True

    def move(self, position: QPointF) -> QPointF | None:
        """How far the view moves, None when it is not dragged."""
        if self._from is None:
            return None
        step = position - self._from
        self._from = position
        return step

    def release(self, button: Qt.MouseButton) -> bool:
        """Whether this release ends a drag of the view."""
        if self._from is None or button != self._button:
            return False
        self._from = None
        return True

    def cancel(self) -> None:
        """Forget everything, as when the focus or the grab is lost."""
        self._space_held = False
        self._from = None
