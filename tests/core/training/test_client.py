"""The trainer's process: real runs, pauses, kills."""

from __future__ import annotations

import os
import queue
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest

from core.models.trained import read_trained_model
from core.training import events
from core.training.client import TrainerClient
from core.training.run import RunFolder
from tests.core.engine.test_lifetime import has_ended
from tests.core.training.projects import QUICK, blob_project, order

pytestmark = pytest.mark.slow

TIMEOUT_S = 60.0
E = TypeVar("E", bound=events.Event)
LONG = replace(QUICK, steps=2000, round_steps=3, patience=2000)


class Trainer:
    """A client and what it has said."""

    def __init__(self) -> None:
        self._events: queue.SimpleQueue[events.Event] = queue.SimpleQueue()
        self.heard: list[events.Event] = []
        self.client = TrainerClient(self._events.put)

    def wait_for(self, kind: type[E]) -> E:
        deadline = time.monotonic() + TIMEOUT_S
        while True:
            event = self._events.get(timeout=deadline - time.monotonic())
            self.heard.append(event)
            if isinstance(event, kind):
                return event
            assert not isinstance(event, events.Failed), event


@pytest.fixture
def trainer() -> Iterator[Trainer]:
    trainer = Trainer()
    yield trainer
    trainer.client.close()


@pytest.fixture
def long_run(tmp_path: Path) -> Iterator[RunFolder]:
    with blob_project(tmp_path, count=2, labelled=1) as project:
        folder, _ = order(project, LONG)
        yield folder


def test_a_run_is_paused_killed_resumed_and_stopped(trainer: Trainer, long_run: RunFolder) -> None:
    trainer.client.start(long_run)
    trainer.wait_for(events.Judged)
    trainer.client.pause()
    trainer.wait_for(events.Paused)
    assert trainer.client.is_running
    trainer.client.go_on()
    trainer.wait_for(events.Continued)
    judged = trainer.wait_for(events.Judged)
    pid = trainer.client.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    while not isinstance(event := trainer._events.get(timeout=TIMEOUT_S), events.Failed):
        trainer.heard.append(event)
    assert "Resume goes on" in event.hint
    trainer.client.join(TIMEOUT_S)
    assert long_run.can_resume
    trainer.client.start(long_run)
    prepared = trainer.wait_for(events.Prepared)
    assert prepared.step >= judged.step
    trainer.client.stop()
    finished = trainer.wait_for(events.Finished)
    assert finished.steps >= prepared.step
    ranked = trainer.wait_for(events.Ranked)
    assert [item.image_id for item in ranked.suggestions] == [2]
    trainer.client.join(TIMEOUT_S)
    assert long_run.has_ended
    assert read_trained_model(Path(finished.model_file)).record["steps"] == finished.steps


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="waits through pidfd")
def test_closing_ends_the_process_and_says_nothing(trainer: Trainer, long_run: RunFolder) -> None:
    trainer.client.start(long_run)
    trainer.wait_for(events.Prepared)
    pid = trainer.client.pid
    assert pid is not None
    assert os.getpriority(os.PRIO_PROCESS, pid) > 0
    process = os.pidfd_open(pid)
    trainer.client.close()
    assert has_ended(process)
    os.close(process)
    assert long_run.can_resume


def test_a_run_that_cannot_begin_says_why(trainer: Trainer, tmp_path: Path) -> None:
    trainer.client.start(RunFolder(tmp_path))
    deadline = trainer._events.get(timeout=TIMEOUT_S)
    assert isinstance(deadline, events.Failed)
    assert "run.json" in deadline.message
