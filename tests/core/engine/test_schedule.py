from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from core.engine.protocol import EdgeRequest, Lane, ModelRequest, Request
from core.engine.schedule import Schedule


def request(image: str, model: str = "unet", **parameters: float) -> ModelRequest:
    given: Mapping[str, float] = parameters
    return ModelRequest(Path(image), image, model, None, dict(given))


def name_of(asked: Request) -> str:
    return "edges" if isinstance(asked, EdgeRequest) else f"{asked.image_digest} {asked.model_id}"


def order(schedule: Schedule) -> list[str]:
    names = []
    while (job := schedule.begin_next()) is not None:
        names.append(name_of(job.request))
        schedule.end_running()
    return names


def test_visible_goes_before_prefetch_before_batch() -> None:
    schedule = Schedule()
    for image, lane in [
        ("batch 1", Lane.BATCH),
        ("next 1", Lane.PREFETCH),
        ("batch 2", Lane.BATCH),
        ("next 2", Lane.PREFETCH),
        ("here", Lane.VISIBLE),
    ]:
        schedule.add(request(image), lane)
    assert order(schedule) == [
        "here unet",
        "next 1 unet",
        "next 2 unet",
        "batch 1 unet",
        "batch 2 unet",
    ]


def test_a_new_image_drops_the_visible_jobs_of_the_old_one() -> None:
    schedule = Schedule()
    schedule.add(request("a", "unet"), Lane.VISIBLE)
    schedule.add(request("a", "rpn"), Lane.VISIBLE)
    schedule.add(request("a", "mask"), Lane.BATCH)
    _, dropped = schedule.add(request("b", "unet"), Lane.VISIBLE)
    assert [name_of(job.request) for job in dropped] == ["a unet", "a rpn"]
    assert order(schedule) == ["b unet", "a mask"]


def test_edges_and_models_do_not_call_each_other_off() -> None:
    schedule = Schedule()
    picture = np.zeros((2, 2, 3), np.uint8)
    schedule.add(request("a", "unet"), Lane.VISIBLE)
    first, dropped = schedule.add(EdgeRequest(picture), Lane.VISIBLE)
    assert not dropped
    second, dropped = schedule.add(EdgeRequest(picture), Lane.VISIBLE)
    assert not dropped
    assert first is not second
    _, dropped = schedule.add(request("b", "unet"), Lane.VISIBLE)
    assert [name_of(job.request) for job in dropped] == ["a unet"]
    assert order(schedule) == ["edges", "edges", "b unet"]


def test_several_models_of_one_image_all_run_in_order() -> None:
    schedule = Schedule()
    for model in ("rpn", "unet", "mask"):
        schedule.add(request("a", model), Lane.VISIBLE)
    assert order(schedule) == ["a rpn", "a unet", "a mask"]


def test_new_parameters_replace_the_old_ones() -> None:
    schedule = Schedule()
    running, _ = schedule.add(request("a", score=0.1), Lane.VISIBLE)
    schedule.begin_next()
    second, _ = schedule.add(request("a", score=0.2), Lane.VISIBLE)
    third, dropped = schedule.add(request("a", score=0.3), Lane.VISIBLE)
    assert running.called_off
    assert dropped == (second,)
    schedule.end_running()
    assert schedule.begin_next() is third


@pytest.mark.parametrize("running", [False, True])
def test_asking_twice_is_one_job_in_the_more_urgent_lane(running: bool) -> None:
    schedule = Schedule()
    first, _ = schedule.add(request("a"), Lane.PREFETCH)
    if running:
        schedule.begin_next()
    again, dropped = schedule.add(request("a"), Lane.VISIBLE)
    assert again is first
    assert dropped == ()
    assert first.lane is Lane.VISIBLE
    assert not first.called_off
    assert not first.interrupted
    later, _ = schedule.add(request("a"), Lane.BATCH)
    assert later.lane is Lane.VISIBLE


def test_a_job_that_was_called_off_does_not_answer_a_new_request() -> None:
    schedule = Schedule()
    first, _ = schedule.add(request("a"), Lane.VISIBLE)
    schedule.begin_next()
    assert schedule.cancel(first.id) is None
    assert first.called_off
    again, _ = schedule.add(request("a"), Lane.VISIBLE)
    assert again is not first


@pytest.mark.parametrize("lane", [Lane.PREFETCH, Lane.BATCH])
def test_other_work_is_interrupted_for_the_screen_and_resumed(lane: Lane) -> None:
    schedule = Schedule()
    background, _ = schedule.add(request("later"), lane)
    schedule.add(request("even later"), lane)
    schedule.begin_next()
    visible, dropped = schedule.add(request("here"), Lane.VISIBLE)
    assert background.interrupted
    assert not background.called_off
    assert dropped == ()
    schedule.resume_later()
    assert schedule.begin_next() is visible
    schedule.end_running()
    assert schedule.begin_next() is background
    assert not background.interrupted


def test_prefetch_does_not_interrupt_batch() -> None:
    schedule = Schedule()
    batch, _ = schedule.add(request("a"), Lane.BATCH)
    schedule.begin_next()
    schedule.add(request("b"), Lane.PREFETCH)
    assert not batch.interrupted


def test_cancelling_a_waiting_job_drops_it_and_nothing_else() -> None:
    schedule = Schedule()
    jobs = [schedule.add(request(name), Lane.BATCH)[0] for name in "abc"]
    assert schedule.cancel(jobs[1].id) is jobs[1]
    assert schedule.cancel(jobs[1].id) is None
    assert schedule.cancel(999) is None
    assert order(schedule) == ["a unet", "c unet"]


def test_pictures_without_a_digest_are_not_taken_for_each_other() -> None:
    schedule = Schedule()
    picture, other = np.zeros((2, 2, 3), np.uint8), np.zeros((2, 2, 3), np.uint8)
    first, _ = schedule.add(ModelRequest(picture, "", "unet"), Lane.BATCH)
    same, _ = schedule.add(ModelRequest(picture, "", "unet"), Lane.BATCH)
    second, _ = schedule.add(ModelRequest(other, "", "unet"), Lane.BATCH)
    assert same is first
    assert second is not first
