"""Opening a project file: who may write, what is done after a crash, and in which words."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from core.errors import ConflictError, ReadError
from core.project.lock import Holder
from core.project.sql.connection import Access, can_write, connect
from core.project.sql.database import Database, damage_in_words
from core.project.sql.schema import check_version, migrate


@dataclass(frozen=True, slots=True, eq=False)
class ProjectFile:
    """An open file: always a connection to read, and one to write when it is ours.

    ``access`` is how further connections for reading are to be opened.
    """

    path: Path
    reader: Database
    access: Access
    writer: Database | None = None
    generation: int = 0
    notices: tuple[str, ...] = ()


def open_project_file(path: Path) -> ProjectFile:
    """Open for writing if this program may, otherwise for reading, with a sentence why.

    Raises ReadError when the file is no project, too new, or damaged.
    """
    if path.is_file() and not can_write(path):
        return _open_read_only(path)
    connection = connect(path, Access.WRITE)
    try:
        version = check_version(connection, path)
        database = Database(connection)
        generation, holder = database.journal.read_holder()
        if holder is not None and holder.is_running():
            connection.close()
            return _open_beside(path, holder)
        notices = _after_crash(database, path) if holder is not None else ()
        with database.transaction():
            database.journal.write_holder(generation, Holder.this_process())
        migrate(connection, version)
        database.use_write_ahead_log()
    except ConflictError:
        connection.close()
        return _open_beside(path, None)
    except sqlite3.Error as error:
        connection.close()
        raise ReadError(f"{path} could not be opened: {error}.") from error
    except ReadError:
        connection.close()
        raise
    reader = Database(connect(path, Access.READ))
    return ProjectFile(path, reader, Access.READ, database, generation + 1, notices)


def leave(file: ProjectFile, generation: int) -> None:
    """Give the file free and close it; the log beside it goes into the file."""
    if file.writer is not None:
        # A file that cannot be written now is taken over by the next program.
        with suppress(sqlite3.Error, ConflictError), file.writer.transaction():
            file.writer.journal.write_holder(generation, None)
        file.reader.close()
        with suppress(sqlite3.Error):
            file.writer.checkpoint()
        file.writer.close()
    else:
        file.reader.close()


def _after_crash(database: Database, path: Path) -> tuple[str, ...]:
    problems = database.problems(thorough=False)
    if problems:
        raise ReadError(
            f"{path} is damaged: {problems[0]}.", "Open a backup of the project, if there is one."
        )
    return ("Maskwright did not end properly last time; the project was checked and is whole.",)


def _open_beside(path: Path, holder: Holder | None) -> ProjectFile:
    who = holder.words if holder is not None else "another Maskwright"
    reader = _reader(path, Access.READ)
    notice = f"{path.name} is in use by {who}, so it is open for reading only."
    return ProjectFile(path, reader, Access.READ, notices=(notice,))


def _open_read_only(path: Path) -> ProjectFile:
    notice = f"{path} cannot be written to, so it is open for reading only."
    access = Access.READ
    try:
        reader = _reader(path, access)
    except ReadError:
        access = Access.UNCHANGING
        reader = _reader(path, access)
    return ProjectFile(path, reader, access, notices=(notice, *_edits_left_beside(path, access)))


def _reader(path: Path, access: Access) -> Database:
    connection = connect(path, access)
    try:
        check_version(connection, path)
        reader = Database(connection)
        with damage_in_words():
            reader.journal.read_extent()
    except ReadError:
        connection.close()
        raise
    return reader


def _edits_left_beside(path: Path, access: Access) -> tuple[str, ...]:
    log = path.with_name(path.name + "-wal")
    if access is Access.UNCHANGING and log.is_file() and log.stat().st_size:
        return (
            f"The last edits are still in {log.name} and are not shown; "
            "copy both files to a folder you may write to and open the project there.",
        )
    return ()
