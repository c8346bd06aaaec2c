"""All numbers of a data set, grouped; what is undefined says why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication, QTreeWidget, QTreeWidgetItem, QWidget

from core.scoring.metric_rows import MetricRow
from gui.plain_text import plain_tool_tip


class MetricTree(QTreeWidget):
    """Three columns: measure, value, and why there is none. Ctrl+C copies what is selected."""

    def __init__(self, headers: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setHeaderLabels(list(headers))
        self.setAccessibleName(self.tr("All numbers"))
        self.setSelectionMode(QTreeWidget.SelectionMode.ExtendedSelection)
        self.setUniformRowHeights(True)
        self.setColumnWidth(0, 360)
        self.setColumnWidth(1, 110)

    def show_rows(self, rows: Sequence[MetricRow]) -> None:
        """Show these numbers; groups stay closed or open as they were."""
        closed = {
            item.text(0)
            for item in map(self.topLevelItem, range(self.topLevelItemCount()))
            if item is not None and not item.isExpanded()
        }
        self.clear()
        groups: dict[str, QTreeWidgetItem] = {}
        for row in rows:
            if row.group not in groups:
                groups[row.group] = QTreeWidgetItem([row.group])
                font = self.font()
                font.setBold(True)
                groups[row.group].setFont(0, font)
            groups[row.group].addChild(self._item(row))
        self.addTopLevelItems(list(groups.values()))
        for name, item in groups.items():
            item.setExpanded(name not in closed)

    def text_of(self, group: str, name: str) -> str:
        """The value as it is shown; empty where there is no such row."""
        for item in self._all_rows():
            parent = item.parent()
            if parent is not None and (parent.text(0), item.text(0)) == (group, name):
                return item.text(1)
        return ""

    def copy_selected(self) -> None:
        """Put the selected rows on the clipboard, with tabs between the columns."""
        lines = [
            "\t".join(item.text(column) for column in range(3)).rstrip()
            for item in self.selectedItems()
        ]
        QApplication.clipboard().setText("\n".join(lines))

    def _all_rows(self) -> Iterator[QTreeWidgetItem]:
        for place in range(self.topLevelItemCount()):
            group = self.topLevelItem(place)
            for number in range(0 if group is None else group.childCount()):
                child = None if group is None else group.child(number)
                if child is not None:
                    yield child

    def _item(self, row: MetricRow) -> QTreeWidgetItem:
        item = QTreeWidgetItem([row.name, row.shown, row.reason])
        item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if row.value is None:
            quiet = self.palette().color(QPalette.ColorRole.PlaceholderText)
            for column in (1, 2):
                item.setForeground(column, quiet)
                item.setToolTip(column, plain_tool_tip(row.reason))
        return item
