"""The engine's process never outlives the program that started it."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def end_with_parent(parent_pid: int) -> None:
    """Have this process ended when the thread that started it ends, however that happens.

    Linux only, on top of the end of the pipe, which every system has: a layer
    that holds the interpreter's lock keeps the pipe from being heard.
    """
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent_pid:
        end_now()


def end_now() -> None:
    """End this process at once, in the middle of whatever its other threads do."""
    os._exit(0)


def step_back() -> None:
    """Let the window's process go first where both want the same core."""
    if hasattr(os, "nice"):
        os.nice(5)
