"""The one table of what a person can do: id, text, keys, and what runs.

Menus, tool bars, the key sheet and the command palette are made from it, so a
key is said in one place only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget


def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class ActionEntry:
    """One row of the table. An entry without a menu is only a key."""

    id: str
    text: str
    run: Callable[[], object]
    keys: tuple[str, ...] = ()
    menu: str = ""
    enabled: Callable[[], bool] = field(default=_always)
    checkable: bool = False
    separator_before: bool = False
    tip: str = ""


MENUS = ("&File", "&Edit", "&View", "&Tools", "&Models", "&Review", "&Help")


class ActionTable:
    """The rows as Qt actions of one window."""

    def __init__(self, window: QWidget, entries: Iterable[ActionEntry]) -> None:
        self.entries: tuple[ActionEntry, ...] = tuple(entries)
        self._actions: dict[str, QAction] = {}
        for entry in self.entries:
            action = QAction(entry.text, window)
            action.setObjectName(entry.id)
            action.setShortcuts([QKeySequence(key) for key in entry.keys])
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
            action.setCheckable(entry.checkable)
            if entry.tip:
                action.setStatusTip(entry.tip)
            action.triggered.connect(lambda _checked=False, run=entry.run: run())
            window.addAction(action)
            self._actions[entry.id] = action

    def __getitem__(self, action_id: str) -> QAction:
        return self._actions[action_id]

    def fill(self, bar: QMenuBar) -> Mapping[str, QMenu]:
        """Put every row with a menu there, in the table's order."""
        menus = {title: bar.addMenu(title) for title in MENUS}
        for entry in self.entries:
            if entry.menu:
                if entry.separator_before:
                    menus[entry.menu].addSeparator()
                menus[entry.menu].addAction(self._actions[entry.id])
        for menu in menus.values():
            menu.aboutToShow.connect(self.refresh)
        return menus

    def refresh(self) -> None:
        """Enable what can be done now."""
        for entry in self.entries:
            self._actions[entry.id].setEnabled(entry.enabled())

    def key_sheet(self) -> tuple[tuple[str, str, str], ...]:
        """Rows (menu, text, keys) for everything that has a key."""
        return tuple(
            (
                entry.menu.replace("&", "") or "Canvas",
                entry.text.replace("&", ""),
                "  ".join(
                    QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
                    for key in entry.keys
                ),
            )
            for entry in self.entries
            if entry.keys
        )
