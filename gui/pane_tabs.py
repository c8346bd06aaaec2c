"""The upright tabs of panes that lie behind each other: whole names, or arrows to the others."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QMainWindow, QTabBar


class PaneTabs(QObject):
    """Sees to every tab bar that a window makes for its docks, now and when they are moved."""

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        window.installEventFilter(self)

    def eventFilter(self, window: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """A tab bar has just been made; the window has its own mind on it until it is polished."""
        if event.type() == QEvent.Type.ChildPolished:
            for bar in window.children():
                if isinstance(bar, QTabBar):
                    bar.setElideMode(Qt.TextElideMode.ElideNone)
                    bar.setUsesScrollButtons(True)
        return False
