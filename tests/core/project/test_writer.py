"""What cannot be written is kept, reported and tried again."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from core.errors import WriteError
from core.project.operations import SaveDraft, SaveSetting
from core.project.project import Project
from core.project.records import DraftRow
from core.project.sql.database import Database
from core.project.writer import Writer
from tests.core.project.pictures import add, box, new_project, open_project

_CHECKOUT = Path(__file__).parents[3]

_FULL_DISK = """
import json, resource, sys
from pathlib import Path
import numpy as np
from core.document.mask import Mask
from core.project.project import Project
from tests.core.project.pictures import add, box, shape

# Python would keep half of what it compiled for files that it imports with no room left.
sys.dont_write_bytecode = True
project = Project.open(Path(sys.argv[1]), author="x")
failures = []
project.on_write_failed = lambda error: failures.append(str(error))
project.history.apply(add(box()))
assert project.wait_until_saved()
hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
noise = np.random.default_rng(0).random((1500, 1500)) > 0.5
project.history.apply(add(shape(Mask.from_array(noise))))
project.history.apply(add(box()))
full = project.wait_until_saved(), project.pending, len(project.history.document(1).annotations)
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
freed = project.wait_until_saved(), project.pending, project.failure is None
project.close()
sys.stdout.write(json.dumps([full, freed, failures]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the limit exists on POSIX systems only")
def test_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    path = new_project(tmp_path)
    done = subprocess.run(
        [sys.executable, "-P", "-c", _FULL_DISK, str(path)],
        capture_output=True,
        text=True,
        cwd=_CHECKOUT,
        env={"PYTHONPATH": str(_CHECKOUT), "OMP_NUM_THREADS": "1"},
    )
    full, freed, failures = json.loads(done.stdout or f"[0, 0, {json.dumps(done.stderr)}]")

    assert full == [False, 2, 3]
    assert "could not be saved" in failures[0]
    assert "kept in memory" in failures[0]
    assert freed == [True, 0, True]
    with open_project(path) as project:
        assert len(project.history.document(1).annotations) == 3


class _Broken:
    """Fails so many times, with what it is given."""

    def __init__(self, error: Exception, times: int) -> None:
        self.error, self.times = error, times
        self.written = 0

    def write(self, database: Database) -> None:
        if self.times:
            self.times -= 1
            raise self.error
        self.written += 1


class _Listener:
    def __init__(self) -> None:
        self.saved: list[int] = []
        self.failures: list[WriteError] = []
        self.failed = threading.Event()

    def on_failed(self, error: WriteError) -> None:
        self.failures.append(error)
        self.failed.set()


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(
        sqlite3.connect(new_project(tmp_path), isolation_level=None, check_same_thread=False)
    )


def _writer(database: Database, listener: _Listener) -> Writer:
    generation, _ = database.journal.read_holder()
    return Writer(database, generation, 0, listener.saved.append, listener.on_failed)


def test_a_passing_failure_is_tried_again_in_order(database: Database) -> None:
    listener = _Listener()
    writer = _writer(database, listener)
    broken = _Broken(sqlite3.OperationalError("disk I/O error"), 1)

    with writer.together():
        writer.submit(SaveSetting("a", "1"), broken, SaveSetting("a", "2"))
    assert listener.failed.wait(10)
    assert "disk I/O error" in str(listener.failures[0])
    assert writer.drain(10)
    writer.stop()

    assert broken.written == 1
    assert database.session.read_settings()["a"] == "2"
    assert listener.saved[-1] == 3
    assert writer.failure is None
    database.close()


def test_a_fault_of_the_program_is_reported_not_swallowed(database: Database) -> None:
    listener = _Listener()
    writer = _writer(database, listener)

    writer.submit(SaveSetting("a", "1"), _Broken(TypeError("no such thing"), 99))

    assert not writer.drain(10)
    assert "no such thing" in str(writer.failure)
    assert writer.pending == 2
    assert "a" not in database.session.read_settings()
    writer.stop()
    database.close()


def test_only_the_last_draft_is_written(database: Database) -> None:
    listener = _Listener()
    writer = _writer(database, listener)
    generation, _ = database.journal.read_holder()

    with writer.together():
        for number in range(100):
            writer.submit(SaveDraft(DraftRow("brush", 1, str(number))))
    assert writer.drain(10)
    writer.stop()

    assert database.session.read_drafts()[1].payload == "99"
    assert database.journal.read_holder()[0] == generation + 1
    database.close()


def test_what_is_done_together_is_committed_together(database: Database) -> None:
    listener = _Listener()
    writer = _writer(database, listener)
    with writer.together():
        writer.submit(SaveSetting("a", "1"))
        assert not writer.drain(0)
        assert listener.saved == []
        writer.submit(SaveSetting("b", "1"))
    assert writer.drain(10)
    writer.stop()
    assert listener.saved == [2]
    database.close()


def test_closing_with_unsaved_edits_says_so(tmp_path: Path) -> None:
    path = new_project(tmp_path)
    project = Project.open(path, author="x")
    blocker = sqlite3.connect(path, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    project.history.apply(add(box()))

    with pytest.raises(WriteError):
        project.close(timeout_s=0)

    blocker.execute("ROLLBACK")
    blocker.close()
    project.close()
    with open_project(path) as again:
        assert len(again.history.document(1).annotations) == 1
