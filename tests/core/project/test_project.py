"""A project as people use it: saved at once, undone after a restart, open elsewhere."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.document.annotation import Label, Layer, LayerRole
from core.document.change import Change, Difference, ImageChange
from core.document.document import ImageDocument, ImageState
from core.document.geometry import Size
from core.document.mask import Mask
from core.errors import ReadError, WriteError
from core.project.project import Project
from core.project.records import DraftRow
from core.project.sql.connection import Access, connect
from tests.core.document import strategies as some
from tests.core.project.pictures import add, box, new_project, open_project, shape, write_picture


def test_a_new_project_has_a_layer_and_a_label(tmp_path: Path) -> None:
    with open_project(new_project(tmp_path)) as project:
        state = project.history.state
        assert [layer.role for layer in state.layers.values()] == [LayerRole.MINE]
        assert [(label.id, label.name) for label in state.labels.values()] == [(1, "object")]
        assert [image.path for image in project.images] == ["picture0.png", "picture1.png"]
        assert project.image_root == tmp_path
        assert not project.read_only
        assert project.notices == ()


def test_the_size_is_read_when_the_document_is_opened(tmp_path: Path) -> None:
    path = new_project(tmp_path)
    with open_project(path) as project:
        assert project.images[0].size is None
        assert project.history.document(1).size == Size(40, 30)
    with open_project(path) as project:
        assert project.images[0].size == Size(40, 30)


@settings(max_examples=15, deadline=None)
@given(st.data())
def test_everything_is_there_after_a_restart(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = new_project(tmp_path_factory.mktemp("random"))
    with open_project(path) as project:
        project.record_image(1, some.SIZE)
        contents = [_content(project)]
        for _ in range(data.draw(st.integers(1, 4))):
            document = project.history.document(1)
            project.history.apply(data.draw(some.changes(document, project.history.state)))
            contents.append(_content(project))
        back = data.draw(st.integers(0, len(contents) - 1))
        for _ in range(back):
            project.history.undo()

    with open_project(path) as project:
        place = len(contents) - 1 - back
        assert _content(project) == contents[place]
        for expected in reversed(contents[:place]):
            project.history.undo()
            assert _content(project) == expected
        assert project.history.undo() is None
        for expected in contents[1:]:
            project.history.redo()
            assert _content(project) == expected
        assert project.history.redo() is None
        assert project.inspect().integrity == ()


def _content(project: Project) -> tuple[object, ...]:
    document, state = project.history.document(1), project.history.state
    return (
        dict(document.annotations),
        dict(document.semantic),
        document.revision % 1,
        dict(state.labels),
        dict(state.layers),
        state.state_of(1),
    )


def test_layers_and_states_are_kept(tmp_path: Path) -> None:
    path = new_project(tmp_path)
    layer = Layer(2, LayerRole.REFERENCE, "truth", "truth.json")
    done = ImageChange(state=(ImageState.UNLABELLED, ImageState.APPROVED))
    with open_project(path) as project:
        project.history.apply(
            Change("x", MappingProxyType({2: done}), layers=Difference(added=(layer,)))
        )
    with open_project(path) as project:
        assert project.history.state.layers[2] == layer
        assert project.history.state.state_of(2) is ImageState.APPROVED
        project.history.undo()
    with open_project(path) as project:
        assert 2 not in project.history.state.layers
        assert project.history.state.state_of(2) is ImageState.UNLABELLED


def test_a_long_history_is_read_from_the_file(tmp_path: Path) -> None:
    path = new_project(tmp_path)
    with open_project(path) as project:
        for number in range(300):
            project.history.apply(add(box(number), name=f"edit {number}"))
    with open_project(path) as project:
        names = []
        while event := project.history.undo():
            names.append(event.change.name)
        assert names == [f"edit {number}" for number in reversed(range(300))]
        assert not project.history.document(1).annotations


def test_a_new_edit_after_undo_replaces_what_was_undone(tmp_path: Path) -> None:
    path = new_project(tmp_path)
    with open_project(path) as project:
        for name in ("a", "b", "c"):
            project.history.apply(add(box(), name=name))
        project.history.undo()
        project.history.undo()
        project.history.apply(add(box(), name="d"))
    with open_project(path) as project:
        assert project.history.redo() is None
        assert [event.change.name for event in iter(project.history.undo, None)] == ["d", "a"]


def test_a_document_released_before_it_is_saved_is_not_an_old_one(tmp_path: Path) -> None:
    with open_project(new_project(tmp_path)) as project, project.together():
        project.history.apply(add(box()))
        project.history.release(1)

        assert project.pending
        assert len(project.history.document(1).annotations) == 1


def test_the_draft_survives_and_ends(tmp_path: Path) -> None:
    path = new_project(tmp_path)
    draft = DraftRow("polygon", 2, '{"points": []}', {"radius": "3"})
    with open_project(path) as project:
        project.save_draft(DraftRow("brush", 1, "old"))
        project.save_draft(draft)
    with open_project(path) as project:
        assert project.load_draft() == draft
        assert project.load_draft(2) == draft
        assert project.load_draft(1) is None
        project.save_draft(None)
    with open_project(path) as project:
        assert project.load_draft() is None


def test_settings_and_proposals_are_kept(tmp_path: Path) -> None:
    path = new_project(tmp_path)
    with open_project(path) as project:
        project.set_setting("zoom", "2")
        project.cache_proposals("key", b"data")
        project.wait_until_saved()
        assert project.cached_proposals("key") == b"data"
    with open_project(path) as project:
        assert project.setting("zoom") == "2"
        assert project.setting("other") is None
        assert project.cached_proposals("key") == b"data"
        assert project.cached_proposals("other") is None


def test_saving_is_announced(tmp_path: Path) -> None:
    with open_project(new_project(tmp_path)) as project:
        pending: list[int] = []
        project.on_saved = lambda: pending.append(project.pending)
        project.history.apply(add(box()))
        assert project.wait_until_saved()
        assert pending[-1] == 0
        assert project.failure is None


def test_a_second_program_may_only_read(tmp_path: Path) -> None:
    path = new_project(tmp_path)
    with open_project(path) as first:
        first.history.apply(add(box()))
        first.wait_until_saved()
        with open_project(path) as second:
            assert second.read_only
            assert "in use by another Maskwright" in second.notices[0]
            assert len(second.history.document(1).annotations) == 1
            with pytest.raises(WriteError, match="reading only"):
                second.history.apply(add(box()))
            with pytest.raises(WriteError, match="reading only"):
                second.history.undo()
            assert len(second.history.document(1).annotations) == 1
            second.save_draft(DraftRow("brush", 1, ""))
            second.set_setting("a", "b")
        first.history.apply(add(box()))
        assert first.wait_until_saved()
    with open_project(path) as again:
        assert not again.read_only
        assert again.load_draft() is None


def test_another_writer_is_noticed_and_never_written_over(tmp_path: Path) -> None:
    path = new_project(tmp_path)
    project = Project.open(path, author="tester")
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE journal SET generation = generation + 1")
    connection.close()
    failures: list[WriteError] = []
    project.on_write_failed = failures.append

    project.history.apply(add(box()))

    assert not project.wait_until_saved()
    assert "Another program has written" in str(failures[0])
    assert project.pending
    with pytest.raises(WriteError, match="Another program"):
        project.close()
    copy = tmp_path / "rescued.maskwright"
    project.save_copy(copy)
    project.close(give_up_unsaved=True)
    with open_project(copy) as rescued:
        assert len(rescued.history.document(1).annotations) == 1
        assert rescued.history.undo() is not None


def test_a_file_in_a_folder_for_reading_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = new_project(tmp_path)
    with open_project(path) as project:
        project.history.apply(add(box()))
    monkeypatch.setattr("core.project.project_file.can_write", lambda path: False)

    with open_project(path) as project:
        assert project.read_only
        assert "cannot be written to" in project.notices[0]
        assert len(project.history.document(1).annotations) == 1
        assert len(project.snapshot().load(1).annotations) == 1


def test_a_folder_in_which_nothing_can_be_made_is_opened_unchanging(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = new_project(tmp_path)
    with open_project(path) as project:
        project.history.apply(add(box()))
    path.with_name(path.name + "-wal").write_bytes(b"edits")
    monkeypatch.setattr("core.project.project_file.can_write", lambda path: False)
    monkeypatch.setattr("core.project.project_file.connect", _connect_as_where_nothing_can_be_made)

    with open_project(path) as project:
        assert project.read_only
        assert "last edits are still in test.maskwright-wal" in project.notices[1]
        assert len(project.history.document(1).annotations) == 1
        assert len(project.snapshot().load(1).annotations) == 1
    assert path.with_name(path.name + "-wal").read_bytes() == b"edits"


def _connect_as_where_nothing_can_be_made(path: Path, access: Access) -> sqlite3.Connection:
    if access is Access.UNCHANGING:
        return connect(path, access)
    return sqlite3.connect(":memory:")


def test_a_snapshot_does_not_change(tmp_path: Path) -> None:
    with open_project(new_project(tmp_path)) as project:
        project.history.apply(add(box()))
        snapshot = project.snapshot()
        project.history.apply(add(box(), image_id=2))
        project.history.apply(add(box()))
        project.history.apply(Change("x", labels=Difference(added=(Label(2, "b", "#ffffff"),))))
        project.wait_until_saved()

        assert [len(item.annotations) for _, item in snapshot.documents()] == [1, 0]
        assert list(snapshot.state.labels) == [1]
        assert [len(item.annotations) for _, item in project.snapshot().documents()] == [2, 1]
        assert snapshot.path_of(snapshot.images[0]).is_file()


def test_a_snapshot_has_what_is_not_saved_yet(tmp_path: Path) -> None:
    with open_project(new_project(tmp_path)) as project, project.together():
        project.history.apply(add(box()))
        snapshot = project.snapshot()

        assert project.pending
        assert len(snapshot.load(1).annotations) == 1


def test_where_labels_and_layers_are_used(tmp_path: Path) -> None:
    with open_project(new_project(tmp_path, 3)) as project:
        project.history.apply(add(box(label_id=5), image_id=1))
        project.history.apply(add(box(layer_id=7), image_id=3))
        assert project.images_with_label(5) == (1,)
        assert project.images_with_layer(7) == (3,)
        project.wait_until_saved()
        assert project.images_with_label(5) == (1,)
        project.history.undo()
        assert project.images_with_layer(7) == ()


def test_a_changed_size_is_said(tmp_path: Path) -> None:
    with open_project(new_project(tmp_path)) as project:
        assert not project.record_image(1, Size(40, 30), "ab")
        assert not project.record_image(1, Size(40, 30), "ab")
        assert project.images.by_id(1).digest == "ab"
        assert project.record_image(1, Size(41, 30))
        project.history.release(1)
        assert project.history.document(1).size == Size(41, 30)


def test_a_broken_image_is_said_and_the_rest_works(tmp_path: Path) -> None:
    path = new_project(tmp_path)
    (tmp_path / "picture0.png").write_bytes(b"no picture")
    with open_project(path) as project:
        with pytest.raises(ReadError, match="picture0"):
            project.history.document(1)
        assert project.history.document(2).size == Size(40, 30)


def test_masks_survive_whatever_their_place(tmp_path: Path) -> None:
    path = new_project(tmp_path)
    mask = Mask.from_array(np.eye(50), -10, -5)
    with open_project(path) as project:
        project.history.apply(add(shape(mask)))
    with open_project(path) as project:
        (found,) = project.history.document(1).annotations.values()
        assert found.geometry == mask


def test_images_that_were_moved(tmp_path: Path) -> None:
    path = new_project(tmp_path / "old")
    (tmp_path / "old").rename(tmp_path / "new")
    path = tmp_path / "new" / path.name
    with open_project(path) as project:
        assert project.image_root == tmp_path / "new"
        (tmp_path / "elsewhere").mkdir()
        project.move_image_root(tmp_path / "elsewhere")
    with open_project(path) as project:
        assert project.image_root == tmp_path / "elsewhere"
    (tmp_path / "elsewhere").rmdir()
    with open_project(path) as project:
        assert "is not there" in project.notices[-1]


@pytest.mark.parametrize("content", [b"", b"{}", b"SQLite format 3\x00" + b"x" * 200])
def test_what_is_no_project_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.maskwright"
    path.write_bytes(content)

    with pytest.raises(ReadError, match=r"x\.maskwright"):
        Project.open(path, author="")
    assert path.read_bytes() == content


def test_a_missing_file_and_a_newer_one(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="no project file"):
        Project.open(tmp_path / "x.maskwright", author="")
    path = new_project(tmp_path)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 999")
    connection.close()
    with pytest.raises(ReadError, match="newer Maskwright"):
        Project.open(path, author="")


def test_a_damaged_file_is_said_to_be_damaged(tmp_path: Path) -> None:
    path = new_project(tmp_path)
    with open_project(path) as project:
        for _ in range(50):
            project.history.apply(add(box()))
    data = bytearray(path.read_bytes())
    data[4096 * 3 :] = b"\xff" * (len(data) - 4096 * 3)
    path.write_bytes(data)

    with pytest.raises(ReadError), open_project(path) as project:
        project.history.document(1)


def test_a_project_is_never_written_over(tmp_path: Path) -> None:
    path = new_project(tmp_path)
    content = path.read_bytes()

    with pytest.raises(WriteError, match="exists already"):
        Project.create(path, tmp_path, ["a.png"], author="")
    with open_project(path) as project, pytest.raises(WriteError, match="exists already"):
        project.save_copy(path)
    with pytest.raises(WriteError, match="could not be written"):
        Project.create(tmp_path / "picture0.png" / "x.maskwright", tmp_path, [], author="")
    assert len(path.read_bytes()) == len(content)


def test_closing_leaves_one_file(tmp_path: Path) -> None:
    path = new_project(tmp_path)
    with open_project(path) as project:
        project.history.apply(add(box()))
    assert [item.name for item in tmp_path.iterdir() if "maskwright" in item.name] == [path.name]


def test_a_copy_has_everything(tmp_path: Path) -> None:
    with open_project(new_project(tmp_path)) as project:
        project.history.apply(add(box()))
        with project.together():
            project.history.apply(add(box(), image_id=2))
            project.save_copy(tmp_path / "deep" / "copy.maskwright")
    with open_project(tmp_path / "deep" / "copy.maskwright") as copy:
        assert copy.image_root == tmp_path
        assert [len(copy.history.document(number).annotations) for number in (1, 2)] == [1, 1]
        assert copy.history.undo() is not None


def test_unknown_images_are_refused(tmp_path: Path) -> None:
    with open_project(new_project(tmp_path)) as project:
        with pytest.raises(ReadError, match="no image number 99"):
            project.history.document(99)
        assert isinstance(project.history.document(1), ImageDocument)


def test_rescan_finds_new_missing_and_changed_images(tmp_path: Path) -> None:
    path = new_project(tmp_path, 3)
    with open_project(path) as project:
        for image in project.images:
            project.record_image(image.id, Size(40, 30), "digest")
        project.wait_until_saved()
        write_picture(tmp_path / "inside" / "new.png")
        (tmp_path / "picture0.png").unlink()
        write_picture(tmp_path / "picture1.png", width=50)

        report = project.rescan()

        assert (report.added, report.missing, report.changed) == ((4,), (1,), (2,))
        assert report.summary == "Images: 1 new, 1 missing, 1 changed on disk."
        assert project.images.by_id(2).size == Size(50, 30)
        project.history.apply(add(box(), image_id=4))
        project.wait_until_saved()
        assert project.rescan().changed == ()
    with open_project(path) as project:
        assert [image.path for image in project.images][-1] == "inside/new.png"
        assert len(project.history.document(4).annotations) == 1


@pytest.mark.parametrize("path", ["../secret.png", "inside/../../secret.png", "/etc/passwd"])
def test_a_project_that_names_images_outside_its_folder_is_refused(
    tmp_path: Path, path: str
) -> None:
    project = new_project(tmp_path)
    with sqlite3.connect(project) as connection:
        connection.execute("UPDATE images SET path = ? WHERE id = 1", (path,))
    connection.close()

    with pytest.raises(ReadError, match="outside its folder"):
        Project.open(project, author="")


def test_odd_names_of_images_are_fine(tmp_path: Path) -> None:
    names = ["a..b.png", "ü ñ #1%.png", "a:b.png", "it's.png", "a\\b.png"]
    for name in names:
        write_picture(tmp_path / name)
    Project.create(tmp_path / "odd name #%.maskwright", tmp_path, names, author="").close()
    with open_project(tmp_path / "odd name #%.maskwright") as project:
        assert [image.path for image in project.images] == names
        assert project.history.document(5).size == Size(40, 30)
