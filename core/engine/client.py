"""The program's side of the engine: takes requests, owns the pipe, tells what happens.

Imports no torch. All state changes happen on one thread of the client; the
process is started when the first job needs it and again after it has ended.
"""

from __future__ import annotations

import logging
import queue
import sys
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from core.engine import wire
from core.engine.exchange import Exchange
from core.engine.process import EngineProcess, exit_sentence
from core.engine.protocol import (
    EdgeRequest,
    EdgesFound,
    EngineDied,
    EngineEvent,
    EngineStarted,
    JobCancelled,
    JobFailed,
    JobFinished,
    JobProgress,
    Lane,
    Request,
)
from core.engine.schedule import Job, Schedule

DEFAULT_RUNNER = "core.engine.model_runner:ModelRunner"
NOT_STARTED = "not started yet"
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Heard:
    """A message of a process, or None for its end."""

    process: int
    message: wire.FromEngine | None


@dataclass(frozen=True, slots=True)
class _HardCancel:
    job: int


@dataclass(frozen=True, slots=True)
class _Close:
    pass


@dataclass(frozen=True, slots=True)
class _Look:
    """The schedule has changed; ``dropped`` jobs will not run."""

    dropped: tuple[Job, ...] = ()


_Item = _Heard | _HardCancel | _Close | _Look


