"""Edges and leaves of an image from the engine, when its device is a GPU and free.

The CPU's own way is fast and gives the same within a stated tolerance, so nobody waits
for the engine: while it has not started, runs a model, computes on the CPU itself or does
not answer soon, there is no answer and the caller goes its own way.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future, wait
from typing import Protocol

from core.engine.protocol import (
    EdgeRequest,
    EdgesFound,
    EngineEvent,
    JobCancelled,
    JobFailed,
    JobFinished,
    Lane,
    RgbImage,
)
from core.grouping.interruption import Check
from core.grouping.leaves import ImagePart

PATIENCE_S = 0.3
"""A GPU takes a hundredth of a second; the CPU is as fast as waiting longer would be."""
_POLL_S = 0.02


class Engine(Protocol):
    """The part of ``EngineClient`` that is used here."""

    @property
    def has_free_gpu(self) -> bool:
        """Whether a job would be run on a GPU at once."""
        ...

    def submit(self, request: EdgeRequest, lane: Lane, /) -> int:
        """Queue a job and return its number."""
        ...

    def cancel(self, job: int, /) -> None:
        """Call a job off."""
        ...


class EdgeJobs:
    """Asks the engine, from any thread but the engine client's own."""

    def __init__(self, engine: Engine, patience_s: float = PATIENCE_S) -> None:
        self._engine = engine
        self._patience_s = patience_s
        self._lock = threading.Lock()
        self._waiting: dict[int, Future[ImagePart | None]] = {}

    def __call__(self, image: RgbImage, check: Check) -> ImagePart | None:
        """Edge and leaves of an image at the work scale; None: compute them yourself.

        ``check`` is called while waiting and may raise to stop.
        """
        if not self._engine.has_free_gpu:
            return None
        answer: Future[ImagePart | None] = Future()
        with self._lock:
            # Under the lock, so that the answer cannot come before it is waited for.
            job = self._engine.submit(EdgeRequest(image), Lane.VISIBLE)
            self._waiting[job] = answer
        give_up_at = time.monotonic() + self._patience_s
        try:
            while not wait([answer], _POLL_S).done:
                check()
                if time.monotonic() >= give_up_at:
                    return None
            return answer.result()
        finally:
            with self._lock:
                self._waiting.pop(job, None)
            if not answer.done():
                self._engine.cancel(job)

    def hear(self, event: EngineEvent) -> bool:
        """Take an event of the client; True when it was about a job of this object."""
        match event:
            case EdgesFound(job, part):
                return self._answer(job, part)
            case JobFailed(job) | JobCancelled(job) | JobFinished(job):
                return self._answer(job, None)
        return False

    def _answer(self, job: int, part: ImagePart | None) -> bool:
        with self._lock:
            answer = self._waiting.pop(job, None)
        if answer is None:
            return isinstance(part, ImagePart)
        answer.set_result(part)
        return True
