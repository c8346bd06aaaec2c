"""A few buttons in the bar above the canvas: what dragging does in a region tool."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QWidget

from gui.regions.region_modes import RegionModes
from gui.tools.region_drag import RegionMode


class RegionBar(QWidget):
    """Shown while a region tool is active; Shift+G goes through the same modes."""

    def __init__(self, modes: RegionModes, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._modes = modes
        self._group = QButtonGroup(self)
        self.buttons: dict[RegionMode, QToolButton] = {}
        names = {
            RegionMode.PAINT: self.tr("Click or paint"),
            RegionMode.BOX: self.tr("Box"),
            RegionMode.SCRIBBLE: self.tr("Scribble"),
            RegionMode.CUT: self.tr("Split"),
        }
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 2, 8, 2)
        layout.setSpacing(4)
        for mode, name in names.items():
            button = QToolButton(self)
            button.setText(name)
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setToolTip(f"{mode.value[0].upper()}{mode.value[1:]} (Shift+G)")
            button.clicked.connect(lambda _checked, mode=mode: modes.choose(mode))
            self._group.addButton(button)
            self.buttons[mode] = button
            layout.addWidget(button)
        modes.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the mode of the active tool, or nothing when it is no region tool."""
        mode = self._modes.mode
        self.setVisible(mode is not None)
        if mode is not None:
            self.buttons[mode].setChecked(True)