class EngineClient:
    """Runs models in a process of their own.

    ``on_event`` is called on a thread of the client and must not raise.
    ``device`` is "auto", or "cpu", "cuda", "mps". A job that was called off
    softly and does not stop within ``soft_cancel_s`` is stopped by ending the
    process. ``runner`` names the class that runs models in the process.
    """

    def __init__(
        self,
        on_event: Callable[[EngineEvent], None],
        *,
        device: str = "auto",
        python: str = sys.executable,
        runner: str = DEFAULT_RUNNER,
        soft_cancel_s: float = 5.0,
        temporary_folder: Path | None = None,
    ) -> None:
        self._on_event = on_event
        self._device = device
        self._python = python
        self._runner = runner
        self._soft_cancel_s = soft_cancel_s
        self._temporary_folder = temporary_folder
        self._lock = threading.Lock()
        self._schedule = Schedule()
        self._inbox: queue.SimpleQueue[_Item] = queue.SimpleQueue()
        self._device_line = NOT_STARTED
        self._device_name = ""
        self._closed = False
        self._thread: threading.Thread | None = None
        # What follows belongs to the client's thread alone.
        self._exchange: Exchange | None = None
        self._process: EngineProcess | None = None
        self._process_number = 0
        self._ready = False
        self._asked_to_stop = False
        self._deadline: float | None = None

    @property
    def device_line(self) -> str:
        """The device that models run on, and why that one."""
        return self._device_line

    @property
    def engine_pid(self) -> int | None:
        """Number of the engine's process, None while there is none."""
        process = self._process
        return None if process is None else process.pid

    @property
    def has_free_gpu(self) -> bool:
        """Whether the process is there, has a GPU and nothing to do."""
        with self._lock:
            busy = self._schedule.running is not None or bool(self._schedule.waiting)
            return not (busy or self._closed or self._device_name in ("", "cpu"))

    def submit(self, request: Request, lane: Lane) -> int:
        """Queue a job and return its number; see ``Schedule`` for what goes first.

        Asking again for what waits or runs gives the number of that job.
        """
        with self._lock:
            job, dropped = self._schedule.add(_with_absolute_paths(request), lane)
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._live, name="engine", daemon=True)
                self._thread.start()
        self._inbox.put(_Look(dropped))
        return job.id

    def cancel(self, job: int, *, hard: bool = False) -> None:
        """Call a job off; ``hard`` ends the process, which frees the device at once.

        A job that has ended already is left alone. JobCancelled follows.
        """
        with self._lock:
            dropped = self._schedule.cancel(job)
        self._inbox.put(_Look((dropped,) if dropped else ()))
        if hard:
            self._inbox.put(_HardCancel(job))

    def close(self) -> None:
        """End the process, drop all jobs without a word and remove what was exchanged."""
        with self._lock:
            self._closed = True
            thread = self._thread
        self._inbox.put(_Close())
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def _live(self) -> None:
        """The client's thread."""
        try:
            while not isinstance(item := self._next_item(), _Close):
                self._handle(item)
                self._stop_what_is_unwanted()
                self._begin_next()
        finally:
            self._end_process()
            if self._exchange is not None:
                self._exchange.close()

    def _next_item(self) -> _Item:
        """The next thing to react to; a look when a job has overstayed its cancelling."""
        if self._deadline is None:
            return self._inbox.get()
        try:
            return self._inbox.get(timeout=max(self._deadline - time.monotonic(), 0.0))
        except queue.Empty:
            return _Look()

    def _handle(self, item: _Item) -> None:
        match item:
            case _Look(dropped):
                self._emit_cancelled(dropped)
            case _HardCancel(job):
                if self._is_running(job):
                    self._stop_hard()
            case _Heard(number, message) if number == self._process_number:
                if message is None:
                    self._on_death()
                else:
                    self._on_message(message)

    def _on_message(self, message: wire.FromEngine) -> None:
        match message:
            case wire.Ready(line, device):
                self._ready = True
                self._device_line, self._device_name = line, device
                self._on_event(EngineStarted(line, device))
            case wire.NotStarted(sentence, hint):
                self._end_process()
                self._fail_all(sentence, hint)
            case wire.Progressed(job, fraction, text):
                if self._is_wanted(job):
                    self._on_event(JobProgress(job, fraction, text))
            case wire.Finished() | wire.FoundEdges():
                self._on_finished(message)
            case wire.Failed(_, sentence, hint):
                self._end_job(lambda job: JobFailed(job.id, sentence, hint))
            case wire.CalledOff():
                self._on_called_off()

    def _on_finished(self, message: wire.Finished | wire.FoundEdges) -> None:
        with self._lock:
            job = self._schedule.running
        if job is None or self._exchange is None:
            return
        try:
            event = self._finished_event(self._exchange, job, message)
        except (OSError, ValueError) as error:
            _LOG.exception("The engine's result cannot be read")
            sentence = f"The engine's result could not be read: {error}."
            self._end_job(lambda ended: JobFailed(ended.id, sentence))
            return
        self._end_job(lambda _ended: event)

    @staticmethod
    def _finished_event(
        exchange: Exchange, job: Job, message: wire.Finished | wire.FoundEdges
    ) -> EngineEvent:
        """The result that a message tells of; raises OSError, ValueError when it is broken."""
        if isinstance(message, wire.FoundEdges):
            return EdgesFound(job.id, exchange.image_part(message))
        if isinstance(job.request, EdgeRequest):
            raise ValueError("proposals came where edges were asked for")
        return JobFinished(job.id, exchange.proposals(message, job.request))

    def _on_called_off(self) -> None:
        with self._lock:
            job = self._schedule.running
            if job is not None and job.interrupted and not job.called_off:
                self._schedule.resume_later()
                job = None
        self._asked_to_stop, self._deadline = False, None
        if job is not None:
            self._end_job(lambda ended: JobCancelled(ended.id))

    def _on_death(self) -> None:
        """The process has ended by itself: its job fails, and others, if it never was ready."""
        was_ready = self._ready
        status = self._end_process(wait=True)
        sentence = exit_sentence(status)
        self._on_event(EngineDied(sentence))
        if was_ready:
            hint = "The next run starts it again."
            self._end_job(lambda job: JobFailed(job.id, sentence, hint))
        else:
            self._fail_all(sentence, "The log file has the details.")

    def _stop_what_is_unwanted(self) -> None:
        """Ask a job to stop that was called off or has to make room; end it when it does not."""
        with self._lock:
            job = self._schedule.running
            called_off = job is not None and job.called_off
            interrupted = job is not None and job.interrupted
        if job is None or self._process is None or not (called_off or interrupted):
            return
        if not self._asked_to_stop:
            self._asked_to_stop = True
            self._process.send(wire.CancelJob(job.id))
        if called_off and self._deadline is None:
            self._deadline = time.monotonic() + self._soft_cancel_s
        elif self._deadline is not None and time.monotonic() >= self._deadline:
            self._stop_hard()

    def _stop_hard(self) -> None:
        self._end_process()
        self._end_job(lambda job: JobCancelled(job.id))

    def _begin_next(self) -> None:
        """Give the engine its next job, or start it when there is none."""
        with self._lock:
            if self._schedule.running is not None or not self._schedule.waiting:
                return
        if self._process is None:
            self._start_process()
        elif self._ready:
            with self._lock:
                job = self._schedule.begin_next()
            if job is not None:
                self._send(job)

    def _start_process(self) -> None:
        self._process_number += 1
        number = self._process_number
        try:
            if self._exchange is None:
                self._exchange = Exchange(self._temporary_folder)
            self._process = EngineProcess(
                python=self._python,
                folder=self._exchange.folder,
                device=self._device,
                runner=self._runner,
                on_message=lambda message: self._inbox.put(_Heard(number, message)),
            )
        except OSError as error:
            self._fail_all(f"The engine could not be started: {error}.", "")

    def _send(self, job: Job) -> None:
        if self._process is None or self._exchange is None:
            return
        try:
            message = self._exchange.message(job.id, job.request)
        except OSError as error:
            sentence = f"The image could not be passed to the engine: {error.strerror}."
            hint = f"Is there room in {self._exchange.folder.parent}?"
            self._end_job(lambda ended: JobFailed(ended.id, sentence, hint))
            self._inbox.put(_Look())
            return
        self._process.send(message)

    def _end_process(self, *, wait: bool = False) -> int:
        """Forget the process and make sure that it is gone."""
        process, self._process = self._process, None
        self._process_number += 1
        self._ready = False
        self._device_name = ""
        if process is None:
            return 0
        status = process.wait() if wait else process.end()
        if self._exchange is not None:
            self._exchange.clear()
        return status

    def _end_job(self, event: Callable[[Job], EngineEvent]) -> None:
        """The running job is over; one that was called off says only that."""
        self._asked_to_stop, self._deadline = False, None
        with self._lock:
            job = self._schedule.end_running()
        if job is not None:
            self._on_event(JobCancelled(job.id) if job.called_off else event(job))

    def _fail_all(self, sentence: str, hint: str) -> None:
        self._end_job(lambda job: JobFailed(job.id, sentence, hint))
        with self._lock:
            dropped = self._schedule.drop_waiting()
        for job in dropped:
            self._on_event(JobFailed(job.id, sentence, hint))

    def _emit_cancelled(self, jobs: Iterable[Job]) -> None:
        for job in jobs:
            self._on_event(JobCancelled(job.id))

    def _is_running(self, job_id: int) -> bool:
        with self._lock:
            running = self._schedule.running
            return running is not None and running.id == job_id

    def _is_wanted(self, job_id: int) -> bool:
        with self._lock:
            running = self._schedule.running
            return running is not None and running.id == job_id and not running.called_off


def _with_absolute_paths(request: Request) -> Request:
    """The request as the engine, which works in another folder, can follow it."""
    if isinstance(request, EdgeRequest):
        return request
    image = request.image.absolute() if isinstance(request.image, Path) else request.image
    weights = request.weights.absolute() if request.weights is not None else None
    return replace(request, image=image, weights=weights)
