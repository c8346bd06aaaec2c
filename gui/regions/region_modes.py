"""What dragging does in the region tools."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from gui.tool_host import ToolHost
from gui.tools.region import RegionTool
from gui.tools.region_drag import RegionMode


class RegionModes(QObject):
    """Chooses the mode of the active region tool."""

    changed = Signal()

    def __init__(self, tools: ToolHost, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tools = tools
        tools.tool_changed.connect(lambda _name: self.changed.emit())

    @property
    def mode(self) -> RegionMode | None:
        """The mode of the active tool; None when it is no region tool."""
        tool = self._tools.active
        return tool.mode if isinstance(tool, RegionTool) else None

    def choose(self, mode: RegionMode) -> None:
        """Let dragging do this from now on."""
        tool = self._tools.active
        if isinstance(tool, RegionTool):
            tool.set_mode(mode)
            self._tools.say(f"Dragging: {mode.value}.")
            self._tools.refresh()
        self.changed.emit()

    def choose_next(self) -> None:
        """Go to the next mode; from another tool, take up the regions first."""
        mode = self.mode
        if mode is None:
            self._tools.use("region")
        else:
            self.choose(mode.next)
