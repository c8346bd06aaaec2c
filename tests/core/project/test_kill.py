"""A program that is killed while it edits loses nothing older than 200 ms."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.core.project.editing_child import digest
from tests.core.project.pictures import new_project, open_project

_CHECKOUT = Path(__file__).parents[3]
_MAY_BE_LOST_S = 0.2
_ROUNDS, _MANY_ROUNDS = 3, 200


@dataclass(frozen=True)
class _Step:
    time_s: float
    kind: str
    number: int
    digest: str


def test_nothing_older_than_200_ms_is_lost(tmp_path: Path) -> None:
    _kill_and_look(new_project(tmp_path, 3), range(_ROUNDS))


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("first_seed", range(1000, 1000 + _MANY_ROUNDS, 10))
def test_nothing_is_lost_in_many_rounds(tmp_path: Path, first_seed: int) -> None:
    _kill_and_look(new_project(tmp_path, 3), range(first_seed, first_seed + 10))


def _kill_and_look(path: Path, seeds: range) -> None:
    committed = 0
    for seed in seeds:
        killed_at, steps = _edit_and_kill(path, seed)
        committed += _check(path, killed_at, steps)
    assert committed > 3 * len(seeds)


def _edit_and_kill(path: Path, seed: int) -> tuple[float, list[_Step]]:
    edit_s = random.Random(seed).uniform(0.02, 0.7)  # noqa: S311 - repeatable, not secret
    command = [sys.executable, "-P", "-m", "tests.core.project.editing_child", str(path), str(seed)]
    child = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=_CHECKOUT, env=_environment()
    )
    try:
        assert child.stdout is not None
        steps = [_step(child.stdout.readline())]
        while steps[-1].time_s < steps[0].time_s + edit_s:
            steps.append(_step(child.stdout.readline()))
        killed_at = time.time()
        child.kill()
        rest = child.stdout.read()
    finally:
        child.kill()
        child.communicate()
    # The last line may have been cut.
    steps += [_step(line) for line in rest.splitlines(keepends=True) if line.endswith("\n")]
    return killed_at, steps


def _environment() -> dict[str, str]:
    return {"PYTHONPATH": str(_CHECKOUT), "OMP_NUM_THREADS": "1"}


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
