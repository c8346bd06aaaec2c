"""The one door through which a project changes: apply, undo, redo.

The history is chronological over the whole project and as long as its log. The
log may live in memory (tests, scripts) or in the project file, so that undo
reaches back through restarts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from core.document.change import Change
from core.document.document import ImageDocument, ProjectState


class ChangeLog(Protocol):
    """Where applied changes are kept, oldest first.

    ``position`` counts the changes that are in force; those after it were
    undone and can be redone until something else is applied.
    """

    @property
    def length(self) -> int:
        """Number of changes that are kept."""

    @property
    def position(self) -> int:
        """Number of changes that are in force."""

    def read(self, index: int) -> Change:
        """The change at an index below ``length``."""

    def append(self, change: Change) -> None:
        """Drop everything after ``position``, add the change, and move behind it."""

    def move_to(self, position: int) -> None:
        """Say how many changes are in force after an undo or redo."""


class MemoryChangeLog:
    """A log that lasts as long as the program."""

    def __init__(self) -> None:
        self._changes: list[Change] = []
        self._position = 0

    @property
    def length(self) -> int:
        """Number of changes that are kept."""
        return len(self._changes)

    @property
    def position(self) -> int:
        """Number of changes that are in force."""
        return self._position

    def read(self, index: int) -> Change:
        """The change at an index below ``length``."""
        return self._changes[index]

    def append(self, change: Change) -> None:
        """Drop everything after ``position``, add the change, and move behind it."""
        del self._changes[self._position :]
        self._changes.append(change)
        self._position += 1

    def move_to(self, position: int) -> None:
        """Say how many changes are in force after an undo or redo."""
        self._position = position


class Action(Enum):
    """What has just happened to a change."""

    APPLIED = "applied"
    UNDONE = "undone"
    REDONE = "redone"


@dataclass(frozen=True, slots=True)
class HistoryEvent:
    """One step of the project, as every listener hears of it.

    ``change`` is what was done to the documents: for an undo it is the inverse.
    ``documents`` are the touched images as they are now.
    """

    action: Action
    change: Change
    state: ProjectState
    documents: Mapping[int, ImageDocument]


Listener = Callable[[HistoryEvent], None]


class History:
    """Holds the project's state and the documents that were asked for.

    ``load`` brings the document of an image that is not held yet. Everything is
    applied to values first and kept only when all of it fits, so a refused
    change leaves no trace.
    """

    def __init__(
        self,
        state: ProjectState,
        load: Callable[[int], ImageDocument],
        log: ChangeLog | None = None,
    ) -> None:
        self._state = state
        self._load = load
        self._log: ChangeLog = log if log is not None else MemoryChangeLog()
        self._documents: dict[int, ImageDocument] = {}
        self._listeners: list[Listener] = []

    @property
    def state(self) -> ProjectState:
        """Labels, layers and image states as they are now."""
        return self._state

    def document(self, image_id: int) -> ImageDocument:
        """The image's annotations as they are now."""
        if image_id not in self._documents:
            self._documents[image_id] = self._load(image_id)
        return self._documents[image_id]

    def adopt(self, documents: Mapping[int, ImageDocument]) -> None:
        """Take documents that were loaded ahead on another thread; those held already stay.

        The caller vouches that no step came in between.
        """
        self._documents = {**documents, **self._documents}

    def release(self, image_id: int) -> None:
        """Forget a document that is safely stored; it is loaded again when asked for."""
        self._documents.pop(image_id, None)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` after every step; returns a function that ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @property
    def next_undo(self) -> Change | None:
        """The change that ``undo`` would take back."""
        return self._log.read(self._log.position - 1) if self._log.position > 0 else None

    @property
    def next_redo(self) -> Change | None:
        """The change that ``redo`` would apply again."""
        position = self._log.position
        return self._log.read(position) if position < self._log.length else None

    def apply(self, change: Change) -> HistoryEvent:
        """Do a change; raises ConflictError, and changes nothing, when it does not fit."""
        event = self._prepare(Action.APPLIED, change)
        self._log.append(change)
        return self._keep(event)

    def undo(self) -> HistoryEvent | None:
        """Take the last change back; None when there is none."""
        change = self.next_undo
        if change is None:
            return None
        event = self._prepare(Action.UNDONE, change.inverted())
        self._log.move_to(self._log.position - 1)
        return self._keep(event)

    def redo(self) -> HistoryEvent | None:
        """Apply the change that was undone last; None when there is none."""
        change = self.next_redo
        if change is None:
            return None
        event = self._prepare(Action.REDONE, change)
        self._log.move_to(self._log.position + 1)
        return self._keep(event)

    def _prepare(self, action: Action, change: Change) -> HistoryEvent:
        documents = {
            image_id: part.applied_to(self.document(image_id))
            for image_id, part in change.images.items()
        }
        return HistoryEvent(action, change, change.applied_to_state(self._state), documents)

    def _keep(self, event: HistoryEvent) -> HistoryEvent:
        self._state = event.state
        self._documents.update(event.documents)
        for listener in tuple(self._listeners):
            listener(event)
        return event
