"""The history of a project and its file, kept in step: each step is committed at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TypeVar

from core.document.annotation import Annotation
from core.document.change import Change
from core.document.document import ImageDocument, ProjectState
from core.document.geometry import Size
from core.document.history import Action, History, HistoryEvent
from core.errors import WriteError
from core.project.changelog import ProjectLog
from core.project.operations import CommitStep, Operation
from core.project.project_file import ProjectFile, leave
from core.project.records import StoredProject, TouchedImage
from core.project.sql.database import Database, damage_in_words
from core.project.writer import Writer

T = TypeVar("T")


class ProjectStore:
    """Documents and edit log in a project file.

    Steps of ``history`` are made on one thread; everything else may be called
    from any. Documents whose last step is not committed yet are held here, so
    that no reader ever sees an older state than the history.
    """

    def __init__(
        self,
        file: ProjectFile,
        stored: StoredProject,
        author: str,
        size_of: Callable[[int], Size],
    ) -> None:
        self.on_saved: Callable[[], None] = _ignore
        self.on_write_failed: Callable[[WriteError], None] = _ignore_error
        self._file = file
        self._author = author
        self._size_of = size_of
        self._lock = threading.RLock()
        self._reading = threading.Lock()
        self._state = stored.state
        self._unsaved: dict[int, tuple[int, ImageDocument]] = {}
        self._log = ProjectLog(
            stored.length, stored.position, self._read_change, read_only=file.writer is None
        )
        self.history = History(stored.state, self.load, self._log)
        self.history.subscribe(self._on_step)
        self._writer = self._start_writer(stored.position)

    def _start_writer(self, position: int) -> Writer | None:
        if self._file.writer is None:
            return None
        return Writer(
            self._file.writer, self._file.generation, position, self._on_committed, self._on_failed
        )

    @property
    def read_only(self) -> bool:
        """Whether the history refuses changes."""
        return self._writer is None

    @property
    def pending(self) -> int:
        """Number of operations that are not committed yet."""
        return 0 if self._writer is None else self._writer.pending

    @property
    def failure(self) -> WriteError | None:
        """Why the last write failed; None when all is well."""
        return None if self._writer is None else self._writer.failure

    @property
    def position(self) -> int:
        """Number of changes in force."""
        return self._log.position

    def submit(self, *operations: Operation) -> None:
        """Have operations written, in order; nothing happens to a file for reading only."""
        if self._writer is not None:
            self._writer.submit(*operations)

    def together(self) -> AbstractContextManager[None]:
        """Commit what is submitted inside in one transaction."""
        return nullcontext() if self._writer is None else self._writer.together()

    def unsaved_operations(self) -> tuple[Operation, ...]:
        """What is not safely in the file, oldest first."""
        return () if self._writer is None else self._writer.unsaved()

    def drain(self, timeout_s: float) -> bool:
        """Wait until nothing is pending; False when writing fails or takes longer."""
        return self._writer is None or self._writer.drain(timeout_s)

    def close(self) -> None:
        """End the writer and leave the file; what is pending is given up."""
        generation = 0
        if self._writer is not None:
            self._writer.stop()
            generation = self._writer.generation
        with self._reading:
            leave(self._file, generation)

    def read(self, query: Callable[[Database], T]) -> T:
        """Ask the file something; it may lag behind by what is pending. Raises ReadError."""
        with self._reading, damage_in_words():
            return query(self._file.reader)

    @contextmanager
    def frozen(self) -> Iterator[tuple[ProjectState, dict[int, ImageDocument]]]:
        """The state, and the documents that the file may not have yet; no step comes in between.

        Keep it short: the history waits.
        """
        with self._lock:
            yield self._state, {key: document for key, (_, document) in self._unsaved.items()}

    def images_with(
        self, stored: Callable[[Database], Iterable[int]], uses: Callable[[Annotation], bool]
    ) -> tuple[int, ...]:
        """Ids of images by a query of the file, corrected for what it does not have yet."""
        with self.frozen() as (_, unsaved):
            found = set(self.read(stored)) - unsaved.keys()
        for image_id, document in unsaved.items():
            if any(map(uses, document.annotations.values())):
                found.add(image_id)
        return tuple(sorted(found))

    def images_with_comments(self) -> tuple[int, ...]:
        """Ids of the images that have comments, those included that are not saved yet."""
        with self.frozen() as (_, unsaved):
            found = set(self.read(lambda database: database.documents.comments.images()))
        found -= unsaved.keys()
        return tuple(sorted(found | {key for key, item in unsaved.items() if item.comments}))

    def load(self, image_id: int) -> ImageDocument:
        """The document of an image as the history has it; raises ReadError."""
        with self._lock:
            waiting = self._unsaved.get(image_id)
        if waiting is not None:
            return waiting[1]
        size = self._size_of(image_id)
        return self.read(lambda database: database.documents.read_document(image_id, size))

    def _read_change(self, place: int) -> Change:
        return self.read(lambda database: database.journal.read_change(place))

    def _on_step(self, event: HistoryEvent) -> None:
        if self._writer is None:
            return
        with self._lock:
            appended = event.change if event.action is Action.APPLIED else None
            number = self._writer.submit(self._step(event, appended))
            self._state = event.state
            if appended is not None:
                self._log.expect(number, appended)
            for image_id, document in event.documents.items():
                self._unsaved[image_id] = (number, document)

    def _step(self, event: HistoryEvent, appended: Change | None) -> CommitStep:
        touched = tuple(
            TouchedImage(
                event.documents[image_id],
                part.annotation_ids,
                part.semantic_layer_ids,
                part.comment_ids,
            )
            for image_id, part in event.change.images.items()
        )
        return CommitStep(
            event.change,
            appended,
            self._log.position,
            event.state,
            touched,
            self._author,
            time.time(),
        )

    def _on_committed(self, number: int) -> None:
        with self._lock:
            self._log.saved(number)
            for image_id, (waiting, _) in tuple(self._unsaved.items()):
                if waiting <= number:
                    del self._unsaved[image_id]
        self.on_saved()

    def _on_failed(self, error: WriteError) -> None:
        self.on_write_failed(error)


def _ignore() -> None:
    """Until somebody listens."""


def _ignore_error(error: WriteError) -> None:
    """Until somebody listens; the failure can be asked for."""
