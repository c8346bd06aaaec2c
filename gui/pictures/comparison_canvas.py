"""A canvas to look at: it zooms and pans, and shows where the pointer is on the other one."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from gui.canvas.canvas import Canvas
from gui.tools.draft import NO_DRAFT, Draft

MARK_COLOR = "#4da3ff"


class ComparisonCanvas(Canvas):
    """Left-drag pans, the wheel zooms; keys stay with the canvas that is worked on."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Image to compare with"))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.is_in_hand = False
        """Whether the view is being zoomed or panned here, and not by following the other one."""
        self._pan.hold_space(True)
        self._show_cursor()

    def point_at(self, position: tuple[float, float] | None) -> None:
        """Mark an image position, None for nowhere."""
        mark = NO_DRAFT if position is None else Draft(handles=(position,), color=MARK_COLOR)
        self.set_draft(mark)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 (Qt's name)
        """Zoom here and there."""
        self.is_in_hand = True
        super().wheelEvent(event)
        self.is_in_hand = False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        """Pan here and there."""
        self.is_in_hand = self._pan.is_active
        super().mouseMoveEvent(event)
        self.is_in_hand = False
