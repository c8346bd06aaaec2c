"""The program's side of the worker: starts it ahead of time, hears it, ends it."""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from typing import IO

from core.engine.process import child_environment
from core.errors import Cancelled, ReadError
from core.worker.messages import (
    CreateProject,
    Failed,
    FromWorker,
    ProjectReady,
    answer_from,
    job_fields,
    read_message,
    write_message,
)

_LOG = logging.getLogger("core.worker.child")
_LOOK_S = 0.05
_END_S = 5.0


class Worker:
    """Reads large files in a process of its own, one process for each job.

    A process that waits is started ahead of time, because its imports take
    longer than reading a small file. All of it may be used from any thread.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._spare: _Process | None = None
        self._closed = False

    def prepare(self) -> None:
        """Start a process that waits for the next job, unless there is one."""
        with self._lock:
            if self._spare is None and not self._closed:
                self._spare = _Process()

    def create_project(
        self,
        job: CreateProject,
        on_preview: Callable[[], None],
        cancelled: Callable[[], bool],
    ) -> ProjectReady:
        """Have a project made; ``on_preview`` is called on this thread when a preview is there.

        Raises what the reading raised; ReadError when the process ends too
        early, and Cancelled, with the process ended, once ``cancelled`` says so.
        """
        with self._lock:
            if self._closed:
                raise Cancelled
            process, self._spare = self._spare or _Process(), None
        try:
            process.send(job)
            while True:
                answer = process.hear(cancelled)
                if isinstance(answer, ProjectReady):
                    return answer
                if isinstance(answer, Failed):
                    raise answer.error
                on_preview()
        finally:
            process.end()

    def close(self) -> None:
        """End the process that waits; a job that runs is ended by its ``cancelled``."""
        with self._lock:
            self._closed = True
            spare, self._spare = self._spare, None
        if spare is not None:
            spare.end()


class _Process:
    """One child, from its start to its end."""

    def __init__(self) -> None:
        self._child = subprocess.Popen(
            [sys.executable, "-P", "-m", "core.worker.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=tempfile.gettempdir(),
            env=child_environment(os.environ),
        )
        self._answers: queue.SimpleQueue[FromWorker | None] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._read_answers, name="worker-answers", daemon=True),
            threading.Thread(target=self._read_log, name="worker-log", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def send(self, job: CreateProject) -> None:
        """Hand over the job; a child that is gone is noticed by its missing answer."""
        with contextlib.suppress(OSError):
            write_message(_stream(self._child.stdin), job_fields(job))  # type: ignore[arg-type]

    def hear(self, cancelled: Callable[[], bool]) -> FromWorker:
        """The next answer; raises ReadError at the end of the pipe, and Cancelled."""
        while True:
            if cancelled():
                raise Cancelled
            try:
                answer = self._answers.get(timeout=_LOOK_S)
            except queue.Empty:
                continue
            if answer is None:
                raise ReadError(
                    f"The process that read the file ended (status {self._child.wait()}).",
                    "There may be too little memory for this file; the log has more.",
                )
            return answer

    def end(self) -> None:
        """End the child at once; a project that it was writing is not there."""
        with contextlib.suppress(OSError):
            _stream(self._child.stdin).close()
        self._child.kill()
        self._child.wait()
        for thread in self._threads:
            thread.join(_END_S)

    def _read_answers(self) -> None:
        with _stream(self._child.stdout) as stream:
            while (fields := read_message(stream)) is not None:  # type: ignore[arg-type]
                self._answers.put(answer_from(fields))
        self._answers.put(None)

    def _read_log(self) -> None:
        with _stream(self._child.stderr) as lines:
            for line in lines:
                text = line.decode(errors="replace").rstrip()
                if text:
                    _LOG.warning("%s", text)


def _stream(stream: IO[bytes] | None) -> IO[bytes]:
    """A pipe that was asked for and therefore is there."""
    if stream is None:
        raise AssertionError("the process was started with pipes")
    return stream
