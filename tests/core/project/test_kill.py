"""A program that is killed while it edits loses nothing older than 200 ms."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.core.project.editing_child import SIDE, digest
from tests.core.project.pictures import new_project, open_project

_CHECKOUT = Path(__file__).parents[3]
_MAY_BE_LOST_S = 0.2
_ROUNDS, _MANY_ROUNDS, _ROUNDS_OF_A_FILE = 3, 1000, 10

pytestmark = pytest.mark.skipif(os.name != "posix", reason="there is no SIGKILL here")


@dataclass(frozen=True)
class _Step:
    time_s: float
    kind: str
    number: int
    digest: str


def test_nothing_older_than_200_ms_is_lost(tmp_path: Path) -> None:
    with _nursery() as children:
        _kill_and_look(children, _project(tmp_path), range(_ROUNDS))


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("first_seed", range(1000, 1000 + _MANY_ROUNDS, 100))
def test_nothing_is_lost_in_many_rounds(tmp_path: Path, first_seed: int) -> None:
    with _nursery() as children:
        for seed in range(first_seed, first_seed + 100, _ROUNDS_OF_A_FILE):
            path = _project(tmp_path / str(seed))
            _kill_and_look(children, path, range(seed, seed + _ROUNDS_OF_A_FILE))


def _project(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return new_project(folder, 3, SIDE)


@contextmanager
def _nursery() -> Iterator[subprocess.Popen[str]]:
    """A process that forks children which edit; it and they are gone afterwards."""
    command = [sys.executable, "-P", "-m", "tests.core.project.editing_child"]
    environment = {"PYTHONPATH": str(_CHECKOUT), "OMP_NUM_THREADS": "1"}
    nursery = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=_CHECKOUT,
        env=environment,
    )
    try:
        yield nursery
    finally:
        nursery.kill()
        nursery.communicate()


def _kill_and_look(nursery: subprocess.Popen[str], path: Path, seeds: range) -> None:
    committed = 0
    for seed in seeds:
        killed_at, steps = _edit_and_kill(nursery, path, seed)
        committed += _check(path, killed_at, steps)
    assert committed > 3 * len(seeds)


def _edit_and_kill(
    nursery: subprocess.Popen[str], path: Path, seed: int
) -> tuple[float, list[_Step]]:
    """Mostly short rounds, as most of their moments are alike; some that outlast 200 ms."""
    assert nursery.stdin is not None
    assert nursery.stdout is not None
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    edit_s = chance.uniform(0.0, 0.12) if chance.random() < 0.8 else chance.uniform(0.2, 0.35)
    nursery.stdin.write(f"{path}\t{seed}\n")
    nursery.stdin.flush()
    ready = _step(nursery.stdout.readline())
    steps: list[_Step] = []
    last = ready
    while last.time_s < ready.time_s + edit_s:
        last = _step(nursery.stdout.readline())
        steps.append(last)
    killed_at = time.time()
    os.kill(ready.number, signal.SIGKILL)
    while (line := nursery.stdout.readline()) != "ended\n":
        steps.append(_step(line))
    with pytest.raises(ProcessLookupError):
        os.kill(ready.number, 0)
    return killed_at, steps


def _step(line: str) -> _Step:
    time_s, kind, number, content = line.split()
    return _Step(float(time_s), kind, int(number), content)


def _check(path: Path, killed_at: float, steps: list[_Step]) -> int:
    """Reopen the project and compare; returns how many steps were found."""
    with open_project(path) as project:
        assert not project.read_only
        assert "did not end properly" in project.notices[0]
        assert project.inspect().integrity == ()
        draft = project.load_draft()
        # Both numbers count from the start of the child that was killed.
        edited = int(project.setting("step") or 0)
        drawn = int(draft.payload) if draft else 0
        found = max(edited, drawn)

        due = [step.number for step in steps if step.time_s <= killed_at - _MAY_BE_LOST_S]
        assert found >= max(due, default=0)
        assert draft is None or drawn > edited, "a finished draft came back"
        reported = {step.number: step.digest for step in steps}
        if found in reported:
            assert digest(project) == reported[found]
        before = digest(project)
        steps_back = 0
        while project.history.undo():
            steps_back += 1
        assert not any(project.history.document(image.id).annotations for image in project.images)
        for _ in range(steps_back):
            project.history.redo()
        assert digest(project) == before
        project.set_setting("step", "0")
        project.save_draft(None)
    return found
