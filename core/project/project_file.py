"""Opening a project file: who may write, what is done after a crash, and in which words."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from core.errors import ConflictError, ReadError, WriteError
from core.project.lock import Holder
from core.project.network_drive import network_notice
from core.project.sql.connection import Access, can_write, connect, lacks_room
from core.project.sql.database import Database, damage_in_words
from core.project.sql.schema import check_version, newest_version
from core.project.upgrading import discard_copy, upgrade, upgraded_copy


@dataclass(frozen=True, slots=True, eq=False)
class ProjectFile:
    """An open file: always a connection to read, and one to write when it is ours.

    ``read_from`` and ``access`` say how further connections for reading are to
    be opened; ``read_from`` is a temporary copy if the file is of an older
    version and must stay so.
    """

    path: Path
    reader: Database
    read_from: Path
    access: Access
    writer: Database | None = None
    generation: int = 0
    notices: tuple[str, ...] = ()
    is_preview: bool = False


def open_preview_file(preview: Path, path: Path) -> ProjectFile:
    """A file that stands for the one that is still being written at ``path``."""
    notice = (
        "Only the first images have their objects yet: the file is still being read. "
        "Everything can be edited when it is in."
    )
    found = _reading(preview, Access.READ, (notice,))
    return replace(found, path=path, is_preview=True)


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
        refusal = _take(database, generation)
    except ConflictError:
        connection.close()
        return _open_beside(path, None)
    except sqlite3.Error as error:
        connection.close()
        raise ReadError(f"{path} could not be opened: {error}.") from error
    except ReadError as error:
        connection.close()
        if lacks_room(error.__cause__):
            return _open_without_room(path, error.message)
        raise
    if refusal:
        connection.close()
        return _reading(path, Access.READ, (*notices, refusal))
    try:
        notices += upgrade(connection, path, version)
        database.use_write_ahead_log()
    except (WriteError, sqlite3.Error) as error:
        _let_go(database, generation + 1)
        connection.close()
        return _open_as_it_is(path, error)
    reader = Database(connect(path, Access.READ))
    notices += network_notice(path)
    return ProjectFile(path, reader, path, Access.READ, database, generation + 1, notices)


def _take(database: Database, generation: int) -> str:
    """Say in the file that it is ours; returns why that could not be written, else nothing.

    Raises ConflictError when another program was faster.
    """
    try:
        with database.transaction():
            database.journal.write_holder(generation, Holder.this_process())
    except sqlite3.OperationalError as error:
        return (
            f"Nothing can be written to the project now ({error}), so it is open for reading "
            "only. Make room on the disk, then open it again."
        )
    return ""


def leave(file: ProjectFile, generation: int) -> None:
    """Give the file free and close it; the log beside it goes into the file."""
    if file.writer is not None:
        _let_go(file.writer, generation)
        file.reader.close()
        with suppress(sqlite3.Error):
            file.writer.checkpoint()
        file.writer.close()
    else:
        file.reader.close()
        if file.read_from != file.path:
            discard_copy(file.read_from)


def _let_go(database: Database, generation: int) -> None:
    # A file that cannot be written now is taken over by the next program.
    with suppress(sqlite3.Error, ConflictError), database.transaction():
        database.journal.write_holder(generation, None)


def _after_crash(database: Database, path: Path) -> tuple[str, ...]:
    problems = database.problems(thorough=False)
    if problems:
        raise ReadError(
            f"{path} is damaged: {problems[0]}.", "Open a backup of the project, if there is one."
        )
    return ("Maskwright did not end properly last time; the project was checked and is whole.",)


def _open_beside(path: Path, holder: Holder | None) -> ProjectFile:
    who = holder.words if holder is not None else "another Maskwright"
    notice = f"{path.name} is in use by {who}, so it is open for reading only."
    return _reading(path, Access.READ, (notice,))


def _open_as_it_is(path: Path, error: Exception) -> ProjectFile:
    notice = (
        f"{path.name} is of an older Maskwright and could not be brought up to date, so it is "
        f"open for reading only. {error}"
    )
    return _reading(path, Access.READ, (notice,))


def _open_without_room(path: Path, sentence: str) -> ProjectFile:
    """A disk so full that even the files beside a database for reading cannot be made."""
    notice = f"{sentence} It is open for reading only; make room on the disk, then open it again."
    return _reading(path, Access.UNCHANGING, (notice, *_edits_left_beside(path)))


def _open_read_only(path: Path) -> ProjectFile:
    notice = f"{path} cannot be written to, so it is open for reading only."
    try:
        return _reading(path, Access.READ, (notice,))
    except ReadError:
        left = _edits_left_beside(path)
        return _reading(path, Access.UNCHANGING, (notice, *left))


def _reading(path: Path, access: Access, notices: tuple[str, ...]) -> ProjectFile:
    connection = connect(path, access)
    try:
        version = check_version(connection, path)
        with damage_in_words():
            Database(connection).journal.read_extent()
        if version < newest_version():
            copy = upgraded_copy(path, access)
            connection.close()
            return ProjectFile(
                path, Database(connect(copy, Access.READ)), copy, Access.READ, notices=notices
            )
    except ReadError:
        connection.close()
        raise
    return ProjectFile(path, Database(connection), path, access, notices=notices)


def _edits_left_beside(path: Path) -> tuple[str, ...]:
    log = path.with_name(path.name + "-wal")
    if log.is_file() and log.stat().st_size:
        return (
            f"The last edits are still in {log.name} and are not shown; "
            "copy both files to a folder you may write to and open the project there.",
        )
    return ()
