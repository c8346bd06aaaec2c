"""Shows what an import or an export brought over, and what it could not."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from core.formats.dataset import ReportEntry
from gui.plain_text import plain_tool_tip

ROWS_SHOWN = 2000


class ReportDialog(QDialog):
    """A summary and the list of everything that was left out or altered."""

    def __init__(
        self, title: str, summary: str, entries: Sequence[ReportEntry], parent: QWidget | None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(760, 420 if entries else 160)
        layout = QVBoxLayout(self)
        layout.setSpacing(12)
        text = QLabel(summary, self)
        text.setTextFormat(Qt.TextFormat.PlainText)
        text.setWordWrap(True)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout.addWidget(text)
        if entries:
            layout.addWidget(self._make_table(entries[:ROWS_SHOWN]), 1)
        if len(entries) > ROWS_SHOWN:
            layout.addWidget(QLabel(self.tr("… and {} more").format(len(entries) - ROWS_SHOWN)))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.close)
        layout.addWidget(buttons)

    def _make_table(self, entries: Sequence[ReportEntry]) -> QTableWidget:
        headers = [self.tr("File"), self.tr("Item"), self.tr("Why"), self.tr("What was done")]
        table = QTableWidget(len(entries), len(headers), self)
        table.setHorizontalHeaderLabels(headers)
        table.verticalHeader().hide()
        table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        table.horizontalHeader().setStretchLastSection(True)
        table.setWordWrap(False)
        for row, entry in enumerate(entries):
            for column, value in enumerate((entry.file, entry.item, entry.reason, entry.action)):
                item = QTableWidgetItem(str(value))
                item.setToolTip(plain_tool_tip(str(value)))
                table.setItem(row, column, item)
        for column, width in enumerate((160, 160, 260)):
            table.setColumnWidth(column, width)
        return table
