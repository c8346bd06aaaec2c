"""The steps that lead from an empty file to the newest schema, in order.

A file says in ``user_version`` how many of the steps it has seen; opening it
takes the rest. A new table or column is a step at the end. A step that has been
released is never edited, moved or removed: there are files that have seen it.
Every step gets a fixture in ``tests/core/project/versions``, made by
``python -m tests.core.project.versions.write``.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Migration:
    """One step: what it is for, and its SQL statements, each ended by a semicolon.

    All of them are carried out in one transaction, on files with data in them:
    a column that is added needs a default.
    """

    purpose: str
    statements: str


# `journal` has one row: how many commits there were (a second writer is seen
# by it), how many changes are in force, and which program holds the file.
# `changes` is the edit log; its rows from `position` on were undone.
_FIRST_TABLES = """
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

# The definitions of attributes, and the values of each image.
_ATTRIBUTES = """
CREATE TABLE attributes (id INTEGER PRIMARY KEY, record BLOB NOT NULL);
ALTER TABLE images ADD COLUMN attributes BLOB;
"""

# Comments by image. What was done is approved from now on.
_COMMENTS = """
CREATE TABLE comments (
    image_id INTEGER NOT NULL REFERENCES images (id),
    id INTEGER NOT NULL,
    record BLOB NOT NULL,
    UNIQUE (image_id, id)
);
UPDATE images SET state = 'approved' WHERE state = 'done';
"""

# Records of objects may have keypoints beside their shape, which older programs would
# drop when they write the object again. They refuse the file instead.
_KEYPOINTS = ""

MIGRATIONS: tuple[Migration, ...] = (
    Migration("the tables of the first version", _FIRST_TABLES),
    Migration("attributes of objects and images", _ATTRIBUTES),
    Migration("comments; five states of images", _COMMENTS),
    Migration("keypoints beside the outline of an object", _KEYPOINTS),
)
