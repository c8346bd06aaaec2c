"""The real program with a scripted hand; draws, says how far it is, and waits to be killed."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from gui.app import make_application
from tests.journeys.driver import Person, play, wait_until

FINISHED = ((40.0, 40.0), (120.0, 40.0), (120.0, 120.0))
UNFINISHED = ((200.0, 60.0), (280.0, 60.0), (280.0, 160.0), (230.0, 200.0))
MAY_BE_LOST_S = 0.2


def story(person: Person) -> None:
    """One polygon that is finished, and half of another."""
    person.key("P")
    for point in FINISHED:
        person.click(*point)
    person.key("Return")
    for point in UNFINISHED:
        person.click(*point)
    drawn_at = time.monotonic()
    wait_until(lambda: time.monotonic() > drawn_at + MAY_BE_LOST_S, "what may be lost to be old")
    sys.stdout.write("drawn\n")
    sys.stdout.flush()
    wait_until(lambda: False, "the end")


if __name__ == "__main__":
    application = make_application(["maskwright"])  # timers need one
    play([Path(sys.argv[1])], story)
