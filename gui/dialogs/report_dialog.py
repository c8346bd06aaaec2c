"""Shows what an import or an export brought over, and what it could not."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from core.formats.dataset import ReportEntry
from gui.plain_text import plain_tool_tip

ROWS_SHOWN = 2000
ROWS_MEASURED = 300
"""With more rows all have one line: to measure each would hold up the window."""


class ReportDialog(QDialog):
    """A summary and the list of everything that was left out or altered, in this order."""

    def __init__(
        self, title: str, summary: str, entries: Sequence[ReportEntry], parent: QWidget | None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(900, 480 if entries else 160)
        layout = QVBoxLayout(self)
        layout.setSpacing(12)
        text = QLabel(summary, self)
        text.setTextFormat(Qt.TextFormat.PlainText)
        text.setWordWrap(True)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout.addWidget(text)
        if entries:
            worst_first = sorted(entries, key=lambda entry: not entry.left_out)
            layout.addWidget(self._make_table(worst_first[:ROWS_SHOWN]), 1)
        if len(entries) > ROWS_SHOWN:
            layout.addWidget(QLabel(self.tr("… and {} more").format(len(entries) - ROWS_SHOWN)))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.close)
        layout.addWidget(buttons)

    def _make_table(self, entries: Sequence[ReportEntry]) -> QTableWidget:
        headers = [self.tr("Where"), self.tr("Why"), self.tr("What was done")]
        table = QTableWidget(len(entries), len(headers), self)
        table.setHorizontalHeaderLabels(headers)
        table.verticalHeader().hide()
        table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        table.setWordWrap(True)
        for row, entry in enumerate(entries):
            where = ", ".join(filter(None, (entry.file, entry.item)))
            for column, value in enumerate((where, entry.reason, entry.action)):
                item = QTableWidgetItem(value)
                item.setToolTip(plain_tool_tip(value))
                item.setTextAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
                table.setItem(row, column, item)
        header = table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setStretchLastSection(True)
        for column, width in enumerate((220, 300)):
            table.setColumnWidth(column, width)
        if len(entries) <= ROWS_MEASURED:
            table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        return table
