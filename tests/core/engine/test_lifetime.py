from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from core.engine.arrays import remove_abandoned

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="waits for other processes through pidfd"
)

REPOSITORY = Path(__file__).parents[3]
TIMEOUT_S = 20.0
PROGRAM = """
import queue, sys
from pathlib import Path
import numpy as np
from core.engine.client import EngineClient
from core.engine.protocol import JobProgress, Lane, ModelRequest

events = queue.SimpleQueue()
client = EngineClient(
    events.put,
    runner="tests.core.engine.fake_runner:FakeRunner",
    temporary_folder=Path(sys.argv[2]),
)
image = np.zeros((20, 20, 3), np.uint8)
client.submit(ModelRequest(image, "digest", sys.argv[1]), Lane.VISIBLE)
while not isinstance(events.get(timeout=20), JobProgress):
    pass
print(client.engine_pid, flush=True)
"""


def start_program(model: str, folder: Path, then: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM + then, model, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )


def has_ended(process: int) -> bool:
    """Whether the process of this pidfd ends in time."""
    poll = select.poll()
    poll.register(process, select.POLLIN)
    return bool(poll.poll(TIMEOUT_S * 1000))


def engine_of(program: subprocess.Popen[str]) -> int:
    """A pidfd of the engine that the program has started."""
    assert program.stdout is not None
    return os.pidfd_open(int(program.stdout.readline()))


@pytest.mark.parametrize("model", ["wait", "deaf", "holds the interpreter"])
def test_a_killed_program_leaves_no_engine(model: str, tmp_path: Path) -> None:
    with start_program(model, tmp_path, "sys.stdin.read()") as program:
        engine = engine_of(program)
        program.send_signal(signal.SIGKILL)
        program.wait(TIMEOUT_S)
        assert has_ended(engine)
        os.close(engine)
    left = [path.name for folder in tmp_path.iterdir() for path in folder.iterdir()]
    assert left == ["owner.lock"]
    remove_abandoned(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_program_that_just_ends_leaves_no_engine(tmp_path: Path) -> None:
    with start_program("wait", tmp_path, "") as program:
        engine = engine_of(program)
        assert program.wait(TIMEOUT_S) == 0
        assert has_ended(engine)
        os.close(engine)


def test_the_engine_ends_when_its_pipe_does_although_its_parent_lives(tmp_path: Path) -> None:
    then = "client._process._process.stdin.close(); sys.stdin.read()"
    with start_program("wait", tmp_path, then) as program:
        engine = engine_of(program)
        assert has_ended(engine)
        os.close(engine)
        program.kill()


def test_an_interrupt_from_the_keyboard_does_not_reach_the_engine(tmp_path: Path) -> None:
    with start_program("wait", tmp_path, "sys.stdin.read()") as program:
        assert program.stdout is not None
        engine = int(program.stdout.readline())
        assert os.getpgid(engine) != os.getpgid(program.pid)
        program.kill()
