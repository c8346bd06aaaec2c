"""Project files of an older version: led to the newest one, with a copy of what was there."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from contextlib import closing, suppress
from pathlib import Path

from core.errors import ReadError, WriteError
from core.project.creation import write_backup
from core.project.sql.connection import Access, connect
from core.project.sql.database import Database
from core.project.sql.schema import migrate, newest_version


def upgrade(connection: sqlite3.Connection, path: Path, version: int) -> tuple[str, ...]:
    """Lead an open file to the newest version; returns a sentence that says so.

    The file as it was is kept beside it first. Raises WriteError when there is
    no room for that, and then the file is as it was.
    """
    if version == newest_version():
        return ()
    backup = free_name(path.with_name(f"{path.stem}-version-{version}{path.suffix}"))
    write_backup(Database(connection), backup)
    migrate(connection)
    return (
        f"{path.name} was of an older Maskwright and has been brought up to date; "
        f"the file as it was is kept as {backup.name}.",
    )


def upgraded_copy(path: Path, access: Access) -> Path:
    """A copy in the newest version, in a temporary folder of its own, of a file to be read only.

    ``discard_copy`` ends it. Raises ReadError when there is no room for it.
    """
    folder = Path(tempfile.mkdtemp(prefix="maskwright-"))
    copy = folder / path.name
    try:
        with closing(connect(path, access)) as source:
            write_backup(Database(source), copy)
        with closing(connect(copy, Access.WRITE)) as connection:
            migrate(connection)
    except (WriteError, sqlite3.Error) as error:
        discard_copy(copy)
        raise ReadError(
            f"{path} is of an older version and could not be read: {error}.",
            "Make room on the disk, or copy the file to a folder that you may write to.",
        ) from error
    return copy


def discard_copy(copy: Path) -> None:
    """Remove a copy that was made for reading, with its folder."""
    with suppress(OSError):
        shutil.rmtree(copy.parent)


def free_name(path: Path) -> Path:
    """The path, with a number before its ending if there is such a file already."""
    found, number = path, 1
    while found.exists():
        number += 1
        found = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return found
