"""Copies of an open project are whole and of one moment; moved images are found once for all."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from core.errors import ReadError, WriteError
from core.project import backup as backup_module
from core.project.backup import back_up, backup_place
from core.project.inspection import FileFaults
from core.project.project import Project
from core.project.records import DraftRow
from core.project.relocation import find_moved
from tests.core.project.editing_child import digest
from tests.core.project.pictures import add, box, new_project, open_project, write_picture

NOW = datetime(2026, 5, 4, 3, 2, 1)


def test_a_backup_is_named_after_the_time_and_overwrites_nothing(tmp_path: Path) -> None:
    path = new_project(tmp_path)
    first = backup_place(path, NOW)
    assert first == tmp_path / "test-backup-20260504-030201.maskwright"
    first.touch()
    assert backup_place(path, NOW).name == "test-backup-20260504-030201-2.maskwright"


def test_a_backup_has_what_is_not_saved_yet_and_belongs_to_nobody(tmp_path: Path) -> None:
    path = new_project(tmp_path)
    with open_project(path) as project:
        with project.together():
            project.history.apply(add(box()))
            project.history.apply(add(box(9)))
            project.history.undo()
            project.save_draft(DraftRow("polygon", 1, "points"))
            copy = back_up(project, backup_place(path, NOW))
        expected = digest(project)
    with open_project(copy) as restored:
        assert not restored.read_only
        assert restored.notices == ()
        assert digest(restored) == expected
        assert restored.load_draft() == DraftRow("polygon", 1, "points")
        assert restored.history.redo() is not None
        assert restored.image_root == tmp_path


def test_a_backup_is_one_file_that_a_read_only_folder_can_hold(tmp_path: Path) -> None:
    with open_project(new_project(tmp_path)) as project:
        copy = back_up(project, tmp_path / "copies" / "copy.maskwright")
    assert [item.name for item in copy.parent.iterdir()] == ["copy.maskwright"]
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_a_project_that_another_program_edits_can_be_backed_up(tmp_path: Path) -> None:
    path = new_project(tmp_path)
    with open_project(path) as editing:
        editing.history.apply(add(box()))
        editing.wait_until_saved()
        with open_project(path) as reading:
            assert reading.read_only
            copy = back_up(reading, tmp_path / "copy.maskwright")
        editing.history.apply(add(box(5)))
    with open_project(copy) as restored:
        assert len(restored.history.document(1).annotations) == 1


def test_a_backup_during_edits_is_of_one_moment(tmp_path: Path) -> None:
    """Each edit adds an object to both images in one step: a copy must have as many on each."""
    path = new_project(tmp_path)
    copies: list[Path] = []
    with open_project(path) as project:
        for image_id in (1, 2):
            project.history.document(image_id)
        failures: list[BaseException] = []

        def copy_often() -> None:
            try:
                for number in range(4):
                    copies.append(back_up(project, tmp_path / f"copy{number}.maskwright"))
            except BaseException as error:  # noqa: BLE001 - shown by the test
                failures.append(error)

        thread = threading.Thread(target=copy_often)
        thread.start()
        edits = 0
        while thread.is_alive() and edits < 300:
            with project.together():
                project.history.apply(add(box(edits % 30), image_id=1))
                project.history.apply(add(box(edits % 30), image_id=2))
            edits += 1
        thread.join()
        assert failures == []
    for copy in copies:
        with open_project(copy) as restored:
            first, second = (len(restored.history.document(n).annotations) for n in (1, 2))
            steps = 0
            while restored.history.undo():
                steps += 1
            assert first + second == steps, "rows and log are of the same moment"


def test_a_copy_that_is_not_whole_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup_module, "inspect_file", lambda *_: FileFaults(("page 7",)))
    with open_project(new_project(tmp_path)) as project, pytest.raises(WriteError, match="page 7"):
        back_up(project, tmp_path / "copy.maskwright")


@pytest.fixture
def moved(tmp_path: Path) -> Project:
    """A project of pictures in two folders that were moved away since."""
    root = tmp_path / "old" / "images"
    for name in ("a/1.png", "b/1.png"):
        write_picture(root / name)
    project = Project.create(
        tmp_path / "p.maskwright", root, ["a/1.png", "b/1.png"], author="tester"
    )
    project.close()
    (tmp_path / "old").rename(tmp_path / "new")
    return project


@pytest.mark.parametrize("chosen", ["new/images", "new", ".", "new/images/a"])
def test_moved_images_are_found_from_above_and_below(
    tmp_path: Path, moved: Project, chosen: str
) -> None:
    with open_project(moved.path) as project:
        assert "is not there" in project.notices[0]
        found = find_moved(tmp_path / chosen, project.images)
        assert found.folder == tmp_path / "new" / "images"
        assert found.summary.startswith("All 2 images were found")
        project.move_image_root(found.folder)
    with open_project(moved.path) as project:
        assert project.notices == ()
        assert project.image_path(project.images[1]).is_file()


def test_a_folder_without_the_images_changes_nothing(tmp_path: Path, moved: Project) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "new").rename(tmp_path / "gone")
    with open_project(moved.path) as project:
        with pytest.raises(ReadError, match="None of the images"):
            find_moved(tmp_path / "empty", project.images)
        with pytest.raises(ReadError, match="no folder"):
            find_moved(tmp_path / "nowhere", project.images)
