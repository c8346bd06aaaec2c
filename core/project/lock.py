"""Who holds a project file: one program writes, the others read."""

from __future__ import annotations

import os
import secrets
import socket
import time
from dataclasses import dataclass
from pathlib import Path

HEARTBEAT_S = 60.0
"""How often an idle program says that it still holds the file."""

_SILENT_S = 5 * HEARTBEAT_S
"""After this time a program on another machine counts as gone."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A program that holds a file; ``process_start`` tells two processes of one pid apart.

    ``token`` is random per opening; ``seen_at`` is in seconds since the epoch.
    """

    host: str
    pid: int
    process_start: str
    token: str
    seen_at: float

    @classmethod
    def this_process(cls) -> Holder:
        """The running program, as of now, with a fresh token."""
        pid = os.getpid()
        return cls(socket.gethostname(), pid, process_start(pid), secrets.token_hex(8), time.time())

    def is_running(self) -> bool:
        """Whether the program is still there, as far as can be told from here."""
        if self.host != socket.gethostname() or os.name != "posix":
            return time.time() - self.seen_at < _SILENT_S
        return _pid_exists(self.pid) and process_start(self.pid) == self.process_start

    @property
    def words(self) -> str:
        """The program in words."""
        return f"another Maskwright (process {self.pid} on {self.host})"


def process_start(pid: int) -> str:
    """When a process began, as the system counts it; empty where that cannot be told."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    # The name in parentheses may hold anything, so count from its end: start
    # time is field 22, the name is field 2.
    return status.rpartition(")")[2].split()[19]


def _pid_exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
