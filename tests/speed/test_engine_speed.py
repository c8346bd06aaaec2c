"""How long an image needs to the engine and its proposals back, without a model between."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.document.geometry import Size
from core.engine.client import EngineClient
from core.engine.protocol import (
    EngineEvent,
    JobCancelled,
    JobFinished,
    JobProgress,
    Lane,
    ModelRequest,
)

pytestmark = pytest.mark.speed
TIMEOUT_S = 30.0
HARD_CANCEL_S = 0.1


@pytest.fixture
def events() -> queue.SimpleQueue[EngineEvent]:
    return queue.SimpleQueue()


@pytest.fixture
def client(events: queue.SimpleQueue[EngineEvent], tmp_path: Path) -> Iterator[EngineClient]:
    runner = "tests.core.engine.fake_runner:FakeRunner"
    client = EngineClient(events.put, runner=runner, temporary_folder=tmp_path)
    yield client
    client.close()


def wait_until_finished(events: queue.SimpleQueue[EngineEvent]) -> JobFinished:
    while not isinstance(event := events.get(timeout=TIMEOUT_S), JobFinished):
        pass
    return event


@pytest.mark.parametrize("size", [Size(640, 480), Size(6000, 4000)], ids=["0.3 MP", "24 MP"])
def test_round_trip(
    benchmark: Any,
    client: EngineClient,
    events: queue.SimpleQueue[EngineEvent],
    size: Size,
) -> None:
    """A picture to the engine, and a mask of its first rows back."""
    image = np.random.default_rng(0).integers(0, 256, (*size.shape, 3), np.uint8)
    numbers = count()

    def round_trip() -> JobFinished:
        client.submit(ModelRequest(image, str(next(numbers)), "corner"), Lane.VISIBLE)
        return wait_until_finished(events)

    round_trip()
    finished = benchmark.pedantic(round_trip, rounds=10)
    assert finished.proposals.image_size == size


def test_start(benchmark: Any, tmp_path: Path) -> None:
    """From the first request to its result, with the start of the process (without torch)."""
    image = np.zeros((480, 640, 3), np.uint8)

    def start() -> None:
        heard: queue.SimpleQueue[EngineEvent] = queue.SimpleQueue()
        runner = "tests.core.engine.fake_runner:FakeRunner"
        client = EngineClient(heard.put, runner=runner, temporary_folder=tmp_path)
        client.submit(ModelRequest(image, "digest", "corner"), Lane.VISIBLE)
        wait_until_finished(heard)
        client.close()

    benchmark.pedantic(start, rounds=5)


def test_hard_cancel(
    benchmark: Any, client: EngineClient, events: queue.SimpleQueue[EngineEvent]
) -> None:
    """From the wish to stop a model that does not listen until its process is gone."""
    image = np.zeros((480, 640, 3), np.uint8)
    numbers = count()

    def begin() -> tuple[tuple[int], dict[str, object]]:
        request = ModelRequest(image, str(next(numbers)), "deaf")
        job = client.submit(request, Lane.VISIBLE)
        while not isinstance(events.get(timeout=TIMEOUT_S), JobProgress):
            pass
        return (job,), {}

    def cancel(job: int) -> None:
        client.cancel(job, hard=True)
        while not isinstance(events.get(timeout=TIMEOUT_S), JobCancelled):
            pass

    benchmark.pedantic(cancel, setup=begin, rounds=10)
    assert benchmark.stats.stats.median < HARD_CANCEL_S
