"""The bar above the canvas while objects are drawn: what is spared, and whether points snap."""

from __future__ import annotations

from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from core.editing.paint_rules import PaintRule
from gui.tool_host import ToolHost
from gui.tools.registry import tool_infos

SNAPPING_SETTING = "drawing/snap to neighbours"


class DrawingBar(QWidget):
    """Says at all times by which rule new pixels are painted and whether points snap."""

    def __init__(self, tools: ToolHost, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tools = tools
        self._painting = frozenset(info.name for info in tool_infos() if info.paints)
        self._snapping = frozenset(info.name for info in tool_infos() if info.snaps)
        self.rule = self._button()
        self.rule.setProperty("withArrow", True)
        self.rule.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.rule.setToolTip(
            self.tr("What new pixels do to objects that are there (Shift+B: the next rule)")
        )
        self.rule.setAccessibleName(self.tr("Rule for painting"))
        self._rules = self._rule_menu()
        self.snap = self._button()
        self.snap.setText(self.tr("Snap"))
        self.snap.setCheckable(True)
        self.snap.setToolTip(
            self.tr("Points land on the outlines of neighbours (Shift+N); Ctrl sets one freely")
        )
        self.snap.setAccessibleName(self.tr("Snap to neighbours"))
        self.snap.clicked.connect(tools.set_snapping)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 2, 8, 2)
        layout.setSpacing(4)
        layout.addWidget(self.rule)
        layout.addWidget(self.snap)
        tools.tool_changed.connect(lambda _name: self.refresh())
        tools.paint_rule_changed.connect(lambda _rule: self.refresh())
        tools.snapping_changed.connect(lambda _snaps: self.refresh())
        self.refresh()

    def refresh(self) -> None:
        """Show what means something to the active tool."""
        name, rule = self._tools.active.name, self._tools.paint_rule
        self.rule.setVisible(name in self._painting)
        self.snap.setVisible(name in self._snapping)
        self.setVisible(name in self._painting | self._snapping)
        self.rule.setText(rule.value[0].upper() + rule.value[1:])
        self._rules[rule].setChecked(True)
        self.snap.setChecked(self._tools.snaps)

    def _rule_menu(self) -> dict[PaintRule, QAction]:
        menu = QMenu(self.rule)
        group = QActionGroup(menu)
        actions: dict[PaintRule, QAction] = {}
        for rule in PaintRule:
            action = menu.addAction(rule.value[0].upper() + rule.value[1:])
            action.setCheckable(True)
            action.triggered.connect(
                lambda _checked=False, rule=rule: self._tools.set_paint_rule(rule)
            )
            group.addAction(action)
            actions[rule] = action
        self.rule.setMenu(menu)
        return actions

    def _button(self) -> QToolButton:
        button = QToolButton(self)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button


def remember_snapping(tools: ToolHost, row: QAction, settings: QSettings) -> None:
    """Snap as was chosen last, keep what is chosen from now on, and tick its row in the menu."""

    def keep(snaps: bool) -> None:
        row.setChecked(snaps)
        settings.setValue(SNAPPING_SETTING, snaps)

    if str(settings.value(SNAPPING_SETTING, "false")).lower() in ("true", "1"):
        tools.set_snapping(True)
    row.setChecked(tools.snaps)
    tools.snapping_changed.connect(keep)
