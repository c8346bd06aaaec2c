"""SQL of the images of a project and of the records they were imported from."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from core.document.document import ImageState
from core.errors import ReadError
from core.project.records import FileStamp, ImageFacts, ImageRow, NewImage, leaves_folder


class ImageTables:
    """The tables ``images`` and ``source_records``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def read_all(self) -> tuple[list[ImageRow], Mapping[int, ImageState]]:
        """All images by id, and the states of those that have one.

        Raises ReadError when a path leads out of the folder of the images.
        """
        self._check_paths()
        rows = self._connection.execute(
            "SELECT id, path, width, height, digest FROM images ORDER BY id"
        ).fetchall()
        states = self._connection.execute(
            "SELECT id, state FROM images WHERE state IS NOT NULL"
        ).fetchall()
        return rows, MappingProxyType({number: ImageState(state) for number, state in states})

    def _check_paths(self) -> None:
        doubtful = self._connection.execute(
            "SELECT path FROM images WHERE path LIKE '%..%' OR path LIKE '/%'"
            " OR path LIKE '%\\%' OR path LIKE '_:%'"
        )
        for (path,) in doubtful:
            if leaves_folder(path):
                raise ReadError(
                    f"The project names an image outside its folder: {path}.",
                    "It was not made by Maskwright; open the images themselves.",
                )

    def add(self, images: Iterable[NewImage]) -> None:
        """Add images; those that are there already stay as they are."""
        self._connection.executemany(
            "INSERT OR IGNORE INTO images (id, path, width, height) VALUES (?, ?, ?, ?)",
            (
                (
                    image.id,
                    image.path,
                    *((image.size.width, image.size.height) if image.size else (None, None)),
                )
                for image in images
            ),
        )

    def record(self, facts: ImageFacts) -> None:
        """Keep what was learnt about an image; what the facts leave out stays as it is."""
        size, stamp = facts.size, facts.stamp
        self._connection.execute(
            "UPDATE images SET width = coalesce(?, width), height = coalesce(?, height),"
            " digest = coalesce(?, digest), file_bytes = coalesce(?, file_bytes),"
            " modified_ns = coalesce(?, modified_ns) WHERE id = ?",
            (
                size.width if size else None,
                size.height if size else None,
                facts.digest,
                stamp.file_bytes if stamp else None,
                stamp.modified_ns if stamp else None,
                facts.image_id,
            ),
        )

    def read_stamps(self) -> dict[int, FileStamp]:
        """Size and time of the files as they were when they were read last."""
        rows = self._connection.execute(
            "SELECT id, file_bytes, modified_ns FROM images WHERE file_bytes IS NOT NULL"
        )
        return {number: FileStamp(size, modified) for number, size, modified in rows}

    def write_source(self, layer_id: int, records: Mapping[int, str]) -> None:
        """Keep the records of the file that a layer came from, by image; image 0 is the file."""
        self._connection.execute("DELETE FROM source_records WHERE layer_id = ?", (layer_id,))
        self._connection.executemany(
            "INSERT INTO source_records VALUES (?, ?, ?)",
            ((layer_id, image_id, record) for image_id, record in records.items()),
        )

    def source_layers(self) -> tuple[int, ...]:
        """Ids of the layers that have records of a file."""
        rows = self._connection.execute("SELECT DISTINCT layer_id FROM source_records")
        return tuple(row[0] for row in rows)

    def read_source(self, layer_id: int) -> dict[int, str]:
        """Records by image id, in the order of the file; 0 is what belongs to no image."""
        rows = self._connection.execute(
            "SELECT image_id, record FROM source_records WHERE layer_id = ? ORDER BY rowid",
            (layer_id,),
        )
        return dict(rows.fetchall())
