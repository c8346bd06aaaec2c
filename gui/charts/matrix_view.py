"""A table of counts whose cells are shaded, can be clicked, and saved as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPalette
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from core.errors import WriteError
from gui.charts.matrix_model import MatrixModel
from gui.charts.saving import ask_picture_file

PNG_SCALE = 2
LARGEST_SIDE_PX = 16_000


@dataclass(frozen=True, slots=True, eq=False)
class Matrix:
    """Counts int64 (rows, columns) and the names beside them.

    ``right`` are the cells, by row and column, that count as agreement.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    counts: npt.NDArray[np.int64]
    right: frozenset[tuple[int, int]] = frozenset()


class MatrixView(QWidget):
    """The table with its heading; an empty cell cannot be chosen."""

    chosen = Signal(int, int)
    """Row and column of a cell with something in it."""

    def __init__(self, title: str, explanation: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = title
        self.model = MatrixModel(self)
        self.table = QTableView(self)
        self.table.setModel(self.model)
        self.table.setAccessibleName(title)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setCornerButtonEnabled(False)
        self.table.setShowGrid(False)
        self.table.verticalHeader().setDefaultAlignment(
            Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        )
        self.table.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 8)
        self.table.horizontalHeader().setDefaultSectionSize(88)
        self.table.horizontalHeader().setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.table.clicked.connect(self._on_chosen)
        self.table.activated.connect(self._on_chosen)
        heading = QLabel(title, self)
        heading.setProperty("heading", True)
        self.note = QLabel(explanation, self)
        self.note.setProperty("quiet", True)
        self.note.setWordWrap(True)
        self.save = QPushButton(self.tr("Save picture…"), self)
        self.save.setToolTip(self.tr("As PNG or SVG"))
        self.save.clicked.connect(self._ask_and_save)
        self._matrix: Matrix | None = None
        self._shown_rows: list[int] = []
        self._shown_columns: list[int] = []
        self.only_errors = QCheckBox(self.tr("Only what differs"), self)
        self.only_errors.setToolTip(self.tr("Leave out labels that are never mistaken"))
        self.only_errors.toggled.connect(lambda _on: self._show())
        self.empty = QLabel(self)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setProperty("quiet", True)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self.table)
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(heading)
        head.addWidget(self.note, 1)
        head.addWidget(self.only_errors)
        head.addWidget(self.save)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(head)
        layout.addWidget(self._stack, 1)
        self.show_empty(self.tr("Nothing has been measured yet."))

    def show_empty(self, why: str) -> None:
        """Say why there is nothing to show."""
        self.empty.setText(why)
        self.save.setEnabled(False)
        self._stack.setCurrentWidget(self.empty)

    def show_matrix(self, matrix: Matrix) -> None:
        """Show these counts."""
        self._matrix = matrix
        self.only_errors.setVisible(bool(matrix.right))
        self._show()

    def _show(self) -> None:
        matrix = self._matrix
        if matrix is None:
            return
        counted = matrix.counts.copy()
        if self.only_errors.isChecked():
            for place in matrix.right:
                counted[place] = 0
        if not counted.any():
            why = self.tr("Nothing differs.") if matrix.counts.any() else self.tr("No object.")
            self.show_empty(why)
            return
        self._shown_rows = np.flatnonzero(counted.any(axis=1)).tolist()
        self._shown_columns = np.flatnonzero(counted.any(axis=0)).tolist()
        if not self.only_errors.isChecked():
            self._shown_rows = list(range(len(matrix.rows)))
            self._shown_columns = list(range(len(matrix.columns)))
        self.model.show(
            tuple(matrix.rows[row] for row in self._shown_rows),
            tuple(matrix.columns[column] for column in self._shown_columns),
            matrix.counts[np.ix_(self._shown_rows, self._shown_columns)],
            frozenset(
                (row, column)
                for row, old_row in enumerate(self._shown_rows)
                for column, old_column in enumerate(self._shown_columns)
                if (old_row, old_column) in matrix.right
            ),
        )
        self.save.setEnabled(True)
        self._stack.setCurrentWidget(self.table)

    def save_to(self, path: Path) -> None:
        """Write the whole table as PNG or SVG, as the suffix says; raises WriteError."""
        size = self._picture_size()
        if path.suffix.lower() == ".svg":
            generator = QSvgGenerator()
            generator.setFileName(str(path))
            generator.setSize(size)
            generator.setViewBox(QRect(0, 0, size.width(), size.height()))
            generator.setTitle(self.title)
            with QPainter(generator) as painter:
                self._paint(painter, size)
            written = path.is_file()
        else:
            scale = PNG_SCALE if max(size.width(), size.height()) < LARGEST_SIDE_PX // 2 else 1
            image = QImage(size * scale, QImage.Format.Format_RGB32)
            with QPainter(image) as painter:
                painter.scale(scale, scale)
                self._paint(painter, size)
            written = image.save(str(path))
        if not written:
            raise WriteError(f"{path} could not be written.", "Choose another folder.")

    def _picture_size(self) -> QSize:
        cell = self._cell_size()
        names = self._names_width()
        return QSize(
            names + cell.width() * self.model.columnCount(),
            cell.height() * (self.model.rowCount() + 1),
        )

    def _cell_size(self) -> QSize:
        return QSize(96, self.fontMetrics().height() + 10)

    def _names_width(self) -> int:
        metrics = self.fontMetrics()
        widths = [metrics.horizontalAdvance(name) for name in self.model.row_names]
        return min(max(widths, default=0), 240) + 16

    def _paint(self, painter: QPainter, size: QSize) -> None:
        palette, cell, names = self.palette(), self._cell_size(), self._names_width()
        painter.fillRect(QRect(0, 0, size.width(), size.height()), palette.base())
        painter.setFont(self.font())
        text = palette.color(QPalette.ColorRole.Text)
        for column, name in enumerate(self.model.column_names):
            place = QRectF(names + column * cell.width(), 0, cell.width(), cell.height())
            self._write(painter, place, name, text, Qt.AlignmentFlag.AlignCenter)
        for row, name in enumerate(self.model.row_names):
            top = (row + 1) * cell.height()
            aligned = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            self._write(painter, QRectF(0, top, names - 8, cell.height()), name, text, aligned)
            for column in range(self.model.columnCount()):
                place = QRectF(names + column * cell.width(), top, cell.width(), cell.height())
                index = self.model.index(row, column)
                shade = index.data(Qt.ItemDataRole.BackgroundRole)
                if isinstance(shade, QColor):
                    painter.fillRect(place.adjusted(0, 0, -1, -1), shade)
                ink = index.data(Qt.ItemDataRole.ForegroundRole)
                color = ink if isinstance(ink, QColor) else text
                shown = str(index.data() or "")
                self._write(painter, place, shown, color, Qt.AlignmentFlag.AlignCenter)

    def _write(
        self, painter: QPainter, place: QRectF, text: str, color: QColor, how: Qt.AlignmentFlag
    ) -> None:
        painter.setPen(color)
        shown = self.fontMetrics().elidedText(
            text, Qt.TextElideMode.ElideMiddle, int(place.width()) - 6
        )
        painter.drawText(place, how, shown)

    def _on_chosen(self, index: QModelIndex) -> None:
        if self.model.count(index.row(), index.column()):
            self.chosen.emit(self._shown_rows[index.row()], self._shown_columns[index.column()])

    def _ask_and_save(self) -> None:
        path = ask_picture_file(self, self.title)
        if path is not None:
            try:
                self.save_to(path)
            except WriteError as error:
                self.note.setText(str(error))
            else:
                self.note.setText(self.tr("Saved as {}").format(path))


def matrix_of(
    rows: Sequence[str], columns: Sequence[str], counts: Sequence[Sequence[int]]
) -> Matrix:
    """A matrix of plain lists, whose diagonal agrees."""
    array = np.array(counts, np.int64).reshape(len(rows), len(columns))
    right = frozenset((place, place) for place in range(min(array.shape)))
    return Matrix(tuple(rows), tuple(columns), array, right)
