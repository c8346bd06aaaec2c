"""Tables of all numbers: of the data set, and of each label."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QLabel, QSplitter, QTableWidget, QVBoxLayout, QWidget

from core.scoring.metric_files import label_table
from core.scoring.metric_rows import metric_rows
from gui.charts.metric_tree import MetricTree
from gui.charts.number_cell import NumberCell, TextCell
from gui.review.metric_watch import Measured


class NumbersPage(QWidget):
    """The numbers of the data set beside those of the labels, and what was assumed for them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        headers = [self.tr("Measure"), self.tr("Value"), self.tr("Why there is none")]
        self.tree = MetricTree(headers, self)
        self.labels = QTableWidget(0, 0, self)
        self.labels.setAccessibleName(self.tr("Numbers of each label"))
        self.labels.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.labels.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.labels.setShowGrid(False)
        self.labels.verticalHeader().hide()
        self.labels.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 8)
        self.labels.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.notes = QLabel(self)
        self.notes.setWordWrap(True)
        self.notes.setTextFormat(Qt.TextFormat.PlainText)
        self.notes.setProperty("quiet", True)
        self.notes.hide()
        splitter = QSplitter(Qt.Orientation.Horizontal, self)
        splitter.addWidget(self.tree)
        splitter.addWidget(self.labels)
        splitter.setStretchFactor(0, 3)
        splitter.setStretchFactor(1, 2)
        splitter.setChildrenCollapsible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(8)
        layout.addWidget(splitter, 1)
        layout.addWidget(self.notes)
        copy = QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), self.tree)
        copy.setContext(Qt.ShortcutContext.WidgetShortcut)
        copy.activated.connect(self.tree.copy_selected)

    def show_measured(self, measured: Measured) -> None:
        """Fill the tables."""
        metrics, dataset = measured.metrics, measured.dataset
        self.tree.show_rows(metric_rows(metrics))
        header, rows = label_table(metrics, dataset)
        table = self.labels
        table.setSortingEnabled(False)
        table.setColumnCount(len(header))
        table.setHorizontalHeaderLabels(header)
        table.setRowCount(len(rows))
        for row, cells in enumerate(rows):
            table.setItem(row, 0, TextCell(cells[0]))
            for column, text in enumerate(cells[1:], start=1):
                table.setItem(row, column, NumberCell(text))
        table.setSortingEnabled(True)
        table.sortItems(0, Qt.SortOrder.AscendingOrder)
        table.resizeColumnsToContents()
        names = {image.id: image.path for image in dataset.images}
        lines = [*metrics.notes]
        lines += [f"{names[number]} was not scored: {why}" for number, why in metrics.score.failed]
        self.notes.setText("\n".join(lines[:8]))
        self.notes.setVisible(bool(lines))
