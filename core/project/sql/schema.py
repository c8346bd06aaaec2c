"""The version of a project file: empty files become projects, older ones become newer ones."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from core.errors import ReadError
from core.project.sql.migrations import MIGRATIONS

APPLICATION_ID = 0x4D534B57
"""Marks the file as a Maskwright project in the SQLite header: ``MSKW``."""


def newest_version() -> int:
    """The schema version that this program writes."""
    return len(MIGRATIONS)


def create_tables(connection: sqlite3.Connection) -> None:
    """Make an empty database a project of the newest version, in one transaction."""
    steps = "".join(step.statements for step in MIGRATIONS)
    connection.executescript(
        f"BEGIN;{steps}"
        f"PRAGMA application_id = {APPLICATION_ID};"
        f"PRAGMA user_version = {newest_version()};COMMIT;"
    )


def check_version(connection: sqlite3.Connection, path: Path) -> int:
    """The file's schema version; raises ReadError when it is no project or too new."""
    try:
        application_id = connection.execute("PRAGMA application_id").fetchone()[0]
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    except sqlite3.OperationalError as error:
        raise ReadError(
            f"{path} could not be read now ({error}).",
            "Check that the disk has room and that no other program holds the file.",
        ) from error
    except sqlite3.DatabaseError as error:
        raise ReadError(
            f"{path} is not a Maskwright project ({error}).",
            "Open the folder of images or the annotation file instead.",
        ) from error
    if application_id != APPLICATION_ID or version < 1:
        raise ReadError(
            f"{path} is not a Maskwright project.",
            "Open the folder of images or the annotation file instead.",
        )
    if version > newest_version():
        raise ReadError(
            f"{path} was written by a newer Maskwright (version {version} of the file, "
            f"this program knows {newest_version()}).",
            "Update Maskwright to open it. The file was not changed.",
        )
    return version


def migrate(connection: sqlite3.Connection) -> None:
    """Take the steps that a file has not seen, each in a transaction of its own.

    Raises sqlite3.Error; the file then is of the version that the last whole
    step left.
    """
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    for number, step in enumerate(MIGRATIONS[version:], start=version + 1):
        try:
            connection.executescript(
                f"BEGIN IMMEDIATE;{step.statements}PRAGMA user_version = {number};COMMIT;"
            )
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
