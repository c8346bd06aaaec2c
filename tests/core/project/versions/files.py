"""Project files as SQL text, and back."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from core.project.sql.schema import APPLICATION_ID

FOLDER = Path(__file__).parent


def fixture_of(version: int) -> Path:
    return FOLDER / f"version-{version}.sql"


def dump(project: Path) -> str:
    """A closed project file as SQL text."""
    with closing(sqlite3.connect(project)) as connection:
        return "\n".join(connection.iterdump()) + "\n"


def build(version: int, path: Path) -> Path:
    """The project file of a fixture."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(fixture_of(version).read_text(encoding="utf-8"))
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {version}")
        connection.execute("PRAGMA journal_mode = WAL")
    return path


def schema_of(connection: sqlite3.Connection) -> dict[str, str]:
    """The statement that made each table and index, by its name, on one line."""
    rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    return {name: " ".join(sql.split()) for name, sql in rows}
