from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from core.engine.client import EngineClient
from core.engine.edge_jobs import EdgeJobs
from core.engine.protocol import EngineEvent, EngineStarted, JobFinished, Lane, ModelRequest
from core.errors import Cancelled
from core.grouping import build_hierarchy
from tests.core.engine.conftest import FAKE, TIMEOUT_S, picture
from tests.core.grouping.pictures import shapes_picture

ANSWER, WAIT, FAIL = 0, 1, 2
REAL = "core.engine.model_runner:ModelRunner"


class Program:
    """A client of the engine whose events are heard by the jobs first, as in the window."""

    def __init__(self, folder: Path, device: str, runner: str = FAKE) -> None:
        self.others: queue.SimpleQueue[EngineEvent] = queue.SimpleQueue()
        self.client = EngineClient(
            self._hear, device=device, runner=runner, temporary_folder=folder
        )
        self.edges = EdgeJobs(self.client, patience_s=TIMEOUT_S)

    def _hear(self, event: EngineEvent) -> None:
        if not self.edges.hear(event):
            self.others.put(event)

    def start(self, model: str = "corner") -> None:
        """Models run in the engine, and the first of them starts it."""
        self.client.submit(ModelRequest(picture(), "digest", model), Lane.VISIBLE)
        wanted = JobFinished if model == "corner" else EngineStarted
        while not isinstance(self.others.get(timeout=TIMEOUT_S), wanted):
            pass


@pytest.fixture
def make_program(tmp_path: Path) -> Iterator[Callable[..., Program]]:
    programs: list[Program] = []

    def make(device: str = "cuda", runner: str = FAKE) -> Program:
        programs.append(Program(tmp_path, device, runner))
        return programs[-1]

    yield make
    for program in programs:
        program.client.close()


def image(what: int) -> np.ndarray:
    pixels = np.random.default_rng(3).integers(0, 255, (20, 30, 3)).astype(np.uint8)
    pixels[0, 0, 0] = what
    return pixels


def test_edges_come_from_the_engine_s_gpu(make_program: Callable[..., Program]) -> None:
    program = make_program()
    program.start()
    asked = image(ANSWER)
    part = program.edges(asked, lambda: None)
    assert part is not None
    assert np.allclose(part.edge, asked[:, :, 1] / 255)
    assert np.array_equal(part.leaves, asked[:, :, 2])
    assert program.others.empty()


def test_nobody_starts_the_engine_for_edges_or_waits_for_a_cpu(
    make_program: Callable[..., Program],
) -> None:
    program = make_program()
    assert program.edges(image(ANSWER), lambda: None) is None
    assert program.client.engine_pid is None
    on_cpu = make_program("cpu")
    on_cpu.start()
    assert on_cpu.edges(image(ANSWER), lambda: None) is None


def test_a_busy_engine_is_not_waited_for(make_program: Callable[..., Program]) -> None:
    program = make_program()
    program.start("wait")
    assert program.edges(image(ANSWER), lambda: None) is None


def test_one_that_does_not_answer_soon_is_left_alone(
    make_program: Callable[..., Program],
) -> None:
    program = make_program()
    program.start()
    hasty = EdgeJobs(program.client, patience_s=0.0)
    assert hasty(image(WAIT), lambda: None) is None
    # The job was called off, so the engine is free for models again.
    program.start()


def test_a_failure_there_is_none_here(
    make_program: Callable[..., Program], caplog: pytest.LogCaptureFixture
) -> None:
    program = make_program()
    program.start()
    assert program.edges(image(FAIL), lambda: None) is None
    assert "a bug in grouping" in caplog.text
    caplog.clear()


def test_who_calls_off_does_not_wait(make_program: Callable[..., Program]) -> None:
    program = make_program()
    program.start()
    asked = threading.Event()

    def check() -> None:
        if asked.is_set():
            raise Cancelled
        asked.set()

    with pytest.raises(Cancelled):
        program.edges(image(WAIT), check)
    program.start()


@pytest.mark.slow
def test_the_real_engine_gives_the_edges_of_the_cpu_within_the_tolerance(
    make_program: Callable[..., Program], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the CPU, which the program itself would not ask: the way is the same."""
    pytest.importorskip("torch")
    program = make_program("cpu", REAL)
    monkeypatch.setattr(EngineClient, "has_free_gpu", True)
    shapes = shapes_picture(200, 260, seed=7)
    answered: list[bool] = []

    def image_part(pixels: np.ndarray, check: Callable[[], None]) -> object:
        part = program.edges(pixels, check)
        answered.append(part is not None)
        return part

    found = build_hierarchy(shapes, image_part=image_part)  # type: ignore[arg-type]  # noted on the way
    expected = build_hierarchy(shapes)
    assert answered == [True]
    assert abs(found.leaf_count - expected.leaf_count) < 0.02 * expected.leaf_count
