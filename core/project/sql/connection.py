"""Connections to a project file: for writing, for reading, and for files that cannot change."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from enum import Enum
from pathlib import Path

from core.errors import ReadError

BUSY_TIMEOUT_S = 5.0


class Access(Enum):
    """How a project file is opened; the values are what SQLite's URI says."""

    WRITE = "mode=rw"
    READ = "mode=ro"
    UNCHANGING = "mode=ro&immutable=1"
    """For a folder in which SQLite cannot make the files beside a WAL database."""


def connect(path: Path, access: Access) -> sqlite3.Connection:
    """A connection in autocommit mode that any one thread at a time may use.

    Raises ReadError when the file is missing or cannot be opened.
    """
    if not path.is_file():
        raise ReadError(f"There is no project file {path}.", "Check the path.")
    try:
        connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?{access.value}",
            uri=True,
            timeout=BUSY_TIMEOUT_S,
            isolation_level=None,
            check_same_thread=False,
        )
        # Projects come from strangers too: their schema calls no functions.
        connection.execute("PRAGMA trusted_schema = OFF")
    except sqlite3.Error as error:
        raise ReadError(f"{path} could not be opened: {error}.") from error
    return connection


def lacks_room(error: BaseException | None) -> bool:
    """Whether an error of SQLite means that the disk takes no more, not that the file is bad."""
    codes = (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN)
    return isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode & 0xFF in codes


def can_write(path: Path) -> bool:
    """Whether the file, or the place of a new one, and the folder around it can be written."""
    if path.exists() and not os.access(path, os.W_OK):
        return False
    return folder_is_writable(path.parent)


def folder_is_writable(folder: Path) -> bool:
    """Whether new files can be made in a folder; asks by making one, as flags may lie."""
    probe = folder / f".maskwright-{os.getpid()}-{os.urandom(4).hex()}"
    try:
        descriptor = os.open(probe, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except OSError:
        return False
    os.close(descriptor)
    probe.unlink(missing_ok=True)
    return True


def peek_setting(path: Path, key: str) -> str | None:
    """A setting of a project that need not be opened for it; None when it has none."""
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    except sqlite3.Error:
        return None
    with closing(connection):
        try:
            row = connection.execute("SELECT value FROM settings WHERE key = ?", (key,)).fetchone()
        except sqlite3.Error:
            return None
    return None if row is None else str(row[0])
