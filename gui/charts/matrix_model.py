"""The cells of a matrix of counts as Qt asks for them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from gui.plain_text import plain_tool_tip

Index = QModelIndex | QPersistentModelIndex

AGREEING, DIFFERING = QColor("#009e73"), QColor("#d55e00")


class MatrixModel(QAbstractTableModel):
    """Each cell is shaded by its share of its row; green where both sides agree."""

    def __init__(self, view: QWidget) -> None:
        super().__init__(view)
        self._view = view
        self.row_names: tuple[str, ...] = ()
        self.column_names: tuple[str, ...] = ()
        self._counts: npt.NDArray[np.int64] = np.zeros((0, 0), np.int64)
        self._shares: npt.NDArray[np.float64] = np.zeros((0, 0))
        self._right: frozenset[tuple[int, int]] = frozenset()

    def show(
        self,
        rows: tuple[str, ...],
        columns: tuple[str, ...],
        counts: npt.NDArray[np.int64],
        right: frozenset[tuple[int, int]],
    ) -> None:
        """Take these counts."""
        self.beginResetModel()
        self.row_names, self.column_names = rows, columns
        self._counts, self._right = counts, right
        totals = counts.sum(axis=1, keepdims=True)
        self._shares = counts / np.maximum(totals, 1)
        self.endResetModel()

    def count(self, row: int, column: int) -> int:
        """How much a cell holds."""
        return int(self._counts[row, column])

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's name
        """Rows."""
        return 0 if parent.isValid() else len(self.row_names)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's name
        """Columns."""
        return 0 if parent.isValid() else len(self.column_names)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """What a cell shows."""
        row, column = index.row(), index.column()
        count = self.count(row, column)
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{count:,}".replace(",", "\u202f") if count else ""
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignCenter
        if role == Qt.ItemDataRole.BackgroundRole and count:
            return self._shade(row, column)
        if role == Qt.ItemDataRole.ForegroundRole and count:
            return self._ink(row, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            share = f"{self._shares[row, column]:.1%}"
            names = f"{self.row_names[row]} → {self.column_names[column]}"
            return plain_tool_tip(f"{names}: {count} ({share} of the row)")
        return None

    def headerData(  # noqa: N802 - Qt's name
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        """The names beside the cells."""
        names = self.column_names if orientation == Qt.Orientation.Horizontal else self.row_names
        if role == Qt.ItemDataRole.DisplayRole:
            return names[section]
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tool_tip(names[section])
        return None

    def _shade(self, row: int, column: int) -> QColor:
        ground = self._view.palette().base().color()
        full = AGREEING if (row, column) in self._right else DIFFERING
        share = 0.15 + 0.6 * float(self._shares[row, column])
        mixed = [
            round(low + share * (high - low))
            for low, high in zip(_rgb(ground), _rgb(full), strict=True)
        ]
        return QColor(*mixed)

    def _ink(self, row: int, column: int) -> QColor:
        red, green, blue = _rgb(self._shade(row, column))
        bright = 0.299 * red + 0.587 * green + 0.114 * blue > 115
        return QColor("#0b0b0b") if bright else QColor("#ffffff")


def _rgb(color: QColor) -> tuple[int, int, int]:
    return color.red(), color.green(), color.blue()
