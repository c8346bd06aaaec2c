"""Cells of tables that sort as numbers, and names that are shown as they are."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTableWidgetItem

from gui.plain_text import plain_tool_tip


class NumberCell(QTableWidgetItem):
    """A number at the right; what is undefined sorts last."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        try:
            self._value = float(text)
        except ValueError:
            self._value = float("inf")
        self.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def __lt__(self, other: QTableWidgetItem) -> bool:
        if isinstance(other, NumberCell):
            return self._value < other._value
        return super().__lt__(other)


class TextCell(QTableWidgetItem):
    """A name with the whole of it in the tool tip."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.setToolTip(plain_tool_tip(text))
