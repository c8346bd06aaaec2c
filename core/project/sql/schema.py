"""The tables of a project file, and how an older file becomes a newer one."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from core.errors import ReadError

APPLICATION_ID = 0x4D534B57
"""Marks the file as a Maskwright project in the SQLite header: ``MSKW``."""

SCHEMA_VERSION = 1

# `journal` has one row: how many commits there were (a second writer is seen
# by it), how many changes are in force, and which program holds the file.
# `changes` is the edit log; its rows from `position` on were undone.
_VERSION_1 = """
CREATE TABLE journal (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    generation INTEGER NOT NULL,
    position INTEGER NOT NULL,
    host TEXT,
    pid INTEGER,
    process_start TEXT,
    token TEXT,
    seen_at REAL
);
INSERT INTO journal (only, generation, position) VALUES (1, 0, 0);
CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE images (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    width INTEGER,
    height INTEGER,
    digest TEXT NOT NULL DEFAULT '',
    file_bytes INTEGER,
    modified_ns INTEGER,
    state TEXT,
    rev INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE labels (id INTEGER PRIMARY KEY, record BLOB NOT NULL);
CREATE TABLE layers (id INTEGER PRIMARY KEY, record BLOB NOT NULL);
CREATE TABLE annotations (
    image_id INTEGER NOT NULL REFERENCES images (id),
    id INTEGER NOT NULL,
    layer_id INTEGER NOT NULL,
    label_id INTEGER NOT NULL,
    record BLOB NOT NULL,
    UNIQUE (image_id, id)
);
CREATE INDEX annotations_by_label ON annotations (label_id, layer_id, image_id);
CREATE TABLE semantic_maps (
    image_id INTEGER NOT NULL REFERENCES images (id),
    layer_id INTEGER NOT NULL,
    record BLOB NOT NULL,
    UNIQUE (image_id, layer_id)
);
CREATE TABLE changes (
    place INTEGER PRIMARY KEY,
    made_at REAL NOT NULL,
    author TEXT NOT NULL,
    record BLOB NOT NULL
);
CREATE TABLE drafts (image_id INTEGER PRIMARY KEY, record BLOB NOT NULL);
CREATE TABLE source_records (
    layer_id INTEGER NOT NULL,
    image_id INTEGER NOT NULL,
    record TEXT NOT NULL,
    UNIQUE (layer_id, image_id)
);
CREATE TABLE proposals (
    key TEXT PRIMARY KEY,
    used INTEGER NOT NULL,
    record BLOB NOT NULL
);
"""

# Entry n − 1 leads from version n to version n + 1 and is never edited again.
MIGRATIONS: tuple[str, ...] = ()


def create_tables(connection: sqlite3.Connection) -> None:
    """Make an empty database a project of the newest version, in one transaction."""
    connection.executescript(
        f"BEGIN;{_VERSION_1}{''.join(MIGRATIONS)}"
        f"PRAGMA application_id = {APPLICATION_ID};"
        f"PRAGMA user_version = {SCHEMA_VERSION};COMMIT;"
    )


def check_version(connection: sqlite3.Connection, path: Path) -> int:
    """The file's schema version; raises ReadError when it is no project or too new."""
    try:
        application_id = connection.execute("PRAGMA application_id").fetchone()[0]
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
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
    if version > SCHEMA_VERSION:
        raise ReadError(
            f"{path} was written by a newer Maskwright (version {version} of the file, "
            f"this program knows {SCHEMA_VERSION}).",
            "Update Maskwright to open it.",
        )
    return version


def migrate(connection: sqlite3.Connection, version: int) -> None:
    """Lead a file of an older version to the newest, each step in a transaction of its own."""
    for number in range(version, SCHEMA_VERSION):
        connection.executescript(
            f"BEGIN IMMEDIATE;{MIGRATIONS[number - 1]}PRAGMA user_version = {number + 1};COMMIT;"
        )
