"""Where the edited layer and another one disagree: a list, worst first, and what to do about it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from core.scoring.difference import Disagreement, ObjectDifference
from gui.plain_text import plain_tool_tip
from gui.review.review_commands import ReviewCommands
from gui.session import Session

ROWS_SHOWN = 500
"""The worst ones; the others move up as these are settled."""

KIND_NAMES = {
    Disagreement.MISSING: "missing",
    Disagreement.EXTRA: "extra",
    Disagreement.WRONG_LABEL: "wrong label",
    Disagreement.LOW_OVERLAP: "low overlap",
    Disagreement.MATCHED: "outline differs",
}


class DifferencePanel(QWidget):
    """A click on a row shows it; the buttons settle it and go on to the next."""

    def __init__(
        self, session: Session, review: ReviewCommands, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._review = review
        self._watch = review.watch
        self.theirs = QComboBox(self)
        self.theirs.setAccessibleName(self.tr("Layer to compare mine with"))
        self.theirs.setPlaceholderText(self.tr("No other layer"))
        self.theirs.activated.connect(
            lambda _row: review.watch.compare_with(self.theirs.currentData())
        )
        self.kind = QComboBox(self)
        self.kind.setAccessibleName(self.tr("Kind of disagreement"))
        self.kind.addItem(self.tr("All disagreements"), None)
        for kind, name in KIND_NAMES.items():
            self.kind.addItem(name.capitalize(), kind)
        self.kind.activated.connect(lambda _row: review.watch.show_kind(self.kind.currentData()))
        self.table = self._make_table()
        self.summary = QLabel(self)
        self.summary.setWordWrap(True)
        self.next = QPushButton(self.tr("Next worst (F8)"), self)
        self.take = QPushButton(self.tr("Take theirs (F7)"), self)
        self.keep = QPushButton(self.tr("Keep mine (Shift+F7)"), self)
        self.merge = QPushButton(self.tr("Merge region (Ctrl+F7)"), self)
        self.take_all = QPushButton(self.tr("Take all listed"), self)
        self.keep_all = QPushButton(self.tr("Keep all listed"), self)
        self._lay_out()
        self._connect()
        self._show_layers()
        self._show_items()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Compare the layers when the pane is seen for the first time."""
        super().showEvent(event)
        if not self._watch.is_known:
            self._watch.refresh()

    def _make_table(self) -> QTableWidget:
        headers = [self.tr("What"), self.tr("Label"), "IoU", self.tr("Image")]
        table = QTableWidget(0, len(headers), self)
        table.setHorizontalHeaderLabels(headers)
        table.verticalHeader().hide()
        table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        table.setSelectionMode(QTableWidget.SelectionMode.SingleSelection)
        table.setShowGrid(False)
        table.setTextElideMode(Qt.TextElideMode.ElideLeft)
        table.setWordWrap(False)
        table.setAccessibleName(self.tr("Disagreements, worst first"))
        header = table.horizontalHeader()
        for column in (0, 2):
            header.setSectionResizeMode(column, header.ResizeMode.ResizeToContents)
        for column in (1, 3):
            header.setSectionResizeMode(column, header.ResizeMode.Stretch)
        return table

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        for widget in (self.theirs, self.kind, self.table, self.summary):
            layout.addWidget(widget, 1 if widget is self.table else 0)
        grid = QGridLayout()
        grid.setSpacing(4)
        buttons = (self.next, self.merge, self.take, self.keep, self.take_all, self.keep_all)
        for place, button in enumerate(buttons):
            grid.addWidget(button, place // 2, place % 2)
        layout.addLayout(grid)

    def _connect(self) -> None:
        review = self._review
        for button, run in (
            (self.next, lambda: review.walk(1)),
            (self.take, review.take_current),
            (self.keep, review.keep_current),
            (self.merge, review.merge_current),
            (self.take_all, review.take_listed),
            (self.keep_all, review.keep_listed),
        ):
            button.clicked.connect(lambda _checked=False, chosen=run: chosen())
        self.table.cellClicked.connect(self._on_clicked)
        review.watch.listed.connect(self._show_items)
        review.current_changed.connect(self._show_current)
        self._session.document_changed.connect(lambda _event: self._show_layers())

    def _show_layers(self) -> None:
        layers = self._watch.other_layers
        listed = [
            (self.theirs.itemData(row), self.theirs.itemText(row))
            for row in range(self.theirs.count())
        ]
        wanted = [
            (layer.id, self.tr("Mine against “{name}”").format(name=layer.name)) for layer in layers
        ]
        if listed != wanted:
            self.theirs.clear()
            for layer_id, text in wanted:
                self.theirs.addItem(text, layer_id)
        theirs = self._watch.theirs
        self.theirs.setCurrentIndex(-1 if theirs is None else self.theirs.findData(theirs.id))
        self.theirs.setEnabled(bool(layers))

    def _show_items(self) -> None:
        items = self._watch.items[:ROWS_SHOWN]
        self.table.setRowCount(len(items))
        for row, item in enumerate(items):
            self._fill_row(row, item)
        self.summary.setText(self._summary())
        for button in (self.next, self.take, self.keep, self.take_all, self.keep_all, self.merge):
            button.setEnabled(bool(items))
        self._show_current()

    def _fill_row(self, row: int, item: ObjectDifference) -> None:
        image = self._session.images.by_id(item.image_id)
        number = QTableWidgetItem(f"{item.iou:.2f}" if item.iou else "–")
        number.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        cells = (
            QTableWidgetItem(KIND_NAMES.get(item.kind, item.kind.value)),
            QTableWidgetItem(self._labels(item)),
            number,
            QTableWidgetItem(image.name),
        )
        for column, cell in enumerate(cells):
            self.table.setItem(row, column, cell)
        cells[1].setToolTip(plain_tool_tip(self._labels(item)))
        cells[3].setToolTip(plain_tool_tip(image.path))

    def _labels(self, item: ObjectDifference) -> str:
        labels = self._session.state.labels
        found = [
            labels[label_id].name if label_id in labels else str(label_id)
            for label_id in (item.prediction_label, item.truth_label)
            if label_id is not None
        ]
        return " → ".join(dict.fromkeys(found))

    def _summary(self) -> str:
        if self._watch.theirs is None:
            return self.tr(
                "There is no other layer to compare with. Import a reference or predictions."
            )
        if not self._watch.is_known:
            return self.tr("The layers are being compared…")
        items = self._watch.items
        if not items:
            return self.tr("No open disagreement. {settled} were kept.").format(
                settled=self._watch.settled_count
            )
        shown = self.tr(" The worst {rows} are listed.").format(rows=ROWS_SHOWN)
        return self.tr("{count} disagreements on {images} images; {settled} were kept.").format(
            count=len(items),
            images=len({item.image_id for item in items}),
            settled=self._watch.settled_count,
        ) + (shown if len(items) > ROWS_SHOWN else "")

    def _show_current(self) -> None:
        current = self._review.current
        places = [row for row, item in enumerate(self._watch.items[:ROWS_SHOWN]) if item == current]
        if places:
            self.table.selectRow(places[0])
        else:
            self.table.clearSelection()

    def _on_clicked(self, row: int, _column: int) -> None:
        if row < len(self._watch.items):
            self._review.go_to(self._watch.items[row])
