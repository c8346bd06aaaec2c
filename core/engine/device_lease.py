"""A GPU is used by one of our processes at a time: training steps aside for proposals.

A lock on a file that all our processes know. It is held for one step or one run
only, and a step aside lets whoever waits go first. A CPU needs no lease: there
the operating system shares by priority.
"""

from __future__ import annotations

import contextlib
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

_STEP_ASIDE_S = 0.002


@contextlib.contextmanager
def device_lease(device: str, folder: Path | None = None) -> Iterator[None]:
    """Hold a device; waits while another process of ours holds it.

    ``folder`` is where the lock files lie, normally the system's temporary one.
    Where there are no such locks (Windows) or no place for the file, nothing is
    held, which costs speed and nothing else.
    """
    if device == "cpu" or sys.platform == "win32":
        yield
        return
    import fcntl

    name = "maskwright-" + "".join(letter if letter.isalnum() else "-" for letter in device)
    path = (folder or Path(tempfile.gettempdir())) / f"{name}.lock"
    try:
        file = path.open("ab")
    except OSError:
        yield
        return
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)
    time.sleep(_STEP_ASIDE_S)
