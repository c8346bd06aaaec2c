"""The desk: opens projects, remembers them, rescues what cannot be saved."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QSettings
from pytestqt.qtbot import QtBot

from core.errors import MaskwrightError, ReadError
from core.formats.preview import LARGE_BYTES
from core.project.project import Project
from core.worker.process import Worker
from gui.app import RECENT_KEPT, Desk
from gui.main_window import MainWindow
from tests.core.formats.large_files import write_large_coco
from tests.core.project.pictures import add, box, open_project, write_picture


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path) -> Iterator[Desk]:
    settings = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    desk = Desk(settings, tmp_path / "data", tmp_path / "log" / "maskwright.log")
    yield desk
    desk.close()


def _opened(desk: Desk, qtbot: QtBot, path: Path) -> MainWindow:
    with qtbot.waitSignal(desk.window_opened):
        desk.open(path)
    assert desk.window is not None
    return desk.window


def _folder(path: Path) -> Path:
    write_picture(path / "a.png")
    return path


def test_another_project_takes_the_place_of_the_first(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    one, other = _folder(tmp_path / "one"), _folder(tmp_path / "other")
    _opened(desk, qtbot, one).bench.session.apply(add(box()))
    second = _opened(desk, qtbot, other)
    assert second.windowTitle().startswith("other")
    assert second.bench.session.document is not None
    assert not second.bench.session.document.annotations
    with open_project(one / "one.maskwright") as project:
        assert not project.read_only, "the first one was closed"
        assert len(project.history.document(1).annotations) == 1


def test_what_cannot_be_opened_leaves_the_window_as_it_is(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    window = _opened(desk, qtbot, _folder(tmp_path / "one"))
    empty = tmp_path / "empty"
    empty.mkdir()
    with qtbot.waitSignal(desk.open_failed):
        desk.open(empty)
    assert desk.window is window
    assert "no image" in window.message_bar.text.text()


def test_the_last_ones_are_offered_newest_first(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    folders = [_folder(tmp_path / f"f{number}") for number in range(3)]
    for folder in (*folders, folders[0]):
        _opened(desk, qtbot, folder)
    stored = desk.settings.value("recent")
    assert stored == [str(folders[0]), str(folders[2]), str(folders[1])]
    assert len(stored) <= RECENT_KEPT


@pytest.mark.allows_logs
def test_a_project_that_cannot_be_saved_is_rescued(
    desk: Desk, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = _opened(desk, qtbot, _folder(tmp_path / "one"))
    window.bench.session.apply(add(box()))
    with monkeypatch.context() as disk_is_full:
        disk_is_full.setattr(Project, "wait_until_saved", lambda _project, _timeout_s=0.0: False)
        window.close()
    with open_project(desk.data_folder / "rescued-one.maskwright") as project:
        assert len(project.history.document(1).annotations) == 1
    assert desk._start is not None
    assert "rescued-one.maskwright" in desk._start.message.text()
    desk._start.close()


def test_the_author_stands_on_every_edit(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    desk.settings.setValue("author", "Ada")
    window = _opened(desk, qtbot, _folder(tmp_path / "one"))
    assert window.bench.author == "Ada"
    assert window.bench.session.layer.author == "Ada"


def test_errors_without_a_window_are_shown_on_the_start_page(desk: Desk, tmp_path: Path) -> None:
    errors: list[MaskwrightError] = []
    desk.open_failed.connect(errors.append)
    desk.show_start("Something to read.")
    assert desk._start is not None
    assert desk._start.message.text() == "Something to read."
    desk._start.close()


def _large_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A COCO file with a preview, and its first two pictures."""
    monkeypatch.setattr("core.worker.opening._LARGE_BYTES", 1000)
    folder.mkdir()
    for number in (1, 2):
        write_picture(folder / f"{number:012}.jpg", 640, 480)
    path = write_large_coco(folder / "set.json", 50, 40)
    path.write_bytes(path.read_bytes() + b" " * LARGE_BYTES)
    return path


def test_a_large_file_is_looked_at_before_it_is_read_whole(
    desk: Desk, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _large_file(tmp_path / "data", monkeypatch)
    with qtbot.waitSignal(desk.window_opened, timeout=20_000) as first:
        desk.open(path)
    assert first.args is not None
    preview: MainWindow = first.args[0]
    session = preview.bench.session
    assert session.project.is_preview
    assert "still being read" in preview.message_bar.text.text()
    assert len(session.project.history.document(1).annotations) == 40
    preview.bench.go(1)
    with qtbot.waitSignal(desk.window_opened, timeout=20_000) as second:
        pass
    assert second.args is not None
    window: MainWindow = second.args[0]
    assert window is desk.window
    assert window is not preview
    assert not window.bench.session.project.read_only
    assert window.bench.session.image is not None
    assert window.bench.session.image.id == 2, "it goes on where the person was"
    assert path.with_suffix(".maskwright").is_file()
    assert desk.settings.value("recent") == [str(path)]


def test_a_large_file_that_turns_out_to_be_damaged_leaves_the_start_page(
    desk: Desk, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _large_file(tmp_path / "data", monkeypatch)
    original = Worker.create_project

    def fail_after_the_preview(self: Worker, *arguments: Any) -> None:
        original(self, *arguments)
        raise ReadError("The disk is full.")

    monkeypatch.setattr(Worker, "create_project", fail_after_the_preview)
    with qtbot.waitSignal(desk.open_failed, timeout=20_000):
        desk.open(path)
    assert desk.window is None
    assert desk._start is not None
    assert "The disk is full" in desk._start.message.text()
    desk._start.close()
