"""A file of every earlier version opens whole; one of a later version is refused in words."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from core.document.document import ImageState
from core.errors import ReadError, WriteError
from core.project.project import Project
from core.project.sql import schema
from core.project.sql.migrations import MIGRATIONS, Migration
from tests.core.project.pictures import add, box, new_project, open_project
from tests.core.project.versions.contents import DRAFT, SHAPES, SIZE
from tests.core.project.versions.files import build, fixture_of, schema_of

_VERSIONS = range(1, len(MIGRATIONS) + 1)
_ANOTHER_STEP = Migration("for a test", "CREATE TABLE added (number INTEGER);")
_BROKEN_STEP = Migration("for a test", "CREATE TABLE added (number INTEGER); CREATE TABLE labels;")


def _with_step(monkeypatch: pytest.MonkeyPatch, step: Migration) -> None:
    monkeypatch.setattr(schema, "MIGRATIONS", (*MIGRATIONS, step))


def _version(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


@pytest.mark.parametrize("version", _VERSIONS)
def test_a_file_of_every_version_opens_whole(tmp_path: Path, version: int) -> None:
    with open_project(build(version, tmp_path / "old.maskwright")) as project:
        history = project.history
        assert not project.read_only
        assert [(image.path, image.size) for image in project.images] == [
            ("first.png", SIZE),
            ("folder/second.png", SIZE),
        ]
        assert project.images[0].digest == "digest1"
        assert [label.name for label in history.state.labels.values()] == ["object", "ring"]
        assert [layer.author for layer in history.state.layers.values()] == ["Ada"]
        assert history.state.state_of(1) is ImageState.APPROVED
        assert history.document(1).annotations == {item.id: item for item in SHAPES}
        assert project.load_draft() == DRAFT
        assert project.setting("zoom") == "2.5"
        assert project.cached_proposals("key") == b"proposals"
        assert project.inspect().integrity == ()


@pytest.mark.parametrize("version", _VERSIONS)
def test_a_file_of_every_version_can_be_undone_and_edited(tmp_path: Path, version: int) -> None:
    path = build(version, tmp_path / "old.maskwright")
    with open_project(path) as project:
        history = project.history
        assert history.redo() is not None
        assert len(history.document(1).annotations) == len(SHAPES) - 1
        while history.undo():
            pass
        assert not history.document(1).annotations
        assert list(history.state.labels) == [1]
        history.apply(add(box()))
    with open_project(path) as project:
        assert len(project.history.document(1).annotations) == 1
    assert _version(path) == len(MIGRATIONS)


@pytest.mark.parametrize("version", _VERSIONS)
def test_released_steps_are_never_edited(tmp_path: Path, version: int) -> None:
    """The first steps give the very tables that the files of that version have."""
    with (
        closing(sqlite3.connect(":memory:")) as steps,
        closing(sqlite3.connect(build(version, tmp_path / "old.maskwright"))) as file,
    ):
        steps.executescript("".join(step.statements for step in MIGRATIONS[:version]))
        assert schema_of(steps) == schema_of(file)


def test_every_step_has_its_fixture() -> None:
    """Made by ``python -m tests.core.project.versions.write``."""
    missing = [version for version in _VERSIONS if not fixture_of(version).is_file()]
    assert missing == []


def test_an_older_file_is_brought_up_to_date_and_kept_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = build(len(MIGRATIONS), tmp_path / "old.maskwright")
    _with_step(monkeypatch, _ANOTHER_STEP)

    with open_project(path) as project:
        assert project.history.document(1).annotations == {item.id: item for item in SHAPES}
        (sentence,) = project.notices
        assert "brought up to date" in sentence
    with open_project(path) as project:
        assert project.notices == ()

    assert _version(path) == len(MIGRATIONS) + 1
    backup = tmp_path / f"old-version-{len(MIGRATIONS)}.maskwright"
    assert backup.name in sentence
    assert _version(backup) == len(MIGRATIONS)
    monkeypatch.undo()
    with open_project(backup) as project:
        assert not project.read_only
        assert project.history.document(1).annotations == {item.id: item for item in SHAPES}


def test_two_backups_do_not_overwrite_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = tmp_path / f"test-version-{len(MIGRATIONS)}.maskwright"
    first.write_text("mine", encoding="utf-8")
    path = new_project(tmp_path)
    _with_step(monkeypatch, _ANOTHER_STEP)

    with open_project(path) as project:
        assert f"test-version-{len(MIGRATIONS)}-2.maskwright" in project.notices[0]
    assert first.read_text(encoding="utf-8") == "mine"


def test_a_step_that_fails_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = new_project(tmp_path)
    with open_project(path) as project:
        project.history.apply(add(box()))
    _with_step(monkeypatch, _BROKEN_STEP)

    with pytest.raises(ReadError, match="older version"):
        Project.open(path, author="tester")

    assert _version(path) == len(MIGRATIONS)
    monkeypatch.undo()
    with open_project(path) as project:
        assert not project.read_only, "nobody holds the file"
        assert len(project.history.document(1).annotations) == 1


def test_without_room_for_a_backup_the_file_is_open_for_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = build(len(MIGRATIONS), tmp_path / "old.maskwright")
    _with_step(monkeypatch, _ANOTHER_STEP)

    def no_room(*_: object) -> None:
        raise WriteError("There is no room on the disk.")

    with monkeypatch.context() as patch:
        patch.setattr("core.project.upgrading.free_name", no_room)
        project = Project.open(path, author="tester")
    assert project.read_only
    assert "no room on the disk" in project.notices[0]
    assert project.history.document(1).annotations == {item.id: item for item in SHAPES}
    snapshot = project.snapshot()
    assert snapshot.load(1).annotations == {item.id: item for item in SHAPES}
    project.close()
    assert _version(path) == len(MIGRATIONS)
    with open_project(path) as again:
        assert not again.read_only


def test_an_older_file_in_use_or_not_writable_is_read_in_a_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = build(len(MIGRATIONS), tmp_path / "old.maskwright")
    with open_project(path) as holder:
        holder.history.apply(add(box()))
        holder.wait_until_saved()
        _with_step(monkeypatch, _ANOTHER_STEP)
        with open_project(path) as project:
            assert project.read_only
            assert "in use" in project.notices[0]
            assert len(project.history.document(1).annotations) == len(SHAPES) + 1
    monkeypatch.setattr("core.project.project_file.can_write", lambda _: False)
    with open_project(path) as project:
        assert project.read_only
        assert len(project.history.document(1).annotations) == len(SHAPES) + 1
    assert _version(path) == len(MIGRATIONS)


def test_a_file_of_a_newer_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = new_project(tmp_path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 3}")
    content = path.read_bytes()

    with pytest.raises(ReadError, match="written by a newer Maskwright") as refusal:
        Project.open(path, author="tester")

    assert "Update Maskwright" in refusal.value.hint
    assert path.read_bytes() == content
