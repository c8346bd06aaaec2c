"""Who counts as still holding a file."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from core.project.lock import Holder, process_start
from core.project.sql.connection import Access, connect
from core.project.sql.database import Database
from tests.core.project.pictures import new_project, open_project

posix = pytest.mark.skipif(os.name != "posix", reason="processes are looked up on POSIX only")


def _leave_behind(path: Path, holder: Holder) -> None:
    database = Database(connect(path, Access.WRITE))
    generation, _ = database.journal.read_holder()
    database.journal.write_holder(generation, holder)
    database.close()


def _dead_pid() -> int:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    return child.pid


@posix
def test_the_lock_of_a_dead_program_is_taken_over(tmp_path: Path) -> None:
    path = new_project(tmp_path)
    _leave_behind(path, replace(Holder.this_process(), pid=_dead_pid()))

    with open_project(path) as project:
        assert not project.read_only
        assert "did not end properly" in project.notices[0]


@posix
@pytest.mark.skipif(not process_start(os.getpid()), reason="needs /proc")
def test_another_process_that_got_the_same_number_does_not_hold_the_file(tmp_path: Path) -> None:
    path = new_project(tmp_path)
    _leave_behind(path, replace(Holder.this_process(), process_start="1"))

    with open_project(path) as project:
        assert not project.read_only


@pytest.mark.parametrize(("silent_s", "held"), [(10, True), (3600, False)])
def test_a_program_on_another_machine_is_believed_while_it_gives_signs_of_life(
    tmp_path: Path, silent_s: float, held: bool
) -> None:
    path = new_project(tmp_path)
    holder = Holder.this_process()
    _leave_behind(path, replace(holder, host="elsewhere", seen_at=time.time() - silent_s))

    with open_project(path) as project:
        assert project.read_only == held
        assert not held or "on elsewhere" in project.notices[0]


def test_a_properly_closed_file_is_held_by_nobody(tmp_path: Path) -> None:
    database = Database(connect(new_project(tmp_path), Access.READ))
    assert database.journal.read_holder()[1] is None
    database.close()
