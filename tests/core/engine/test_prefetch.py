from __future__ import annotations

from collections.abc import Callable

import numpy as np

from core.engine.prefetch import Prefetch
from core.engine.protocol import JobCancelled, Lane, ModelRequest
from tests.core.engine.conftest import Engine


class Recorder:
    """Notes what is asked of an engine."""

    def __init__(self) -> None:
        self.submitted: list[tuple[str, Lane]] = []
        self.cancelled: list[int] = []

    def submit(self, request: ModelRequest, lane: Lane) -> int:
        self.submitted.append((request.image_digest, lane))
        return len(self.submitted)

    def cancel(self, job: int) -> None:
        self.cancelled.append(job)


def request(digest: str, model: str = "corner") -> ModelRequest:
    return ModelRequest(np.zeros((9, 9, 3), np.uint8), digest, model)


def test_going_on_keeps_what_is_still_wanted() -> None:
    engine = Recorder()
    prefetch = Prefetch(engine)
    assert prefetch.want([request("b"), request("c")]) == (1, 2)
    assert prefetch.want([request("c"), request("d")]) == (2, 3)
    assert engine.cancelled == [1]
    assert {lane for _, lane in engine.submitted} == {Lane.PREFETCH}
    prefetch.release(2)
    prefetch.want([])
    assert engine.cancelled == [1, 3]


def test_the_image_on_the_screen_goes_first_and_the_next_ones_follow(
    make_engine: Callable[..., Engine],
) -> None:
    engine = make_engine()
    prefetch = Prefetch(engine.client)
    running = engine.ask("wait", digest="a")
    engine.wait_until_running(running)
    ahead = prefetch.want([request("b"), request("c"), request("d")])
    prefetch.want([request("c"), request("b")])
    shown = engine.ask("corner", digest="e")
    order = [engine.outcome(job).job for job in (shown, *ahead[:2])]
    assert order == [shown, *ahead[:2]]
    dropped = {event.job for event in engine.heard if isinstance(event, JobCancelled)}
    assert {running, ahead[2]} <= dropped
