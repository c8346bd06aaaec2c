"""A button that opens a list of values to tick; nothing ticked means all of them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QFocusEvent, QIcon, QKeyEvent
from PySide6.QtWidgets import QLabel, QListWidget, QListWidgetItem, QPushButton, QWidget

from gui.plain_text import plain_tool_tip

ROWS_SHOWN = 14
DATA_ROLE = Qt.ItemDataRole.UserRole

Entry = tuple[str, object, QIcon | None]
"""The text, the value, and an icon beside it."""


class CheckedChoice(QPushButton):
    """Shows what is ticked as its own text."""

    changed = Signal()

    def __init__(self, name: str, everything: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._everything = everything
        self._texts: dict[object, str] = {}
        self.setAccessibleName(name)
        self.setStyleSheet("text-align: left; padding: 3px 8px;")
        self.list = _PopupList(self)
        self.list.setAccessibleName(name)
        self.list.itemChanged.connect(lambda _item: self._on_changed())
        self.clicked.connect(self._open)
        self._show()

    def set_entries(self, entries: Sequence[Entry]) -> None:
        """Offer these values; ticks stay on those that are still there."""
        wanted = {value: text for text, value, _ in entries}
        if wanted == self._texts and self.list.count() == len(entries):
            return
        ticked = self.chosen
        self._texts = wanted
        self.list.blockSignals(True)
        self.list.clear()
        for text, value, icon in entries:
            item = QListWidgetItem(text)
            if icon is not None:
                item.setIcon(icon)
            item.setData(DATA_ROLE, value)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            state = Qt.CheckState.Checked if value in ticked else Qt.CheckState.Unchecked
            item.setCheckState(state)
            self.list.addItem(item)
        self.list.blockSignals(False)
        self.setEnabled(bool(entries))
        self._show()

    @property
    def chosen(self) -> frozenset[object]:
        """The values that are ticked."""
        return frozenset(
            item.data(DATA_ROLE)
            for item in self._items()
            if item.checkState() == Qt.CheckState.Checked
        )

    def choose(self, values: frozenset[object]) -> None:
        """Tick these values and no others."""
        self.list.blockSignals(True)
        for item in self._items():
            ticked = item.data(DATA_ROLE) in values
            item.setCheckState(Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked)
        self.list.blockSignals(False)
        self._on_changed()

    def _items(self) -> list[QListWidgetItem]:
        return [self.list.item(row) for row in range(self.list.count())]

    def _on_changed(self) -> None:
        self._show()
        self.changed.emit()

    def _show(self) -> None:
        names = [self._texts[value] for value in self._texts if value in self.chosen]
        text = ", ".join(names) if names else self._everything
        room = max(self.width() - 44, 80)
        self.setText(f"{self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room)}  ▾")
        self.setToolTip(plain_tool_tip(text) if names else "")

    def _open(self) -> None:
        rows = min(max(self.list.count(), 1), ROWS_SHOWN)
        height = self.list.sizeHintForRow(0) * rows + 8 if self.list.count() else 40
        self.list.resize(max(self.width(), 200), height)
        self.list.move(self.mapToGlobal(QPoint(0, self.height())))
        self.list.show()
        self.list.setFocus()


class _PopupList(QListWidget):
    """A list that closes when one clicks elsewhere; a click on a row ticks it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowFlags(Qt.WindowType.Popup)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.itemClicked.connect(self._tick_by_text)
        self._pressed_state: Qt.CheckState | None = None
        self.itemPressed.connect(self._remember)

    def _remember(self, item: QListWidgetItem) -> None:
        self._pressed_state = item.checkState()

    def _tick_by_text(self, item: QListWidgetItem) -> None:
        # A click on the box has changed it already.
        if item.checkState() == self._pressed_state:
            is_on = item.checkState() == Qt.CheckState.Checked
            item.setCheckState(Qt.CheckState.Unchecked if is_on else Qt.CheckState.Checked)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Enter and Escape close it."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape):
            self.hide()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Close with the focus."""
        super().focusOutEvent(event)
        self.hide()


def quiet_label(text: str, parent: QWidget) -> QLabel:
    """The name of a field, above it."""
    label = QLabel(text, parent)
    label.setProperty("quiet", True)
    return label
