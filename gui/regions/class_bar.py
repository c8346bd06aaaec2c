"""The bar above the canvas while classes are painted: what is spared, and the rest."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from core.editing.paint_rules import PaintRule
from gui.regions.class_commands import ClassCommands
from gui.tool_host import ToolHost


class ClassBar(QWidget):
    """Shown while the tool for classes is active."""

    def __init__(
        self, tools: ToolHost, commands: ClassCommands, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._tools = tools
        self.only_unlabelled = self._button(self.tr("Only unlabelled"))
        self.only_unlabelled.setCheckable(True)
        self.only_unlabelled.setToolTip(
            self.tr("Pixels that have a class keep it (Shift+B goes through all rules)")
        )
        self.only_unlabelled.clicked.connect(self._choose)
        self.void = self._button(self.tr("Void"))
        self.void.setCheckable(True)
        self.void.setToolTip(
            self.tr("Paint pixels that shall not be scored, such as blurred borders (Ctrl+Alt+H)")
        )
        self.void.clicked.connect(commands.toggle_void)
        self.fill = self._button(self.tr("Fill the rest"))
        self.fill.setToolTip(
            self.tr("Give every pixel without a class this label, or void (Shift+H)")
        )
        self.fill.clicked.connect(commands.fill_rest)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 2, 8, 2)
        layout.setSpacing(4)
        layout.addWidget(self.void)
        layout.addWidget(self.only_unlabelled)
        layout.addWidget(self.fill)
        tools.tool_changed.connect(lambda _name: self.refresh())
        tools.paint_rule_changed.connect(lambda _rule: self.refresh())
        tools.paints_void_changed.connect(lambda _void: self.refresh())
        self.refresh()

    def refresh(self) -> None:
        """Show the rule that is in force, or nothing for another tool."""
        self.setVisible(self._tools.active.name == "classes")
        spares = self._tools.paint_rule in (PaintRule.UNLABELLED, PaintRule.UNDER)
        self.only_unlabelled.setChecked(spares)
        self.void.setChecked(self._tools.paints_void)

    def _button(self, text: str) -> QToolButton:
        button = QToolButton(self)
        button.setText(text)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _choose(self, spares: bool) -> None:
        self._tools.set_paint_rule(PaintRule.UNLABELLED if spares else PaintRule.OVER)
