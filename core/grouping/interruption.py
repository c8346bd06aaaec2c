"""Stopping work that is no longer wanted: between its steps, and in the middle of a long call."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

T = TypeVar("T")

Check = Callable[[], None]
"""Called between steps; raises, usually ``core.errors.Cancelled``, when the work is to stop."""

_POLL_S = 0.02


def unchecked() -> None:
    """The check of work that nobody calls off."""


def abandonable(call: Callable[[], T], check: Check) -> T:
    """What one long call gives that cannot be interrupted, as those into C libraries cannot.

    It runs on a thread of its own. When ``check`` raises meanwhile, that comes out of
    here at once and the call ends unheard a moment later; so it must change nothing
    but what it makes. Calls that let go of Python's lock leave the window free, too.
    """
    if check is unchecked:
        return call()
    thread = ThreadPoolExecutor(1, "abandonable call")
    try:
        outcome = thread.submit(call)
        while not wait([outcome], _POLL_S).done:
            check()
        return outcome.result()
    finally:
        thread.shutdown(wait=False)
