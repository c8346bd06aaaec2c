"""Looks for faults of the project file itself, on a connection of its own."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import ReadError
from core.project.records import FileStamp
from core.project.sql.connection import Access, connect
from core.project.sql.database import Database


@dataclass(frozen=True, slots=True)
class FileFaults:
    """What is wrong with a project file.

    ``integrity`` are SQLite's sentences, ``unreadable_steps`` places of the edit
    log, ``strays`` counts annotations by the id of an image that does not exist.
    ``stamps`` is no fault: how the image files were when they were read last.
    """

    integrity: tuple[str, ...] = ()
    unreadable_steps: tuple[int, ...] = ()
    strays: Mapping[int, int] = field(default_factory=dict)
    stamps: Mapping[int, FileStamp] = field(default_factory=dict)


def inspect_file(path: Path, access: Access) -> FileFaults:
    """Everything that can be told of the file alone; takes seconds, on any thread.

    Raises ReadError when it cannot be opened at all.
    """
    with closing(connect(path, access)) as connection:
        database = Database(connection)
        try:
            integrity = database.problems(thorough=True)
            return FileFaults(
                integrity,
                _unreadable_steps(database),
                database.documents.count_strays(),
                database.images.read_stamps(),
            )
        except sqlite3.Error as error:
            return FileFaults((str(error),))


def _unreadable_steps(database: Database) -> tuple[int, ...]:
    _, length = database.journal.read_extent()
    return tuple(place for place in range(length) if not _is_readable(database, place))


def _is_readable(database: Database, place: int) -> bool:
    try:
        database.journal.read_change(place)
    except ReadError:
        return False
    return True
