"""Keeps the engine busy with the images that are likely next, and with nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from core.engine.protocol import Lane, ModelRequest


class Engine(Protocol):
    """The part of ``EngineClient`` that is used here."""

    def submit(self, request: ModelRequest, lane: Lane) -> int:
        """Queue a job and return its number."""
        ...

    def cancel(self, job: int) -> None:
        """Call a job off."""
        ...


class Prefetch:
    """The jobs that were started ahead of being asked for.

    Results come as events of the client, like those of any other job; a job that
    is asked for in the visible lane meanwhile becomes that job and is not run twice.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._jobs: list[tuple[int, ModelRequest]] = []

    def want(self, requests: Sequence[ModelRequest]) -> tuple[int, ...]:
        """Ask for exactly these, the likeliest first; returns their job numbers.

        What was wanted before and is not now is called off.
        """
        kept = [
            (job, old)
            for job, old in self._jobs
            if any(old.asks_the_same_as(request) for request in requests)
        ]
        for job, old in self._jobs:
            if (job, old) not in kept:
                self._engine.cancel(job)
        self._jobs = [(self._job_for(request, kept), request) for request in requests]
        return tuple(job for job, _ in self._jobs)

    def release(self, job: int) -> None:
        """Forget a job that has ended or is on the screen now, so that it is not called off."""
        self._jobs = [(known, request) for known, request in self._jobs if known != job]

    def _job_for(self, request: ModelRequest, kept: Sequence[tuple[int, ModelRequest]]) -> int:
        for job, old in kept:
            if old.asks_the_same_as(request):
                return job
        return self._engine.submit(request, Lane.PREFETCH)
