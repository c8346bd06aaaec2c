"""Background work in a few threads, with lanes, superseding, cancelling and progress."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from core.errors import Cancelled, MaskwrightError
from core.tasks.task import Lane, Task, TaskContext, TaskHandle, TaskStatus

__all__ = ["Lane", "Task", "TaskContext", "TaskHandle", "TaskQueue", "TaskStatus"]

T = TypeVar("T")
Callback = Callable[[], None]
Deliver = Callable[[Callback], None]

_LOG = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class _Job:
    """A submitted task; ``work`` does it and returns what is to be delivered."""

    name: str
    lane: Lane
    key: Hashable | None
    work: Callable[[TaskContext], Callback]
    on_failed: Callable[[MaskwrightError], None] | None
    context: TaskContext


class TaskQueue:
    """Runs tasks in background threads and brings their results to one place.

    ``deliver`` takes a callable and runs it where results are wanted (the GUI
    thread); every callback of the queue goes through it. A task that was
    cancelled or superseded calls none, not even when its result was already on
    the way. Interactive tasks run newest first, the others oldest first; work
    that nobody waits for leaves a thread to those and, of three or
    more, another to what is seen.

    ``on_changed`` is told, through ``deliver`` and at most once per delivery,
    that ``running()`` has something new to say.
    """

    def __init__(
        self,
        deliver: Deliver,
        threads: int = 2,
        *,
        on_changed: Callback | None = None,
    ) -> None:
        self._deliver = deliver
        self._on_changed = on_changed
        self._change_is_posted = False
        self._condition = threading.Condition()
        self._waiting: dict[Lane, deque[_Job]] = {lane: deque() for lane in Lane}
        self._running: list[_Job] = []
        self._newest: dict[Hashable, _Job] = {}
        self._next_id = 1
        self._closed = False
        self._background_limit = max(threads - 2, 1)
        self._threads = [
            threading.Thread(target=self._work, name=f"task-{number}", daemon=True)
            for number in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def submit(
        self,
        task: Task[T],
        on_done: Callable[[T], None],
        on_failed: Callable[[MaskwrightError], None] | None = None,
    ) -> TaskHandle:
        """Queue a task; an older one with the same key is called off.

        ``on_done`` gets its result, ``on_failed`` the error that ended it; an
        error that nobody takes is logged. After ``close`` nothing is run.
        """

        def work(context: TaskContext) -> Callback:
            return partial(on_done, task.run(context))

        with self._condition:
            status = TaskStatus(self._next_id, task.name, task.lane)
            self._next_id += 1
            context = TaskContext(status, self._post_change)
            job = _Job(task.name, task.lane, task.key, work, on_failed, context)
            self._supersede(job)
            if self._closed:
                context.cancel()
            else:
                self._waiting[task.lane].append(job)
                self._condition.notify_all()
        return TaskHandle(status.id, lambda: self._cancel(job))

    def running(self) -> tuple[TaskStatus, ...]:
        """The tasks at work now, most urgent first; not those that wait."""
        with self._condition:
            statuses = [job.context.status for job in self._running if not job.context.cancelled]
        return tuple(sorted(statuses, key=lambda status: (status.lane, status.id)))

    @property
    def waiting_count(self) -> int:
        """Number of tasks that have not begun."""
        with self._condition:
            return sum(map(len, self._waiting.values()))

    def wait_until_idle(self, timeout_s: float) -> bool:
        """Wait until nothing waits or runs; False when the time is over first.

        Callbacks may still be on their way through ``deliver``.
        """
        with self._condition:
            return self._condition.wait_for(self._is_idle, timeout_s)

    def close(self, timeout_s: float = 5.0) -> None:
        """Call everything off and wait for the threads; may be called twice."""
        with self._condition:
            self._closed = True
            waiting = [job for lane in self._waiting.values() for job in lane]
            for job in (*waiting, *self._running):
                job.context.cancel()
            for lane in self._waiting.values():
                lane.clear()
            self._newest.clear()
            self._condition.notify_all()
        deadline = time.monotonic() + timeout_s
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(max(deadline - time.monotonic(), 0.0))

    def _is_idle(self) -> bool:
        return not self._running and not any(self._waiting.values())

    def _supersede(self, job: _Job) -> None:
        """Make a job the one that counts for its key; the lock is held."""
        if job.key is None:
            return
        older = self._newest.get(job.key)
        if older is not None:
            self._call_off(older)
        self._newest[job.key] = job

    def _cancel(self, job: _Job) -> None:
        with self._condition:
            self._call_off(job)
        self._post_change()

    def _call_off(self, job: _Job) -> None:
        """Cancel a job in whatever state it is; the lock is held."""
        job.context.cancel()
        self._forget(job)
        if job in self._waiting[job.lane]:
            self._waiting[job.lane].remove(job)
            self._condition.notify_all()

    def _forget(self, job: _Job) -> None:
        if job.key is not None and self._newest.get(job.key) is job:
            del self._newest[job.key]

    def _work(self) -> None:
        """One thread's life."""
        while (job := self._take()) is not None:
            self._post_change()
            callback = self._run(job)
            if callback is not None:
                self._deliver(partial(self._call_back, job, callback))
            with self._condition:
                self._running.remove(job)
                if callback is None:
                    self._forget(job)
                self._condition.notify_all()
            self._post_change()

    def _take(self) -> _Job | None:
        """The next job to run, waiting for one; None when the queue is closed."""
        with self._condition:
            while not self._closed:
                job = self._pick()
                if job is not None:
                    self._running.append(job)
                    return job
                self._condition.wait()
        return None

    def _pick(self) -> _Job | None:
        interactive = self._waiting[Lane.INTERACTIVE]
        if interactive:
            return interactive.pop()
        if self._waiting[Lane.VISIBLE]:
            return self._waiting[Lane.VISIBLE].popleft()
        background = sum(job.lane > Lane.VISIBLE for job in self._running)
        if background >= self._background_limit:
            return None
        for lane in (Lane.PREFETCH, Lane.BATCH):
            if self._waiting[lane]:
                return self._waiting[lane].popleft()
        return None

    def _run(self, job: _Job) -> Callback | None:
        """Do the work; returns what to deliver, None when it was called off."""
        try:
            return job.work(job.context)
        except Cancelled:
            return None
        except MaskwrightError as error:
            return self._failure(job, error)
        except Exception as error:  # noqa: BLE001 - a task may raise anything; it ends here
            _LOG.exception("Task %r failed unexpectedly", job.name)
            sentence = f"{job.name}: something unexpected went wrong ({type(error).__name__})."
            failure = MaskwrightError(sentence, "The log file has the details.")
            failure.__cause__ = error
            return self._failure(job, failure)

    def _failure(self, job: _Job, error: MaskwrightError) -> Callback:
        if job.on_failed is not None:
            return partial(job.on_failed, error)
        return partial(_LOG.error, "%s: %s", job.name, error)

    def _call_back(self, job: _Job, callback: Callback) -> None:
        """Deliver a result, unless the task was called off on the way."""
        with self._condition:
            self._forget(job)
            wanted = not job.context.cancelled and not self._closed
        if wanted:
            callback()

    def _post_change(self) -> None:
        if self._on_changed is None:
            return
        with self._condition:
            if self._change_is_posted or self._closed:
                return
            self._change_is_posted = True
        self._deliver(self._tell_change)

    def _tell_change(self) -> None:
        with self._condition:
            self._change_is_posted = False
        if self._on_changed is not None:
            self._on_changed()
