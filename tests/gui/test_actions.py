from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QMenu, QTreeWidget
from pytestqt.qtbot import QtBot

from core.project.project import Project
from gui.dialogs.help_dialogs import CommandPalette
from gui.main_window import MainWindow
from gui.menu_groups import SUBMENUS
from tests.gui.windows import main_window


@pytest.fixture
def window(qtbot: QtBot, project: Project, tmp_path: Path) -> Iterator[MainWindow]:
    with main_window(project, tmp_path) as window:
        yield window


def test_no_two_actions_share_a_key(window: MainWindow) -> None:
    """Qt runs neither of two actions that share one."""
    keys = Counter(
        QKeySequence(key).toString() for entry in window.actions_table.entries for key in entry.keys
    )
    assert [key for key, count in keys.items() if count > 1] == []
    assert "" not in keys, "a key that Qt does not understand"


def test_no_two_actions_share_a_name(window: MainWindow) -> None:
    ids = Counter(entry.id for entry in window.actions_table.entries)
    texts = Counter(entry.text for entry in window.actions_table.entries)
    assert [name for name, count in (ids + texts).items() if count > 1] == []


def test_rows_of_a_menu_have_letters_of_their_own(window: MainWindow) -> None:
    for title in window.menus:
        letters = Counter(
            entry.text[entry.text.index("&") + 1].lower()
            for entry in window.actions_table.entries
            if entry.menu == title and not entry.submenu and "&" in entry.text
        )
        assert [letter for letter, count in letters.items() if count > 1] == [], title


def test_no_menu_is_taller_than_a_small_screen(window: MainWindow) -> None:
    for title, menu in window.menus.items():
        assert menu.sizeHint().height() <= 700, title


def test_every_grouped_row_exists_and_all_of_a_group_lie_in_one_menu(window: MainWindow) -> None:
    for title, ids in SUBMENUS.items():
        rows = [window.actions_table.entry(action_id) for action_id in ids]
        assert len({row.menu for row in rows}) == 1, title


def test_keys_that_lists_need_belong_to_the_canvas(window: MainWindow) -> None:
    for entry in window.actions_table.entries:
        if {"Left", "Right", "Up", "Down", "Tab", "Return"} & set(entry.keys):
            assert entry.canvas_only, entry.id


def test_an_open_menu_greys_what_cannot_be_done(window: MainWindow) -> None:
    menu: QMenu = window.menus["&Edit"]
    undo = window.actions_table["undo"]
    menu.aboutToShow.emit()
    assert not undo.isEnabled()
    menu.aboutToHide.emit()
    assert undo.isEnabled(), "a disabled action would swallow its key"


def test_every_action_copes_with_nothing_to_do(window: MainWindow) -> None:
    """Nothing is selected, nothing proposed, and the picture may still be on its way."""
    leaves = {"quit", "open_demo"}
    for entry in window.actions_table.entries:
        asks = entry.text.endswith("…")  # opens a dialog that waits for an answer
        if not asks and entry.id not in leaves:
            window.actions_table[entry.id].trigger()
    document = window.bench.session.document
    assert document is not None
    assert not document.annotations
    for dialog in window.findChildren(QDialog):
        dialog.close()


def test_the_key_sheet_names_every_key(window: MainWindow) -> None:
    window.commands.help.show_keys()
    tree = window.findChild(QTreeWidget, "") or window.findChildren(QTreeWidget)[-1]
    sheet = window.actions_table.key_sheet()
    assert ("Edit", "Undo", "Ctrl+Z") in sheet
    assert any(group == "Canvas" for group, _, _ in sheet)
    assert isinstance(tree, QTreeWidget)
    for dialog in window.findChildren(QDialog):
        dialog.close()


def test_a_command_is_found_by_its_name(window: MainWindow, qtbot: QtBot) -> None:
    window.commands.help.show_palette()
    palette = window.findChild(CommandPalette)
    assert isinstance(palette, CommandPalette)
    qtbot.waitUntil(palette.isActiveWindow)
    QTest.keyClicks(palette.search, "polygon")
    assert palette.list.count() == 1
    QTest.keyClick(palette.search, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.bench.tools.active.name == "polygon")


def test_panes_are_hidden_and_come_back(window: MainWindow) -> None:
    panel = window.panes.labels
    assert panel.isVisible()
    window.actions_table["canvas_only"].trigger()
    assert not panel.isVisible()
    window.actions_table["canvas_only"].trigger()
    assert panel.isVisible()


def test_the_pane_in_front_is_remembered(qtbot: QtBot, project: Project, tmp_path: Path) -> None:
    with main_window(project, tmp_path) as first:
        assert first.panes.scores.visibleRegion().isEmpty()
        first.show_panel("scores")
    with main_window(project, tmp_path) as second:
        assert not second.panes.scores.visibleRegion().isEmpty()


def test_images_that_were_not_asked_for_are_left_alone(window: MainWindow, qtbot: QtBot) -> None:
    window.actions_table["next"].trigger()
    image = window.bench.session.image
    assert image is not None
    assert image.name == "two.png"
    qtbot.waitUntil(lambda: window.bench.images.get(image.id) is not None)
