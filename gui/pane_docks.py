"""Where panes dock around the canvas: groups of tabs at its sides."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabWidget, QWidget

from gui.pane_dock import PaneDock
from gui.pane_tabs import PaneTabs

_LEFT = Qt.DockWidgetArea.LeftDockWidgetArea
_RIGHT = Qt.DockWidgetArea.RightDockWidgetArea
_LEFT_WIDTH_PX, _RIGHT_WIDTH_PX = 248, 358
_ANNOTATIONS_HEIGHT_PX, _WORK_HEIGHT_PX = 320, 480


class DockGroup(Enum):
    """Panes of a group lie behind each other as tabs; the value is the side."""

    PICTURES = "left"
    ANNOTATIONS = "right, above"
    WORK = "right, below"


@dataclass(frozen=True, slots=True)
class Pane:
    """A panel to dock: ``name`` is how it is found again, ``title`` what people read.

    One that is not there ``at_first`` is brought by the View menu, or by the
    command that fills it.
    """

    name: str
    title: str
    panel: QWidget
    at_first: bool = True


class PaneDocks:
    """The docks of one window."""

    def __init__(self, window: QMainWindow) -> None:
        self._window = window
        self._groups: dict[DockGroup, tuple[QDockWidget, ...]] = {}
        # Side by side the names of so many panes would be cut off; upright they all fit.
        window.setTabPosition(_RIGHT, QTabWidget.TabPosition.East)
        PaneTabs(window)

    @property
    def all(self) -> tuple[QDockWidget, ...]:
        """Every dock, group by group."""
        return tuple(dock for docks in self._groups.values() for dock in docks)

    def hides(self, widget: QWidget) -> bool:
        """Whether a widget is in a pane that lies behind another one; to Qt it is visible."""
        return any(
            dock.isAncestorOf(widget) and dock.visibleRegion().isEmpty() for dock in self.all
        )

    def place(self, group: DockGroup, panes: tuple[Pane, ...]) -> None:
        """Dock the panes of a group as tabs, the first of them in front."""
        area = _LEFT if group is DockGroup.PICTURES else _RIGHT
        docks: tuple[QDockWidget, ...] = ()
        for pane in panes:
            dock = self._dock(pane, area)
            # At once: one below the other, so many panes would make the window taller for good.
            if docks:
                self._window.tabifyDockWidget(docks[0], dock)
            docks = (*docks, dock)
        for dock, pane in zip(docks, panes, strict=True):
            dock.setVisible(pane.at_first)
        docks[0].raise_()
        self._groups[group] = docks

    def share_out(self) -> None:
        """Give the groups their first widths and heights."""
        above, below = self._groups[DockGroup.ANNOTATIONS], self._groups[DockGroup.WORK]
        self._window.resizeDocks(
            [above[0], below[0]],
            [_ANNOTATIONS_HEIGHT_PX, _WORK_HEIGHT_PX],
            Qt.Orientation.Vertical,
        )
        self._window.resizeDocks(
            [self._groups[DockGroup.PICTURES][0], above[0], below[0]],
            [_LEFT_WIDTH_PX, _RIGHT_WIDTH_PX, _RIGHT_WIDTH_PX],
            Qt.Orientation.Horizontal,
        )

    def bring_forward(self, name: str) -> None:
        """Show a pane by its name in front of its neighbours."""
        for dock in self.all:
            if dock.objectName() == name:
                dock.show()
                dock.raise_()

    def _dock(self, pane: Pane, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = PaneDock(pane.title, self._window)
        dock.setObjectName(pane.name)
        dock.setWidget(pane.panel)
        self._window.addDockWidget(area, dock)
        return dock
