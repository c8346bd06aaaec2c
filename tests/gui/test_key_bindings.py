"""Changed keys: at once, without conflicts, shown everywhere, kept for the next start."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTreeWidget
from pytestqt.qtbot import QtBot

from core.project.project import Project
from gui.dialogs.help_dialogs import CommandPalette
from gui.dialogs.keys_dialog import KeysDialog
from gui.key_bindings import KEYS_SETTING, PRESETS
from gui.main_window import MainWindow
from tests.gui.windows import main_window


@pytest.fixture
def window(qtbot: QtBot, project: Project, tmp_path: Path) -> Iterator[MainWindow]:
    with main_window(project, tmp_path) as window:
        qtbot.waitUntil(window.isActiveWindow)
        yield window


def _conflicts(window: MainWindow) -> list[str]:
    found = Counter(
        QKeySequence(key).toString() for entry in window.actions_table.entries for key in entry.keys
    )
    return [key for key, count in found.items() if count > 1]


def _press(window: MainWindow, key: str) -> None:
    window.bench.canvas.setFocus()
    QTest.keySequence(window.bench.canvas, QKeySequence(key))


def test_a_new_key_works_at_once_and_is_shown(qtbot: QtBot, window: MainWindow) -> None:
    window.key_bindings.give("tool_polygon", ("Ctrl+Alt+P",))
    _press(window, "P")
    assert window.bench.tools.active.name == "select"
    _press(window, "Ctrl+Alt+P")
    assert window.bench.tools.active.name == "polygon"
    assert ("Tools", "Polygon", "Ctrl+Alt+P") in window.actions_table.key_sheet()
    assert window.actions_table["tool_polygon"].toolTip() == "Polygon (Ctrl+Alt+P)"
    palette = CommandPalette(window, window.actions_table)
    palette.search.setText("polygon")
    assert palette.list.item(0).text().endswith("Ctrl+Alt+P")
    palette.close()


def test_a_key_is_taken_from_whoever_had_it(window: MainWindow) -> None:
    bindings = window.key_bindings
    holder = bindings.holder_of("d", apart_from="tool_brush")
    assert holder is not None
    assert holder.id == "next"
    bindings.give("tool_brush", ("D",))
    assert bindings.keys_of("next") == ()
    assert _conflicts(window) == []
    bindings.reset("next")
    assert bindings.keys_of("next") == ("D",)
    assert bindings.keys_of("tool_brush") == ()


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.title)
def test_a_preset_leaves_no_conflict(window: MainWindow, preset: object) -> None:
    chosen = next(item for item in PRESETS if item is preset)
    window.key_bindings.give("tool_wand", ("A",))
    window.key_bindings.use(chosen)
    assert _conflicts(window) == []
    for action_id, keys in chosen.keys.items():
        assert window.key_bindings.keys_of(action_id) == keys
    window.key_bindings.use(PRESETS[0])
    changed = [
        entry.id
        for entry in window.actions_table.entries
        if window.key_bindings.is_changed(entry.id)
    ]
    assert changed == []


def test_changed_keys_are_there_after_a_restart(
    qtbot: QtBot, project: Project, tmp_path: Path
) -> None:
    with main_window(project, tmp_path) as first:
        first.key_bindings.give("next", ("F",))
        first.key_bindings.give("accept", ("D",))
    with main_window(project, tmp_path) as second:
        assert second.key_bindings.keys_of("next") == ("F",)
        assert second.key_bindings.keys_of("accept") == ("D",), "two that changed places"


@pytest.mark.parametrize(
    "text", ["no json", "[1]", '{"next": "D", "gone": ["X"], "undo": ["what", 3]}']
)
def test_settings_that_mean_nothing_are_passed_over(
    qtbot: QtBot, project: Project, tmp_path: Path, text: str
) -> None:
    with main_window(project, tmp_path) as first:
        first._settings.setValue(KEYS_SETTING, text)
    with main_window(project, tmp_path) as second:
        assert second.key_bindings.keys_of("next") == ("D",)
        assert _conflicts(second) == []


def test_the_dialog_names_the_conflict_before_it_takes_the_key(window: MainWindow) -> None:
    window.commands.help.change_keys()
    dialog = window.findChildren(KeysDialog)[-1]
    dialog.mark("tool_brush")
    dialog.key.setKeySequence(QKeySequence("D"))
    assert "“Next image”" in dialog.conflict.text()
    dialog.add.click()
    assert window.key_bindings.keys_of("tool_brush") == ("B", "D")
    assert window.key_bindings.keys_of("next") == ()
    assert dialog.marked() == "tool_brush", "it stays marked"
    dialog.reset.click()
    dialog.clear.click()
    assert window.key_bindings.keys_of("tool_brush") == ()
    dialog.search.setText("next image")
    tree = dialog.findChild(QTreeWidget)
    assert isinstance(tree, QTreeWidget)
    assert tree.topLevelItemCount() >= 1
    dialog.close()
