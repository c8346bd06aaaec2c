"""The one table of what a person can do: id, text, keys, and what runs.

Menus, tool bars, the key sheet and the command palette are made from it, so a
key is said in one place only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget


def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class ActionEntry:
    """One row of the table. An entry without a menu is only a key.

    The keys of a ``canvas_only`` entry work while the canvas has the focus, so
    that lists and sliders keep their arrows, Tab and Enter. ``submenu`` is the
    menu within the menu; rows without one stand in the menu itself.
    """

    id: str
    text: str
    run: Callable[[], object]
    keys: tuple[str, ...] = ()
    menu: str = ""
    enabled: Callable[[], bool] = field(default=_always)
    checkable: bool = False
    separator_before: bool = False
    tip: str = ""
    canvas_only: bool = False
    submenu: str = ""


MENUS = ("&File", "&Edit", "&View", "&Tools", "&Models", "&Review", "&Help")


class ActionTable:
    """The rows as Qt actions of one window.

    Actions are greyed out while a menu is open only: a disabled action would
    swallow its key, and each action copes by itself with having nothing to do.
    """

    def __init__(self, window: QWidget, canvas: QWidget, entries: Iterable[ActionEntry]) -> None:
        self.entries: tuple[ActionEntry, ...] = tuple(entries)
        self._actions: dict[str, QAction] = {}
        for entry in self.entries:
            action = QAction(entry.text, window)
            action.setObjectName(entry.id)
            action.setShortcuts([QKeySequence(key) for key in entry.keys])
            action.setShortcutContext(
                Qt.ShortcutContext.WidgetWithChildrenShortcut
                if entry.canvas_only
                else Qt.ShortcutContext.WindowShortcut
            )
            action.setCheckable(entry.checkable)
            if entry.tip:
                action.setStatusTip(entry.tip)
            action.triggered.connect(lambda _checked=False, run=entry.run: run())
            (canvas if entry.canvas_only else window).addAction(action)
            self._actions[entry.id] = action

    def entry(self, action_id: str) -> ActionEntry:
        """The row of an action, with its keys as they are now."""
        return next(entry for entry in self.entries if entry.id == action_id)

    def set_keys(self, action_id: str, keys: tuple[str, ...]) -> None:
        """Give an action other keys; menus, sheet and palette show them from now on."""
        self.entries = tuple(
            replace(entry, keys=keys) if entry.id == action_id else entry for entry in self.entries
        )
        self._actions[action_id].setShortcuts([QKeySequence(key) for key in keys])

    def __getitem__(self, action_id: str) -> QAction:
        return self._actions[action_id]

    def fill(self, bar: QMenuBar) -> Mapping[str, QMenu]:
        """Put every row with a menu there, in the table's order."""
        menus = {title: bar.addMenu(title) for title in MENUS}
        inner: dict[tuple[str, str], QMenu] = {}
        for entry in self.entries:
            if not entry.menu:
                continue
            menu = menus[entry.menu]
            if entry.submenu:
                place = (entry.menu, entry.submenu)
                if place not in inner:
                    inner[place] = menu.addMenu(entry.submenu)
                menu = inner[place]
            elif entry.separator_before:
                menu.addSeparator()
            menu.addAction(self._actions[entry.id])
        for menu in menus.values():
            menu.aboutToShow.connect(self.refresh)
            menu.aboutToHide.connect(self._enable_all)
        return menus

    def refresh(self) -> None:
        """Enable what can be done now."""
        for entry in self.entries:
            self._actions[entry.id].setEnabled(entry.enabled())

    def _enable_all(self) -> None:
        for action in self._actions.values():
            action.setEnabled(True)

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
