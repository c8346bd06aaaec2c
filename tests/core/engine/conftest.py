from __future__ import annotations

import queue
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest

from core.engine.client import EngineClient
from core.engine.protocol import (
    EngineEvent,
    JobCancelled,
    JobFailed,
    JobFinished,
    JobProgress,
    Lane,
    ModelRequest,
    RgbImage,
)

FAKE = "tests.core.engine.fake_runner:FakeRunner"
TIMEOUT_S = 30.0
E = TypeVar("E", bound=EngineEvent)
Outcome = JobFinished | JobFailed | JobCancelled


class Engine:
    """A client with the fake runner, and what it has said."""

    def __init__(self, folder: Path, **options: object) -> None:
        self.events: queue.SimpleQueue[EngineEvent] = queue.SimpleQueue()
        self.heard: list[EngineEvent] = []
        given = {"runner": FAKE, "temporary_folder": folder, **options}
        self.client = EngineClient(self.events.put, **given)  # type: ignore[arg-type]  # options of any kind

    def ask(
        self,
        model: str,
        image: RgbImage | Path | None = None,
        lane: Lane = Lane.VISIBLE,
        digest: str = "digest",
    ) -> int:
        return self.client.submit(
            ModelRequest(picture() if image is None else image, digest, model), lane
        )

    def wait_for(self, wanted: Callable[[EngineEvent], bool]) -> EngineEvent:
        """The next event of this kind; those before it are kept in ``heard``."""
        deadline = time.monotonic() + TIMEOUT_S
        while True:
            event = self.events.get(timeout=deadline - time.monotonic())
            self.heard.append(event)
            if wanted(event):
                return event

    def wait_until_running(self, job: int) -> None:
        self.wait_for(lambda event: isinstance(event, JobProgress) and event.job == job)

    def outcome(self, job: int) -> Outcome:
        event = self.wait_for(lambda event: isinstance(event, Outcome) and event.job == job)
        assert isinstance(event, Outcome)
        return event

    def finished(self, job: int) -> JobFinished:
        event = self.outcome(job)
        assert isinstance(event, JobFinished), event
        return event


def picture(width: int = 40, height: int = 30) -> RgbImage:
    return np.random.default_rng(width).integers(0, 256, (height, width, 3), np.uint8)


@pytest.fixture
def make_engine(tmp_path: Path) -> Iterator[Callable[..., Engine]]:
    engines: list[Engine] = []

    def make(**options: object) -> Engine:
        engines.append(Engine(tmp_path, **options))
        return engines[-1]

    yield make
    for engine in engines:
        engine.client.close()
    assert list(tmp_path.glob("maskwright-*")) == []


@pytest.fixture
def engine(make_engine: Callable[..., Engine]) -> Engine:
    return make_engine()
