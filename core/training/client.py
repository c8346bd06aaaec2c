"""The program's side of the trainer: starts it, hears it, pauses, stops and ends it. No torch."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import IO

from core.engine.process import child_environment
from core.training import events
from core.training.run import RunFolder

_CHILD_LOG = logging.getLogger("core.training.child")
_END_TIMEOUT_S = 5.0


class TrainerClient:
    """Carries out one run at a time in a process of its own.

    ``on_event`` is called on a thread of the client with each event, and must not
    raise. A process that dies without a word ends in a ``Failed`` that says so; the
    run can then be resumed from its last round.
    """

    def __init__(
        self, on_event: Callable[[events.Event], None], *, python: str = sys.executable
    ) -> None:
        self._on_event = on_event
        self._python = python
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread: threading.Thread | None = None
        self._closing = False

    @property
    def is_running(self) -> bool:
        """Whether a run is under way, paused ones included."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def pid(self) -> int | None:
        """Number of the trainer's process, None while there is none."""
        process = self._process
        return None if process is None else process.pid

    def start(self, folder: RunFolder) -> None:
        """Begin the run in a folder, or go on with it; raises RuntimeError while one runs."""
        if self.is_running:
            raise RuntimeError("a training is running already")
        self._closing = False
        # The process ends with the thread that starts it, so that thread stays with it.
        self._thread = threading.Thread(
            target=self._live, args=(folder,), name="trainer", daemon=True
        )
        self._thread.start()

    def pause(self) -> None:
        """Stop after the current step and wait; what was learnt is saved."""
        self._send(events.Pause())

    def go_on(self) -> None:
        """Continue after a pause."""
        self._send(events.Continue())

    def stop(self) -> None:
        """End after the current step; the best model so far is judged and written."""
        self._send(events.Stop())

    def join(self, timeout_s: float) -> None:
        """Wait for the end of the run, but no longer than this."""
        if self._thread is not None:
            self._thread.join(timeout_s)

    def close(self) -> None:
        """End the process at once; the run can be resumed from its last round."""
        self._closing = True
        self._kill()
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(_END_TIMEOUT_S)

    def _live(self, folder: RunFolder) -> None:
        command = [self._python, "-P", "-m", "core.training.child"]
        command += ["--run", str(folder.path), "--parent", str(os.getpid())]
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=folder.path,
                env=child_environment(os.environ),
                start_new_session=True,
            )
        except OSError as error:
            self._on_event(events.Failed(f"The trainer cannot be started: {error.strerror}."))
            return
        with self._lock:
            self._process = process
        log = threading.Thread(
            target=_read_log, args=(_pipe(process.stderr),), name="trainer-log", daemon=True
        )
        log.start()
        if self._closing:
            self._kill()
        has_ended = self._hear(_pipe(process.stdout))
        status = self._reap(process)
        log.join(_END_TIMEOUT_S)
        if not has_ended and not self._closing:
            self._on_event(_died(status))

    def _hear(self, lines: IO[bytes]) -> bool:
        """Pass events on until there are no more; whether the last one was an end."""
        has_ended = False
        with lines:
            for line in lines:
                try:
                    event = events.decode_event(line)
                except ValueError:
                    _CHILD_LOG.warning("Not an event of the trainer: %.200r", line)
                    continue
                if isinstance(event, events.End):
                    has_ended = True
                if not self._closing:
                    self._on_event(event)
        return has_ended

    def _reap(self, process: subprocess.Popen[bytes]) -> int:
        try:
            status = process.wait(_END_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._kill()
            status = process.wait()
        with self._lock:
            self._process = None
        with contextlib.suppress(OSError):
            _pipe(process.stdin).close()
        return status

    def _send(self, command: events.Command) -> None:
        with self._lock:
            if self._process is None:
                return
            # A process that has just ended is noticed by the end of its events.
            with contextlib.suppress(OSError, ValueError):
                stream = _pipe(self._process.stdin)
                stream.write(events.encode(command))
                stream.flush()

    def _kill(self) -> None:
        with self._lock:
            process = self._process
            if process is None:
                return
            if sys.platform == "win32":
                process.kill()
            else:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)


def run_to_end(
    folder: RunFolder, on_event: Callable[[events.Event], None] = lambda _event: None
) -> events.End:
    """Carry a run or a comparison out and wait for its end, for commands without a window."""
    ends: list[events.End] = []

    def hear(event: events.Event) -> None:
        if isinstance(event, events.End):
            ends.append(event)
        on_event(event)

    client = TrainerClient(hear)
    client.start(folder)
    try:
        while client.is_running:
            client.join(0.2)
    finally:
        client.close()
    return ends[-1] if ends else events.Failed("The training ended without a word.")


def _died(status: int) -> events.Failed:
    if status == -9:
        why = "The trainer was killed, perhaps because the computer ran out of memory."
    elif status < 0:
        why = f"The trainer crashed ({signal.Signals(-status).name})."
    else:
        why = f"The trainer ended unexpectedly (exit status {status})."
    return events.Failed(why, "Resume goes on from the last round.", can_resume=True)


def _read_log(lines: IO[bytes]) -> None:
    with lines:
        for line in lines:
            text = line.decode(errors="replace").rstrip()
            if text:
                _CHILD_LOG.info("%s", text)


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    """A pipe that was asked for and therefore is there."""
    if stream is None:
        raise AssertionError("the process was started with pipes")
    return stream
