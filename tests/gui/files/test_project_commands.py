"""Check, fix, back up and find moved images, from the window."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTreeWidgetItem
from pytestqt.qtbot import QtBot

from core.checking.problem import CheckReport, Kind
from core.document.geometry import Box
from core.document.mask import Mask
from core.project.project import Project
from gui.dialogs.check_dialog import CheckDialog
from gui.main_window import MainWindow
from tests.core.project.pictures import add, box, open_project, shape
from tests.gui.windows import main_window


def check(qtbot: QtBot, window: MainWindow) -> CheckDialog:
    commands = window.commands.project
    with qtbot.waitSignal(commands.checked, timeout=10_000):
        window.actions_table["check_project"].trigger()
    (dialog,) = window.findChildren(CheckDialog)
    return dialog


def rows(dialog: CheckDialog) -> list[str]:
    found = []
    for place in range(dialog.tree.topLevelItemCount()):
        item = dialog.tree.topLevelItem(place)
        assert item is not None
        found.append(item.text(0))
    return found


def first_problem(dialog: CheckDialog) -> QTreeWidgetItem:
    kind = dialog.tree.topLevelItem(0)
    assert kind is not None
    problem = kind.child(0)
    assert problem is not None
    return problem


def test_a_check_shows_problems_goes_to_them_and_fixes_what_is_ticked(
    qtbot: QtBot, project: Project, tmp_path: Path
) -> None:
    outside = shape(Box(90, 2, 3, 3))
    project.history.apply(add(outside, shape(Mask.empty()), image_id=2))
    with main_window(project, tmp_path) as window:
        dialog = check(qtbot, window)
        assert dialog.summary.text() == "2 objects on 3 images were checked: 2 warnings."
        assert rows(dialog) == [
            "Warning: Objects cover no pixel (1)",
            "Warning: Objects lie outside their image (1)",
        ]
        assert dialog.ticked() == {Kind.NO_PIXELS}
        assert "Delete them" in dialog.advice.text()

        dialog.tree.itemActivated.emit(first_problem(dialog), 0)
        assert window.bench.session.image is not None
        assert window.bench.session.image.id == 2

        with qtbot.waitSignal(window.commands.project.checked, timeout=10_000):
            dialog.fix.click()
        assert list(project.history.document(2).annotations) == [outside.id]
        assert not dialog.ticked()
        assert not dialog.fix.isEnabled()
        item = dialog.tree.topLevelItem(0)
        assert item is not None
        item.setCheckState(0, Qt.CheckState.Checked)
        with qtbot.waitSignal(window.commands.project.checked, timeout=10_000):
            dialog.fix.click()
        assert rows(dialog) == []
        assert "nothing is wrong" in dialog.summary.text()
        window.bench.undo()
        window.bench.undo()
        assert len(project.history.document(2).annotations) == 2


def test_a_project_that_is_read_only_is_checked_without_ticks(
    qtbot: QtBot, project: Project, tmp_path: Path
) -> None:
    project.history.apply(add(shape(Mask.empty())))
    project.wait_until_saved()
    with open_project(project.path) as reading, main_window(reading, tmp_path) as window:
        dialog = check(qtbot, window)
        assert rows(dialog) == ["Warning: Objects cover no pixel (1)"]
        assert dialog.ticked() == frozenset()
        assert not dialog.fix.isEnabled()


def test_closing_the_dialog_calls_the_check_off(
    qtbot: QtBot, project: Project, tmp_path: Path
) -> None:
    reports: list[CheckReport] = []
    with main_window(project, tmp_path) as window:
        window.commands.project.checked.connect(reports.append)
        window.actions_table["check_project"].trigger()
        (dialog,) = window.findChildren(CheckDialog)
        dialog.close()
        with qtbot.waitSignal(window.commands.project.copied, timeout=10_000):
            window.actions_table["back_up"].trigger()
        assert reports == []


def test_a_backup_is_written_in_the_background(
    qtbot: QtBot, project: Project, tmp_path: Path
) -> None:
    with main_window(project, tmp_path) as window:
        window.bench.session.apply(add(box()))
        with qtbot.waitSignal(window.commands.project.copied, timeout=10_000) as copied:
            window.actions_table["back_up"].trigger()
    (copy,) = copied.args
    assert copy.name.startswith("test-backup-")
    with open_project(copy) as restored:
        assert len(restored.history.document(1).annotations) == 1


def test_a_folder_without_the_images_is_refused_in_words(
    qtbot: QtBot, project: Project, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    with main_window(project, tmp_path) as window:
        for image in project.images:
            project.image_path(image).unlink()
        # The picture on the screen may be asked for at the same time, and is gone as well.
        with qtbot.waitSignal(
            window.bench.session.error_raised,
            timeout=10_000,
            check_params_cb=lambda error: "None of the images" in str(error),
        ):
            window.commands.project.find_images_in(tmp_path / "empty")
        assert project.image_root == tmp_path


def test_moved_images_are_found_and_the_project_is_opened_anew(
    qtbot: QtBot, project: Project, tmp_path: Path
) -> None:
    (tmp_path / "moved" / "here").mkdir(parents=True)
    with main_window(project, tmp_path) as window:
        for image in tuple(project.images):
            project.image_path(image).rename(tmp_path / "moved" / "here" / image.path)
        with qtbot.waitSignal(window.commands.project.reopen_requested, timeout=10_000) as asked:
            window.commands.project.find_images_in(tmp_path / "moved")
        assert asked.args == [project.path]
        assert project.image_root == tmp_path / "moved" / "here"


@pytest.mark.parametrize("action", ["check_project", "back_up", "save_copy", "find_images"])
def test_the_file_menu_has_them(
    qtbot: QtBot, project: Project, tmp_path: Path, action: str
) -> None:
    with main_window(project, tmp_path) as window:
        assert window.actions_table[action] in window.menus["&File"].actions()
