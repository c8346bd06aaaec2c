"""Figures of models side by side: a row for each measure, a column for each model."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from core.training.scores import Scores

NOT_MEASURED = "–"


class ComparisonTable(QTableWidget):
    """The better value of each row stands in bold."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, 0, parent)
        self.setAccessibleName(self.tr("Scores of models on held-out images"))
        self.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QTableWidget.SelectionMode.NoSelection)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setShowGrid(False)
        self.setCornerButtonEnabled(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 6)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def show_models(
        self, names: Sequence[str], scores: Sequence[Scores | None], old: Sequence[float | None]
    ) -> None:
        """``old`` is the Dice on pictures that the first ancestor knew."""
        rows = (
            ("Dice", [None if item is None else item.dice for item in scores]),
            ("mIoU", [None if item is None else item.miou for item in scores]),
            (self.tr("AP at .5"), [None if item is None else item.ap for item in scores]),
            (self.tr("F1 at .5"), [None if item is None else item.f1 for item in scores]),
            (self.tr("Dice, old images"), list(old)),
        )
        shown = [(name, values) for name, values in rows if any(v is not None for v in values)]
        self.setColumnCount(len(names))
        self.setHorizontalHeaderLabels(list(names))
        self.setRowCount(len(shown))
        self.setVerticalHeaderLabels([name for name, _ in shown])
        for row, (_, values) in enumerate(shown):
            best = max(value for value in values if value is not None)
            for column, value in enumerate(values):
                self.setItem(row, column, self._cell(value, is_best=value == best))
        frame = 2 * self.frameWidth()
        height = self.horizontalHeader().sizeHint().height() + frame
        self.setFixedHeight(height + len(shown) * self.verticalHeader().defaultSectionSize())

    def _cell(self, value: float | None, *, is_best: bool) -> QTableWidgetItem:
        cell = QTableWidgetItem(NOT_MEASURED if value is None else f"{value:.3f}")
        cell.setTextAlignment(Qt.AlignmentFlag.AlignCenter)
        font = cell.font()
        font.setBold(is_best and self.columnCount() > 1)
        cell.setFont(font)
        return cell
