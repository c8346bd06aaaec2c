"""Starts, feeds, listens to and ends the engine's process; knows nothing of jobs."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import signal
import subprocess
import sys
import sysconfig
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO

import core
from core.engine import wire

_CHILD_LOG = logging.getLogger("core.engine.child")
_LEVELLED = re.compile(r"(DEBUG|INFO|WARNING|ERROR|CRITICAL):([\w.]+):(.*)", re.DOTALL)
_END_TIMEOUT_S = 2.0
LINE_BREAK = "\x1e"
"""Stands for a line break inside a log record of the child."""


class EngineProcess:
    """One running child.

    ``on_message`` is called on a thread of this object with each message, and
    with None when there will be no more. The child dies with the thread that
    constructs this object, so that has to be one that lasts.
    """

    def __init__(
        self,
        *,
        python: str,
        folder: Path,
        device: str,
        runner: str,
        on_message: Callable[[wire.FromEngine | None], None],
    ) -> None:
        self._on_message = on_message
        self._process = subprocess.Popen(
            [
                *(python, "-P", "-m", "core.engine.child"),
                *("--folder", str(folder), "--parent", str(os.getpid())),
                *("--device", device, "--runner", runner),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            env=child_environment(os.environ),
            start_new_session=True,
        )
        self._threads = [
            threading.Thread(target=self._read_messages, name="engine-messages", daemon=True),
            threading.Thread(target=self._read_log, name="engine-log", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    @property
    def pid(self) -> int:
        """Number of the process."""
        return self._process.pid

    def send(self, message: wire.ToEngine) -> None:
        """Write a message; one that no longer arrives is noticed by the end of the messages."""
        with contextlib.suppress(OSError):
            _stream(self._process.stdin).write(wire.encode(message))
            _stream(self._process.stdin).flush()

    def end(self) -> int:
        """End the process at once and with it all it has started; returns its exit status."""
        if sys.platform == "win32":
            self._process.kill()
        else:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
        return self._reap()

    def wait(self) -> int:
        """Exit status of a process whose messages have ended; one that lingers is ended."""
        try:
            self._process.wait(_END_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            return self.end()
        return self._reap()

    def _reap(self) -> int:
        status = self._process.wait()
        with contextlib.suppress(OSError):
            _stream(self._process.stdin).close()
        for thread in self._threads:
            thread.join(_END_TIMEOUT_S)
        return status

    def _read_messages(self) -> None:
        with _stream(self._process.stdout) as lines:
            for line in lines:
                try:
                    message = wire.decode_from_engine(line)
                except ValueError:
                    _CHILD_LOG.exception("Not a message of the engine: %.200r", line)
                else:
                    self._on_message(message)
        self._on_message(None)

    def _read_log(self) -> None:
        """Pass on what the child logs, at its level, and what it prints, as information."""
        with _stream(self._process.stderr) as lines:
            for line in lines:
                text = line.decode(errors="replace").rstrip()
                levelled = _LEVELLED.fullmatch(text)
                if levelled:
                    level, name, message = levelled.groups()
                    message = message.replace(LINE_BREAK, "\n")
                    _CHILD_LOG.log(logging.getLevelNamesMapping()[level], "%s: %s", name, message)
                elif text:
                    _CHILD_LOG.info("%s", text)


def child_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment for the child: its imports come from absolute places only.

    The child has to find the same ``core`` as this process, also from a
    checkout that is not installed. Waiting OpenMP threads sleep instead of
    spinning, which leaves the cores to the window.
    """
    result = dict(environment)
    given = environment.get("PYTHONPATH", "").split(os.pathsep)
    paths = [path for path in given if path and Path(path).is_absolute()]
    root = str(Path(next(iter(core.__path__))).resolve().parent)
    installed = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    if root not in installed | set(paths):
        paths.insert(0, root)
    result["PYTHONPATH"] = os.pathsep.join(paths)
    result.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    return result


def exit_sentence(status: int) -> str:
    """Why a process ended, for people."""
    if status == -9:
        return "The engine was killed, perhaps because the computer ran out of memory."
    if status < 0:
        return f"The engine crashed ({signal.Signals(-status).name})."
    return f"The engine ended unexpectedly (exit status {status})."


def _stream(stream: IO[bytes] | None) -> IO[bytes]:
    """A pipe that was asked for and therefore is there."""
    if stream is None:
        raise AssertionError("the process was started with pipes")
    return stream
