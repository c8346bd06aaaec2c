"""The one thread that writes to a project file: everything in order, nothing dropped."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from core.errors import ConflictError, WriteError
from core.project.lock import HEARTBEAT_S
from core.project.operations import CommitStep, Operation, SaveDraft
from core.project.sql.database import Database

_FIRST_RETRY_S = 0.5
_LONGEST_RETRY_S = 10.0


class Writer:
    """Commits operations in the order they were given, each batch in one transaction.

    What cannot be written (disk full, file gone) stays in memory, is reported
    through ``on_failed`` and tried again; only a conflict with another program
    ends the tries. Both callbacks are called on the writer's thread:
    ``on_committed`` with the number of the last operation that is safe.
    """

    def __init__(
        self,
        database: Database,
        generation: int,
        position: int,
        on_committed: Callable[[int], None],
        on_failed: Callable[[WriteError], None],
    ) -> None:
        self._database = database
        self._generation = generation
        self._position = position
        self._on_committed = on_committed
        self._on_failed = on_failed
        self._wake = threading.Condition()
        self._waiting: list[Operation] = []
        self._submitted = 0
        self._holds = 0
        self._stopping = False
        self._failure: WriteError | None = None
        self._hopeless = False
        self._failures = 0
        self._retry_at = 0.0
        self._thread = threading.Thread(target=self._run, name="project writer", daemon=True)
        self._thread.start()

    @property
    def pending(self) -> int:
        """Number of operations that are not safely in the file."""
        return len(self._waiting)

    @property
    def failure(self) -> WriteError | None:
        """Why the last try failed; None when all is well."""
        return self._failure

    @property
    def generation(self) -> int:
        """Number of commits of the file, as far as this program knows."""
        return self._generation

    def submit(self, *operations: Operation) -> int:
        """Put operations at the end of the queue; returns the number of the last one."""
        with self._wake:
            self._waiting.extend(operations)
            self._submitted += len(operations)
            self._wake.notify_all()
            return self._submitted

    @contextmanager
    def together(self) -> Iterator[None]:
        """What is submitted inside is committed in one transaction; keep it short."""
        with self._wake:
            self._holds += 1
        try:
            yield
        finally:
            with self._wake:
                self._holds -= 1
                self._wake.notify_all()

    def unsaved(self) -> tuple[Operation, ...]:
        """What is not safely in the file, oldest first; part of it may be by now."""
        with self._wake:
            return tuple(self._waiting)

    def drain(self, timeout_s: float) -> bool:
        """Wait until all is written; False when that fails or takes longer."""
        end = time.monotonic() + timeout_s
        with self._wake:
            earlier = self._failure
            self._retry_at = 0.0
            self._wake.notify_all()
            while self._waiting:
                left = end - time.monotonic()
                if left <= 0 or self._hopeless or self._failure is not earlier:
                    return False
                self._wake.wait(left)
            return True

    def stop(self) -> None:
        """End the thread after the batch it is writing; what waits is given up."""
        with self._wake:
            self._stopping = True
            self._wake.notify_all()
        self._thread.join()

    def _run(self) -> None:
        while (batch := self._next_batch()) is not None:
            failure = self._try(batch)
            if failure is None:
                self._keep(len(batch))
            elif batch or failure.is_final:
                self._report(failure)

    def _next_batch(self) -> list[Operation] | None:
        """All that waits; empty when it is time for a sign of life; None at the end."""
        with self._wake:
            beat_at = time.monotonic() + HEARTBEAT_S
            while not self._stopping:
                now = time.monotonic()
                due_at = self._retry_at if self._waiting else beat_at
                if self._hopeless or self._holds:
                    self._wake.wait()
                elif now >= due_at:
                    return list(self._waiting)
                else:
                    self._wake.wait(due_at - now)
            return None

    def _try(self, batch: list[Operation]) -> _Failure | None:
        try:
            self._write(batch)
        except ConflictError as error:
            return _Failure(WriteError(error.message, error.hint), is_final=True)
        except (sqlite3.Error, OSError) as error:
            sentence = f"The last edits could not be saved: {error}."
            hint = (
                "They are kept in memory and tried again; make room on the disk, "
                "or save a copy of the project elsewhere."
            )
            return _Failure(WriteError(sentence, hint), is_final=False)
        except Exception as error:  # noqa: BLE001 - a dead writer would lose edits in silence
            sentence = f"The last edits could not be saved ({type(error).__name__}: {error})."
            hint = "They are kept in memory; please report this."
            return _Failure(WriteError(sentence, hint), is_final=True)
        return None

    def _write(self, batch: list[Operation]) -> None:
        steps = [item.position for item in batch if isinstance(item, CommitStep)]
        position = steps[-1] if steps else self._position
        with self._database.transaction():
            # First, so that a conflict is seen before anything is written.
            self._database.journal.advance(self._generation, position, time.time())
            for operation in _without_old_drafts(batch):
                operation.write(self._database)
        self._generation += 1
        self._position = position

    def _keep(self, count: int) -> None:
        with self._wake:
            del self._waiting[:count]
            self._failure = None
            self._failures = 0
            self._retry_at = 0.0
            saved = self._submitted - len(self._waiting)
        if count:
            self._on_committed(saved)
        with self._wake:
            self._wake.notify_all()

    def _report(self, failure: _Failure) -> None:
        self._on_failed(failure.error)
        with self._wake:
            self._failure = failure.error
            self._hopeless = failure.is_final
            delay_s = min(_FIRST_RETRY_S * 2**self._failures, _LONGEST_RETRY_S)
            self._failures = min(self._failures + 1, 16)
            self._retry_at = time.monotonic() + delay_s
            self._wake.notify_all()


@dataclass(frozen=True, slots=True)
class _Failure:
    """Why a batch was not written, and whether another try is of no use."""

    error: WriteError
    is_final: bool


def _without_old_drafts(batch: list[Operation]) -> list[Operation]:
    """Of several drafts in a row of operations only the last one matters."""
    drafts = [index for index, item in enumerate(batch) if isinstance(item, SaveDraft)]
    old = set(drafts[:-1])
    return [item for index, item in enumerate(batch) if index not in old] if old else batch
