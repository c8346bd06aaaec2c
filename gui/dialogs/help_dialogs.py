"""The key sheet, the command palette, and where things are."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QMainWindow,
    QMessageBox,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
)

from gui.actions import ActionTable
from gui.key_bindings import KeyBindings

CANVAS_GESTURES = (
    ("Wheel, Ctrl+wheel", "zoom at the cursor"),
    ("Space-drag, middle-drag", "pan"),
    ("Shift+wheel", "grow or shrink: region, brush"),
    ("Ctrl while drawing", "set a vertex freely, away from a neighbour"),
    ("Left click", "add; right click or Shift+click takes away"),
)


class HelpDialogs:
    """Opens the dialogs of the Help menu over one window."""

    def __init__(self, window: QMainWindow, log_file: Path) -> None:
        self._window = window
        self._log_file = log_file
        self._table: ActionTable | None = None
        self._bindings: KeyBindings | None = None

    def use(self, table: ActionTable, bindings: KeyBindings) -> None:
        """Say which actions the dialogs are about, and who changes their keys."""
        self._table = table
        self._bindings = bindings

    def change_keys(self) -> None:
        """Change what keys do."""
        from gui.dialogs.keys_dialog import KeysDialog

        if self._table is not None and self._bindings is not None:
            KeysDialog(self._table, self._bindings, self._window).show()

    def show_keys(self) -> None:
        """Every key and gesture on one sheet."""
        dialog = QDialog(self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle("Keys")
        dialog.resize(560, 640)
        tree = QTreeWidget(dialog)
        tree.setHeaderLabels(["What", "Key"])
        tree.setColumnWidth(0, 320)
        groups: dict[str, QTreeWidgetItem] = {}
        rows = [("Canvas", text, keys) for keys, text in CANVAS_GESTURES]
        for group, text, keys in (*rows, *(self._table.key_sheet() if self._table else ())):
            if group not in groups:
                groups[group] = QTreeWidgetItem([group])
                tree.addTopLevelItem(groups[group])
            groups[group].addChild(QTreeWidgetItem([text, keys]))
        tree.expandAll()
        layout = QVBoxLayout(dialog)
        change = QPushButton("Change keys…", dialog)
        change.clicked.connect(self.change_keys)
        change.clicked.connect(dialog.close)
        layout.addWidget(tree)
        layout.addWidget(change, 0, Qt.AlignmentFlag.AlignRight)
        dialog.show()

    def show_palette(self) -> None:
        """Find a command by typing a part of its name."""
        if self._table is not None:
            CommandPalette(self._window, self._table).show()

    def show_log_place(self) -> None:
        """Where the log file is."""
        self._tell("Log", f"The log is written to\n{self._log_file}")

    def show_about(self) -> None:
        """Name, version, licence."""
        from importlib.metadata import version

        self._tell(
            "About Maskwright",
            f"Maskwright {version('maskwright')}\n\nLabel images and review predictions.\n"
            "BSD 3-Clause licence.",
        )

    def _tell(self, title: str, text: str) -> None:
        box = QMessageBox(self._window)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setWindowTitle(title)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(text)
        box.open()


class CommandPalette(QDialog):
    """Type, choose with the arrows, Enter."""

    def __init__(self, window: QMainWindow, table: ActionTable) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Find a command")
        self.resize(480, 360)
        self._table = table
        self.search = QLineEdit(self)
        self.search.setPlaceholderText("Type a part of a command")
        self.list = QListWidget(self)
        layout = QVBoxLayout(self)
        layout.addWidget(self.search)
        layout.addWidget(self.list)
        self.search.textChanged.connect(self._fill)
        self.search.returnPressed.connect(self._run)
        self.list.itemActivated.connect(lambda _item: self._run())
        self._fill("")

    def _fill(self, text: str) -> None:
        self.list.clear()
        for entry in self._table.entries:
            name = entry.text.replace("&", "")
            if text.casefold() in name.casefold() and entry.id != "palette":
                keys = "  ".join(QKeySequence(key).toString() for key in entry.keys)
                item = QListWidgetItem(f"{name}    {keys}" if keys else name)
                item.setData(Qt.ItemDataRole.UserRole, entry.id)
                self.list.addItem(item)
        self.list.setCurrentRow(0)

    def _run(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            self.close()
            self._table[item.data(Qt.ItemDataRole.UserRole)].trigger()
