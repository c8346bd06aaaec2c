"""The keypoints of one label: names in their order, and the lines between them."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from core.document.annotation import Label
from gui.dialogs.skeleton_presets import PERSON_NAMES, PERSON_SKELETON
from gui.icons import IconButton

NAME, JOINED = range(2)
_ORIGIN = Qt.ItemDataRole.UserRole


class KeypointsDialog(QDialog):
    """A row is a keypoint; its second column says which others it is joined with, by number."""

    saved = Signal(object, object, object)
    """Carries names, edges (pairs of numbers from 1 on), and where each keypoint was before."""

    def __init__(self, label: Label, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Keypoints of {}").format(label.name))
        self.resize(460, 480)
        self.table = QTableWidget(0, 2, self)
        self.table.setHorizontalHeaderLabels([self.tr("Name"), self.tr("Joined with number")])
        self.table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.table.setAccessibleName(self.tr("Keypoints in their order"))
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(JOINED, QHeaderView.ResizeMode.ResizeToContents)
        hint = QLabel(
            self.tr(
                "Points are set in this order with Shift+K. “2, 5” in the second column draws "
                "lines from this point to the second and the fifth."
            ),
            self,
        )
        hint.setWordWrap(True)
        hint.setProperty("quiet", True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(8)
        layout.addWidget(self.table)
        layout.addLayout(self._edit_buttons())
        layout.addWidget(hint)
        layout.addLayout(self._end_buttons())
        self._fill(label.keypoint_names, label.skeleton, keep=True)

    def _edit_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(4)
        for name, text, slot in (
            ("plus", self.tr("New keypoint"), self._add),
            ("delete-outline", self.tr("Delete"), self._delete),
            ("arrow-up", self.tr("Earlier"), lambda: self._move(-1)),
            ("arrow-down", self.tr("Later"), lambda: self._move(1)),
        ):
            button = IconButton(name, text, self)
            button.clicked.connect(lambda _checked=False, run=slot: run())
            row.addWidget(button)
        row.addStretch()
        person = QPushButton(self.tr("Person (17 points)"), self)
        person.setToolTip(self.tr("The joints of a person as COCO numbers them"))
        person.setAutoDefault(False)
        person.clicked.connect(lambda: self._fill(PERSON_NAMES, PERSON_SKELETON, keep=False))
        row.addWidget(person)
        return row

    def _end_buttons(self) -> QHBoxLayout:
        cancel = QPushButton(self.tr("Cancel"), self)
        cancel.setAutoDefault(False)
        save = QPushButton(self.tr("Save"), self)
        save.setDefault(True)
        cancel.clicked.connect(self.reject)
        save.clicked.connect(self._save)
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(cancel)
        row.addWidget(save)
        return row

    def _fill(
        self, names: tuple[str, ...], skeleton: tuple[tuple[int, int], ...], *, keep: bool
    ) -> None:
        known = {self._text(row, NAME): self._origin(row) for row in range(self.table.rowCount())}
        self.table.setRowCount(0)
        for place, name in enumerate(names):
            joined = [str(second) for first, second in skeleton if first == place + 1]
            self._insert(place, name, ", ".join(joined), place if keep else known.get(name))

    def _insert(self, row: int, name: str, joined: str, origin: int | None) -> None:
        self.table.insertRow(row)
        item = QTableWidgetItem(name)
        item.setData(_ORIGIN, origin)
        self.table.setItem(row, NAME, item)
        self.table.setItem(row, JOINED, QTableWidgetItem(joined))

    def _add(self) -> None:
        row = self.table.rowCount()
        self._insert(row, "", "", None)
        self.table.setCurrentCell(row, NAME)
        self.table.edit(self.table.model().index(row, NAME))

    def _delete(self) -> None:
        row = self.table.currentRow()
        if row >= 0:
            self.table.removeRow(row)
            later = range(row + 2, self.table.rowCount() + 2)
            self._renumber({number: number - 1 for number in later} | {row + 1: 0})

    def _move(self, step: int) -> None:
        row = self.table.currentRow()
        other = row + step
        if row < 0 or not 0 <= other < self.table.rowCount():
            return
        for column in (NAME, JOINED):
            first, second = self.table.takeItem(row, column), self.table.takeItem(other, column)
            self.table.setItem(row, column, second)
            self.table.setItem(other, column, first)
        self._renumber({row + 1: other + 1, other + 1: row + 1})
        self.table.setCurrentCell(other, NAME)

    def _renumber(self, places: dict[int, int]) -> None:
        """Lines go with their points; 0 is a point that is gone."""
        for row in range(self.table.rowCount()):
            numbers = [places.get(number, number) for number in self._joined(row)]
            joined = QTableWidgetItem(", ".join(str(number) for number in numbers if number))
            self.table.setItem(row, JOINED, joined)

    def _joined(self, row: int) -> list[int]:
        words = self._text(row, JOINED).replace(";", ",").replace(" ", ",").split(",")
        return [int(word) for word in words if word.isdecimal()]

    def _save(self) -> None:
        rows = range(self.table.rowCount())
        names = tuple(self._text(row, NAME) for row in rows)
        edges = tuple((row + 1, number) for row in rows for number in self._joined(row))
        self.saved.emit(names, edges, tuple(self._origin(row) for row in rows))

    def _text(self, row: int, column: int) -> str:
        item = self.table.item(row, column)
        return item.text() if item else ""

    def _origin(self, row: int) -> int | None:
        item = self.table.item(row, NAME)
        found = item.data(_ORIGIN) if item else None
        return found if isinstance(found, int) else None
