"""Change what keys do."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gui.actions import ActionTable
from gui.key_bindings import PRESETS, KeyBindings, shown

WHAT, KEYS = range(2)
_ID = Qt.ItemDataRole.UserRole


class KeysDialog(QDialog):
    """Mark a command, press its new key, and say whether it replaces the old one or comes to it.

    A key that belongs to another command is named before it is taken from it.
    """

    def __init__(
        self, table: ActionTable, bindings: KeyBindings, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Change keys"))
        self.resize(560, 640)
        self._table = table
        self._bindings = bindings
        self.search = QLineEdit(self)
        self.search.setPlaceholderText(self.tr("Find a command or a key"))
        self.search.setClearButtonEnabled(True)
        self.tree = QTreeWidget(self)
        self.tree.setHeaderLabels([self.tr("Command"), self.tr("Keys")])
        self.tree.setAccessibleName(self.tr("Commands and their keys"))
        self.tree.header().setSectionResizeMode(WHAT, QHeaderView.ResizeMode.Stretch)
        self.tree.header().setStretchLastSection(False)
        self.tree.header().setSectionResizeMode(KEYS, QHeaderView.ResizeMode.ResizeToContents)
        self.key = QKeySequenceEdit(self)
        self.key.setMaximumSequenceLength(1)
        self.key.setAccessibleName(self.tr("New key"))
        self.conflict = QLabel(self)
        self.conflict.setWordWrap(True)
        self.conflict.setTextFormat(Qt.TextFormat.PlainText)
        self.replace = self._button(self.tr("Use this key"), lambda: self._give(add=False))
        self.add = self._button(self.tr("Add this key"), lambda: self._give(add=True))
        self.clear = self._button(self.tr("No key"), self._clear)
        self.reset = self._button(self.tr("As it was"), self._reset)
        self.preset = QComboBox(self)
        for place, preset in enumerate(PRESETS):
            self.preset.addItem(self.tr("Keys of {}").format(preset.title), place)
        self.use_preset = self._button(self.tr("Start from these"), self._use_preset)
        close = self._button(self.tr("Close"), self.close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(8)
        layout.addWidget(self.search)
        layout.addWidget(self.tree)
        layout.addLayout(_row(QLabel(self.tr("New key"), self), self.key, self.replace, self.add))
        layout.addWidget(self.conflict)
        layout.addLayout(_row(self.clear, self.reset, None))
        layout.addLayout(_row(self.preset, self.use_preset, None, close))
        self.search.textChanged.connect(lambda _text: self._fill())
        self.tree.currentItemChanged.connect(lambda *_: self._on_marked())
        self.key.keySequenceChanged.connect(lambda _key: self._check())
        self._fill()

    def mark(self, action_id: str) -> None:
        """Mark a command."""
        for row in self._rows():
            if row.data(WHAT, _ID) == action_id:
                self.tree.setCurrentItem(row)

    def marked(self) -> str | None:
        """The command that is marked."""
        row = self.tree.currentItem()
        return None if row is None else row.data(WHAT, _ID)

    def _button(self, text: str, run: object) -> QPushButton:
        button = QPushButton(text, self)
        button.setAutoDefault(False)
        button.clicked.connect(run)
        return button

    def _rows(self) -> list[QTreeWidgetItem]:
        groups = (self.tree.topLevelItem(place) for place in range(self.tree.topLevelItemCount()))
        rows = (
            group.child(place)
            for group in groups
            if group is not None
            for place in range(group.childCount())
        )
        return [row for row in rows if row is not None]

    def _fill(self) -> None:
        marked, wanted = self.marked(), self.search.text().casefold()
        self.tree.blockSignals(True)
        self.tree.clear()
        groups: dict[str, QTreeWidgetItem] = {}
        for entry in self._table.entries:
            name = entry.text.replace("&", "").removesuffix("…")
            keys = shown(self._bindings.keys_of(entry.id))
            if wanted not in name.casefold() and wanted not in keys.casefold():
                continue
            menu = entry.menu.replace("&", "") or self.tr("Canvas")
            if menu not in groups:
                groups[menu] = QTreeWidgetItem([menu])
                groups[menu].setFlags(Qt.ItemFlag.ItemIsEnabled)
                self.tree.addTopLevelItem(groups[menu])
            row = QTreeWidgetItem([name, keys])
            row.setData(WHAT, _ID, entry.id)
            if self._bindings.is_changed(entry.id):
                font = row.font(KEYS)
                font.setBold(True)
                row.setFont(KEYS, font)
            groups[menu].addChild(row)
        self.tree.expandAll()
        self.tree.blockSignals(False)
        if marked is not None:
            self.mark(marked)
        self._on_marked()

    def _on_marked(self) -> None:
        self.key.clear()
        self._check()

    def _check(self) -> None:
        action_id, key = self.marked(), self.key.keySequence().toString()
        for button in (self.replace, self.add):
            button.setEnabled(action_id is not None and bool(key))
        self.clear.setEnabled(action_id is not None)
        self.reset.setEnabled(action_id is not None and self._bindings.is_changed(action_id))
        holder = None
        if action_id is not None and key:
            holder = self._bindings.holder_of(key, apart_from=action_id)
        if holder is None:
            self.conflict.setText(self.tr("Bold keys are not those that the program came with."))
        else:
            self.conflict.setText(
                self.tr("{key} belongs to “{name}”, which would lose it.").format(
                    key=shown((key,)), name=holder.text.replace("&", "").removesuffix("…")
                )
            )
        self.conflict.setProperty("warning", holder is not None)
        self.conflict.setProperty("quiet", holder is None)
        self.conflict.style().polish(self.conflict)

    def _give(self, *, add: bool) -> None:
        action_id = self.marked()
        key = self.key.keySequence().toString(QKeySequence.SequenceFormat.PortableText)
        if action_id is not None and key:
            before = self._bindings.keys_of(action_id) if add else ()
            self._bindings.give(action_id, (*before, key))
            self._fill()

    def _clear(self) -> None:
        action_id = self.marked()
        if action_id is not None:
            self._bindings.give(action_id, ())
            self._fill()

    def _reset(self) -> None:
        action_id = self.marked()
        if action_id is not None:
            self._bindings.reset(action_id)
            self._fill()

    def _use_preset(self) -> None:
        self._bindings.use(PRESETS[self.preset.currentData()])
        self._fill()


def _row(*widgets: QWidget | None) -> QHBoxLayout:
    """Widgets side by side; None is room that grows."""
    row = QHBoxLayout()
    row.setSpacing(8)
    for widget in widgets:
        if widget is None:
            row.addStretch()
        else:
            row.addWidget(widget)
    return row
