"""Large sources are read in a process of their own that never outlives its work."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import Cancelled, FormatError, MaskwrightError, ReadError
from core.formats.dataset import ImportReport, ReportEntry
from core.project.opening import OpenedProject, open_source
from core.project.project import Project
from core.worker import messages
from core.worker import opening as worker_opening
from core.worker.opening import is_large, open_in_worker
from core.worker.process import Worker
from tests.core.formats.large_files import write_large_coco
from tests.core.project.pictures import add, box, write_picture


@pytest.fixture
def worker() -> Iterator[Worker]:
    worker = Worker()
    yield worker
    worker.close()


@pytest.fixture
def large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that counts as large, with its first picture."""
    monkeypatch.setattr(worker_opening, "_LARGE_BYTES", 1000)
    (tmp_path / "data").mkdir()
    write_picture(tmp_path / "data" / "000000000001.jpg", 640, 480)
    return write_large_coco(tmp_path / "data" / "set.json", 300, 40)


def opened(path: Path, worker: Worker, previews: list[Project] | None = None) -> OpenedProject:
    def show(project: Project) -> None:
        assert previews is not None
        previews.append(project)

    return open_in_worker(
        path, worker, author="me", data_folder=None, on_preview=show, cancelled=lambda: False
    )


def test_a_large_file_is_shown_first_and_then_there_whole(large: Path, worker: Worker) -> None:
    assert large.stat().st_size > 5_000_000
    previews: list[Project] = []
    # Padding makes it large enough for a preview without more records to read.
    large.write_bytes(large.read_bytes() + b" " * 5_000_000)

    found = opened(large, worker, previews)

    (preview,) = previews
    try:
        assert preview.is_preview
        assert preview.read_only
        assert preview.path == found.project.path
        assert "still being read" in preview.notices[0]
        assert preview.image_root == found.project.image_root == large.parent
        assert [image.path for image in preview.images] == [
            image.path for image in found.project.images
        ]
        assert len(preview.history.document(1).annotations) == 40
        assert not preview.history.document(2).annotations
        assert len(preview.snapshot().load(1).annotations) == 40
    finally:
        preview.close()
    try:
        assert found.report is not None
        assert (found.report.images, found.report.annotations) == (300, 12_000)
        assert not found.project.is_preview
        assert len(found.project.history.document(2).annotations) == 40
        found.project.history.apply(add(box()))
    finally:
        found.project.close()


def test_the_preview_leaves_nothing_behind(
    large: Path, worker: Worker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    large.write_bytes(large.read_bytes() + b" " * 5_000_000)
    previews: list[Project] = []
    opened(large, worker, previews).project.close()
    previews[0].close()
    assert list((tmp_path / "temporary").iterdir()) == []


def test_what_the_worker_makes_is_what_this_process_makes(large: Path, worker: Worker) -> None:
    found = opened(large, worker)
    report = found.report
    found.project.close()
    found.project.path.unlink()
    here = open_source(large, author="me")
    here.project.close()
    assert here.report == report


def test_damage_is_told_in_the_same_words(large: Path, worker: Worker) -> None:
    large.write_bytes(large.read_bytes()[:5000])
    with pytest.raises(MaskwrightError) as there:
        opened(large, worker)
    with pytest.raises(FormatError, match="no valid JSON") as here:
        open_source(large, author="me")
    assert str(there.value) == str(here.value)
    assert [item.name for item in large.parent.iterdir() if item.suffix == ".maskwright"] == []


def test_calling_off_ends_the_process_and_leaves_no_project(large: Path, worker: Worker) -> None:
    with pytest.raises(Cancelled):
        open_in_worker(
            large,
            worker,
            author="me",
            data_folder=None,
            on_preview=lambda project: project.close(),
            cancelled=lambda: True,
        )
    assert sorted(item.suffix for item in large.parent.iterdir()) == [".jpg", ".json"]
    worker.close()
    with pytest.raises(Cancelled):
        opened(large, worker)


@pytest.mark.allows_logs
def test_a_process_that_is_killed_is_told(large: Path, worker: Worker) -> None:
    worker.prepare()
    assert worker._spare is not None
    worker._spare._child.kill()
    with pytest.raises(ReadError, match="process that read the file ended"):
        opened(large, worker)
    found = opened(large, worker)
    found.project.close()


def test_the_process_ends_with_its_pipe(worker: Worker) -> None:
    worker.prepare()
    assert worker._spare is not None
    child = worker._spare._child
    worker.close()
    assert child.returncode is not None
    with pytest.raises(ProcessLookupError):
        os.kill(child.pid, 0)


def test_a_process_is_prepared_once(worker: Worker) -> None:
    worker.prepare()
    first = worker._spare
    worker.prepare()
    assert worker._spare is first


def test_small_sources_need_no_process(
    tmp_path: Path, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_picture(tmp_path / "pictures" / "a.png")
    monkeypatch.setattr(Worker, "create_project", None)
    found = opened(tmp_path / "pictures", worker)
    found.project.close()
    again = opened(found.project.path, worker)
    again.project.close()


def test_what_counts_as_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_opening, "_MANY_FILES", 5)
    write_picture(tmp_path / "a" / "a.png")
    (tmp_path / "a" / "a.json").write_text(json.dumps({}))
    assert not is_large(tmp_path / "a")
    for number in range(5):
        (tmp_path / "a" / f"{number}.json").touch()
    assert is_large(tmp_path / "a")


def test_answers_survive_the_pipe() -> None:
    entry = ReportEntry("a\ud800.json", "x[1]", "wrong", "left out", left_out=True, pixels=2**70)
    report = ImportReport((entry,), 1, 2, 3, 4, ("b",))
    for answer in (
        messages.ProjectReady("note", report),
        messages.ProjectReady("", None),
        messages.PreviewReady(),
    ):
        assert messages.answer_from(messages.answer_fields(answer)) == answer
