"""Which job runs next: pure bookkeeping, without threads or processes."""

from __future__ import annotations

from dataclasses import dataclass

from core.engine.protocol import EdgeRequest, Lane, Request


@dataclass(slots=True, eq=False)
class Job:
    """A request with its number and lane.

    ``called_off`` is set when its result is no longer wanted; ``interrupted``
    when it has to make room for the image on the screen and runs again later.
    """

    id: int
    request: Request
    lane: Lane
    called_off: bool = False
    interrupted: bool = False


class Schedule:
    """Waiting jobs and the one that runs.

    Visible jobs go before prefetch, prefetch before batch; each lane keeps its
    order. In the visible lane the newest wins: a new image, or new parameters
    for a model, call the older visible jobs off. A job of a lower lane that
    runs when a visible one arrives is interrupted and goes back to the head of
    its lane. Asking for what waits or runs already is the same job.
    """

    def __init__(self) -> None:
        self._waiting: list[Job] = []
        self._running: Job | None = None
        self._next_id = 1

    @property
    def running(self) -> Job | None:
        """The job that the engine has."""
        return self._running

    @property
    def waiting(self) -> tuple[Job, ...]:
        """Jobs that have not begun, in the order in which they will."""
        return tuple(sorted(self._waiting, key=lambda job: job.lane))

    def add(self, request: Request, lane: Lane) -> tuple[Job, tuple[Job, ...]]:
        """Take a request; returns its job and the waiting jobs that it drops."""
        job = self._same(request)
        if job is None:
            job = Job(self._next_id, request, lane)
            self._next_id += 1
            self._waiting.append(job)
        else:
            job.lane = min(job.lane, lane)
        return job, self._make_way_for(job) if lane is Lane.VISIBLE else ()

    def cancel(self, job_id: int) -> Job | None:
        """Call a job off. A waiting one is dropped and returned; a running one is marked."""
        running = self._running
        if running is not None and running.id == job_id:
            running.called_off = True
            return None
        for job in self._waiting:
            if job.id == job_id:
                self._waiting.remove(job)
                return job
        return None

    def begin_next(self) -> Job | None:
        """The next job, which runs from now on; None when nothing waits or one runs."""
        if self._running is None and self._waiting:
            self._running = min(self._waiting, key=lambda job: job.lane)
            self._waiting.remove(self._running)
            self._running.interrupted = False
        return self._running

    def end_running(self) -> Job | None:
        """The job that ran, which is over."""
        job, self._running = self._running, None
        return job

    def resume_later(self) -> None:
        """Put the interrupted job back to the head of its lane."""
        job = self.end_running()
        if job is not None:
            self._waiting.insert(0, job)

    def drop_waiting(self) -> tuple[Job, ...]:
        """Forget all jobs that wait, and return them."""
        dropped, self._waiting = self.waiting, []
        return dropped

    def _same(self, request: Request) -> Job | None:
        known = [*self._waiting, *([self._running] if self._running else [])]
        for job in known:
            if not job.called_off and _is_the_same(job.request, request):
                return job
        return None

    def _make_way_for(self, new: Job) -> tuple[Job, ...]:
        dropped = tuple(job for job in self._waiting if _is_outdated(job, new))
        self._waiting = [job for job in self._waiting if job not in dropped]
        running = self._running
        if running is not None and running is not new:
            if _is_outdated(running, new):
                running.called_off = True
            elif running.lane is not Lane.VISIBLE:
                running.interrupted = True
        return dropped


def _is_the_same(one: Request, other: Request) -> bool:
    if isinstance(one, EdgeRequest) or isinstance(other, EdgeRequest):
        return one is other
    return one.asks_the_same_as(other)


def _is_outdated(old: Job, new: Job) -> bool:
    """Whether a visible job was meant for another image, or for the same model's older settings."""
    if old is new or old.lane is not Lane.VISIBLE:
        return False
    before, after = old.request, new.request
    # Who asks for edges waits for them, and calls them off when they are not wanted.
    if isinstance(before, EdgeRequest) or isinstance(after, EdgeRequest):
        return False
    return not before.is_about_the_image_of(after) or before.model_id == after.model_id
