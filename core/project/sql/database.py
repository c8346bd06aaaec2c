"""A connection to a project file, with its tables as objects.

This folder holds all SQL of Maskwright. A database is used by one thread at a
time; whoever shares it between threads guards it with a lock.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from core.document.document import ProjectState
from core.errors import ReadError
from core.project.records import StoredProject
from core.project.sql.documents import DocumentTables
from core.project.sql.images import ImageTables
from core.project.sql.journal import JournalTables
from core.project.sql.session import SessionTables


@contextmanager
def damage_in_words() -> Iterator[None]:
    """Raise ReadError for what SQLite cannot read."""
    try:
        yield
    except sqlite3.Error as error:
        raise ReadError(
            f"The project file could not be read: {error}.",
            "Open a backup of the project, if there is one.",
        ) from error


class Database:
    """The rows of a project file as values of the document."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.documents = DocumentTables(connection)
        self.images = ImageTables(connection)
        self.journal = JournalTables(connection)
        self.session = SessionTables(connection)

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is written inside is kept, or nothing of it; raises sqlite3.Error."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        finally:
            # A failed COMMIT leaves the transaction open.
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")

    def pin(self) -> None:
        """From now on read the file as it is now, whatever is written later."""
        self._connection.execute("BEGIN")
        self._connection.execute("SELECT generation FROM journal").fetchone()

    def use_write_ahead_log(self) -> None:
        """Let readers and the writer work at the same time.

        A killed process loses nothing in any mode, because what it has committed
        is with the operating system. NORMAL can lose the last commits, but never
        damage the file, when the power fails.
        """
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")

    def use_one_file(self) -> None:
        """Need no files beside this one, so that a copy can be read from anywhere."""
        self._connection.execute("PRAGMA journal_mode = DELETE")

    def checkpoint(self) -> None:
        """Bring what was committed into the main file and empty the log beside it.

        Does not wait for readers; the last one to leave does the rest.
        """
        self._connection.execute("PRAGMA busy_timeout = 0")
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def problems(self, *, thorough: bool) -> tuple[str, ...]:
        """What SQLite finds wrong with the file, in its words; empty when it is whole."""
        name = "integrity_check" if thorough else "quick_check"
        rows = self._connection.execute(f"PRAGMA {name}(20)").fetchall()
        return tuple(row[0] for row in rows if row[0] != "ok")

    def copy_to(self, target: sqlite3.Connection) -> None:
        """Copy the whole file as it was committed last."""
        self._connection.backup(target)

    def read_project(self) -> StoredProject:
        """Everything but annotations, in one query per table."""
        rows, states = self.images.read_all()
        labels, layers = self.documents.read_labels(), self.documents.read_layers()
        position, length = self.journal.read_extent()
        attributes = self.documents.read_attributes()
        values = self.documents.read_image_attributes()
        state = ProjectState(labels, layers, states, attributes, values)
        return StoredProject(rows, state, self.session.read_settings(), position, length)
