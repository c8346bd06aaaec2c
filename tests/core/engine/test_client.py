from __future__ import annotations

import logging
import os
import signal
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.document.geometry import Box, Size
from core.document.mask import Mask
from core.engine.client import NOT_STARTED, EngineClient
from core.engine.protocol import (
    EngineDied,
    EngineStarted,
    JobCancelled,
    JobFailed,
    JobFinished,
    JobProgress,
    Lane,
)
from tests.core.engine.conftest import Engine, picture

MakeEngine = Callable[..., Engine]


def is_alive(pid: int) -> bool:
    """Whether a process still runs (one that has ended but was not reaped does not)."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    return state != "Z"


def pid_of(engine: Engine) -> int:
    pid = engine.client.engine_pid
    assert pid is not None
    return pid


def test_an_image_goes_there_and_proposals_come_back(engine: Engine) -> None:
    assert engine.client.device_line == NOT_STARTED
    assert engine.client.engine_pid is None
    image = picture()
    proposals = engine.finished(engine.ask("mask", image)).proposals
    assert engine.heard[0] == EngineStarted("fake auto", "auto")
    assert engine.client.device_line == "fake auto"
    assert proposals.image_size == Size(40, 30)
    assert (proposals.key.image_digest, proposals.key.model) == ("digest", "mask")
    assert proposals.key.weights_hash == "hash"
    assert (proposals.degraded, proposals.seconds, proposals.device) == (
        "smaller input",
        0.5,
        "fake",
    )
    mask, box = proposals.items[0], proposals.items[1]
    assert mask.geometry == Mask.from_array(image.max(axis=2) > 127)
    assert box.geometry == Box(1.5, 2.25, 3.125, 4.0)
    assert mask.soft_mask is not None
    assert mask.soft_mask.values[0, 0] == image[0, 0, 0]


def test_a_picture_file_is_read_by_the_engine(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cv2 = pytest.importorskip("cv2")
    image = picture()
    cv2.imwrite(str(tmp_path / "a.png"), image[:, :, ::-1])
    monkeypatch.chdir(tmp_path)
    proposals = engine.finished(engine.ask("mask", Path("a.png"))).proposals
    assert proposals.items[0].geometry == Mask.from_array(image.max(axis=2) > 127)
    failed = engine.outcome(engine.ask("mask", Path("missing.png"), digest="other"))
    assert isinstance(failed, JobFailed)
    assert "missing.png" in failed.message


def test_progress_is_told(engine: Engine) -> None:
    job = engine.ask("mask")
    engine.finished(job)
    assert JobProgress(job, 0.0, "mask") in engine.heard


def test_errors_are_sentences_and_cost_nothing_else(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    refused = engine.outcome(engine.ask("refuse"))
    assert refused == JobFailed(refused.job, "This model does not fit.", "Take another one.")
    bug = engine.outcome(engine.ask("bug"))
    assert isinstance(bug, JobFailed)
    assert bug.message == 'The model "bug" failed unexpectedly (ZeroDivisionError).'
    assert bug.hint
    pid = pid_of(engine)
    engine.finished(engine.ask("mask"))
    assert pid_of(engine) == pid
    engine.client.close()
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert record.getMessage().endswith("ZeroDivisionError: a bug in a model")


def test_prints_of_the_engine_never_reach_the_pipe(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    engine.finished(engine.ask("noise"))
    engine.client.close()
    found = {(record.levelno, record.getMessage()) for record in caplog.records}
    assert (logging.INFO, "printed") in found
    assert (logging.INFO, "written by a C library") in found
    assert (logging.INFO, "an error line") in found
    assert (logging.WARNING, "loud.library: logged 1") in found
    assert any("warned" in text for level, text in found if level == logging.WARNING)


def test_a_waiting_job_is_cancelled_at_once(engine: Engine) -> None:
    running = engine.ask("wait", lane=Lane.BATCH)
    waiting = engine.ask("mask", lane=Lane.BATCH)
    engine.wait_until_running(running)
    engine.client.cancel(waiting)
    assert engine.outcome(waiting) == JobCancelled(waiting)
    engine.client.cancel(running)
    assert engine.outcome(running) == JobCancelled(running)
    assert not any(isinstance(event, JobFinished | EngineDied) for event in engine.heard)


def test_a_soft_cancel_keeps_the_process(engine: Engine) -> None:
    job = engine.ask("wait")
    engine.wait_until_running(job)
    pid = pid_of(engine)
    engine.client.cancel(job)
    assert engine.outcome(job) == JobCancelled(job)
    engine.finished(engine.ask("mask"))
    assert pid_of(engine) == pid


def test_a_model_that_does_not_listen_is_ended(make_engine: MakeEngine) -> None:
    engine = make_engine(soft_cancel_s=0.05)
    job = engine.ask("deaf")
    engine.wait_until_running(job)
    pid = pid_of(engine)
    engine.client.cancel(job)
    assert engine.outcome(job) == JobCancelled(job)
    assert not is_alive(pid)
    engine.finished(engine.ask("mask"))
    assert not any(isinstance(event, EngineDied) for event in engine.heard)


@pytest.mark.parametrize("model", ["wait", "deaf", "holds the interpreter"])
def test_a_hard_cancel_ends_the_process_whatever_it_does(engine: Engine, model: str) -> None:
    job = engine.ask(model)
    engine.wait_until_running(job)
    pid = pid_of(engine)
    engine.client.cancel(job, hard=True)
    assert engine.outcome(job) == JobCancelled(job)
    assert not is_alive(pid)
    engine.finished(engine.ask("mask"))


def test_cancelling_what_is_over_does_nothing(engine: Engine) -> None:
    job = engine.ask("mask")
    engine.finished(job)
    engine.client.cancel(job, hard=True)
    pid = pid_of(engine)
    engine.finished(engine.ask("mask"))
    assert pid_of(engine) == pid
    assert JobCancelled(job) not in engine.heard


def test_the_newest_visible_image_wins(engine: Engine) -> None:
    first = engine.ask("wait", digest="first")
    engine.wait_until_running(first)
    second = engine.ask("mask", digest="second")
    third = engine.ask("mask", digest="third")
    engine.finished(third)
    assert {JobCancelled(first), JobCancelled(second)} <= set(engine.heard)


def test_work_ahead_gives_way_and_is_resumed(engine: Engine) -> None:
    ahead = engine.ask("wait", digest="ahead", lane=Lane.PREFETCH)
    engine.wait_until_running(ahead)
    engine.finished(engine.ask("mask", digest="here"))
    engine.wait_until_running(ahead)
    assert JobCancelled(ahead) not in engine.heard
    engine.client.cancel(ahead)
    assert engine.outcome(ahead) == JobCancelled(ahead)


def test_a_crash_costs_a_sentence_and_the_running_job(engine: Engine) -> None:
    crashing = engine.ask("crash", lane=Lane.BATCH)
    waiting = engine.ask("mask", lane=Lane.BATCH)
    failed = engine.outcome(crashing)
    assert isinstance(failed, JobFailed)
    assert failed.message == "The engine ended unexpectedly (exit status 5)."
    engine.finished(waiting)
    assert [event for event in engine.heard if isinstance(event, EngineDied)] == [
        EngineDied("The engine ended unexpectedly (exit status 5).")
    ]


def kill_in_mid_job(engine: Engine, times: int) -> None:
    for turn in range(times):
        model = ("wait", "deaf", "holds the interpreter")[turn % 3]
        job = engine.ask(model, digest=f"image {turn}")
        engine.wait_until_running(job)
        pid = pid_of(engine)
        os.kill(pid, signal.SIGKILL)
        failed = engine.outcome(job)
        assert isinstance(failed, JobFailed)
        assert "killed" in failed.message
        assert not is_alive(pid)
        engine.finished(engine.ask("mask", digest=f"image {turn}"))
    deaths = [event for event in engine.heard if isinstance(event, EngineDied)]
    assert len(deaths) == times


def test_kill_9_of_the_engine_costs_one_job_each_time(engine: Engine) -> None:
    kill_in_mid_job(engine, 3)


@pytest.mark.slow
def test_twenty_kills_in_mid_job(engine: Engine) -> None:
    kill_in_mid_job(engine, 20)


def test_an_engine_that_cannot_start_says_why_to_every_job(make_engine: MakeEngine) -> None:
    engine = make_engine(device="broken")
    jobs = [engine.ask("mask", digest="a"), engine.ask("refuse", digest="a")]
    for job in jobs:
        failed = engine.outcome(job)
        assert failed == JobFailed(job, "There is no such device.", "Choose another one.")
    again = engine.outcome(engine.ask("mask"))
    assert isinstance(again, JobFailed)


def test_an_engine_that_crashes_at_its_start_is_not_started_for_ever(
    make_engine: MakeEngine,
) -> None:
    engine = make_engine(device="crash")
    jobs = [engine.ask("mask", digest="a"), engine.ask("refuse", digest="a")]
    for job in jobs:
        assert isinstance(engine.outcome(job), JobFailed)
    assert sum(isinstance(event, EngineDied) for event in engine.heard) == 1


def test_a_python_that_is_not_there_is_a_sentence(make_engine: MakeEngine, tmp_path: Path) -> None:
    engine = make_engine(python=str(tmp_path / "no-python"))
    failed = engine.outcome(engine.ask("mask"))
    assert isinstance(failed, JobFailed)
    assert failed.message.startswith("The engine could not be started")


def test_no_room_for_the_image_is_a_sentence(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    engine.finished(engine.ask("mask"))
    with monkeypatch.context() as patch:
        patch.setattr("core.engine.exchange.ArrayPack.write", full)
        failed = engine.outcome(engine.ask("mask"))
    assert isinstance(failed, JobFailed)
    assert "No space left on device" in failed.message
    engine.finished(engine.ask("mask"))


def test_closing_ends_a_busy_engine_and_removes_its_folder(tmp_path: Path) -> None:
    engine = Engine(tmp_path)
    job = engine.ask("holds the interpreter")
    engine.wait_until_running(job)
    pid = pid_of(engine)
    engine.client.close()
    engine.client.close()
    assert not is_alive(pid)
    assert list(tmp_path.iterdir()) == []
    engine.ask("mask")
    assert engine.client.engine_pid is None


def test_closing_while_the_engine_starts(tmp_path: Path) -> None:
    engine = Engine(tmp_path, runner="tests.core.engine.fake_runner:SilentRunner")
    engine.ask("mask")
    engine.client.close()
    assert list(tmp_path.iterdir()) == []


def test_an_unused_client_starts_nothing(tmp_path: Path) -> None:
    client = EngineClient(lambda _: None, temporary_folder=tmp_path)
    assert client.engine_pid is None
    client.close()
    assert list(tmp_path.iterdir()) == []


def test_the_image_that_was_asked_about_is_not_changed(engine: Engine) -> None:
    image = picture()
    before = image.copy()
    engine.finished(engine.ask("mask", image))
    assert np.array_equal(image, before)
