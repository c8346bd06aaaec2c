"""What a piece of background work is, and what it can say and hear while it runs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from enum import IntEnum
from typing import Generic, TypeVar

from core.errors import Cancelled

T = TypeVar("T")


class Lane(IntEnum):
    """How soon work is wanted; a lower number goes first."""

    INTERACTIVE = 0
    """A person waits for it."""
    VISIBLE = 1
    """Short work for something small on the screen, such as a thumbnail."""
    PREFETCH = 2
    """It is likely to be wanted next."""
    BATCH = 3
    """Nobody waits: many images, exports, training data."""


@dataclass(frozen=True, slots=True)
class TaskStatus:
    """A running task as the status line shows it; ``fraction`` lies in [0, 1]."""

    id: int
    name: str
    lane: Lane
    fraction: float = 0.0
    text: str = ""


class TaskContext:
    """The running task's line to the queue. All of it may be used from any thread."""

    def __init__(self, status: TaskStatus, changed: Callable[[], None]) -> None:
        self._status = status
        self._changed = changed
        self._cancelled = threading.Event()

    @property
    def cancelled(self) -> bool:
        """Whether the work was called off."""
        return self._cancelled.is_set()

    @property
    def status(self) -> TaskStatus:
        """What was reported last."""
        return self._status

    def check_cancelled(self) -> None:
        """Raise Cancelled when the work was called off; call it between steps."""
        if self.cancelled:
            raise Cancelled

    def progress(self, fraction: float, text: str = "") -> None:
        """Say how far the work is; ``fraction`` is held within [0, 1]."""
        before = self._status
        held = min(max(fraction, 0.0), 1.0)
        self._status = TaskStatus(before.id, before.name, before.lane, held, text)
        self._changed()

    def cancel(self) -> None:
        """Call the work off; it ends at its next check."""
        self._cancelled.set()


@dataclass(frozen=True, slots=True)
class Task(Generic[T]):
    """One piece of work that has captured all its inputs and touches no live object.

    Of all tasks with the same ``key`` only the one submitted last counts.
    ``run`` is called on a background thread; it should ask the context now and
    then whether it was called off, and may raise Cancelled.
    """

    name: str
    lane: Lane
    key: Hashable | None
    run: Callable[[TaskContext], T]


class TaskHandle:
    """What the submitter keeps of a task."""

    def __init__(self, task_id: int, cancel: Callable[[], None]) -> None:
        self._id = task_id
        self._cancel = cancel

    @property
    def id(self) -> int:
        """Number of the task, as in its status."""
        return self._id

    def cancel(self) -> None:
        """Call the task off: from now on none of its callbacks is called."""
        self._cancel()
