"""SQL of the comments on images."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from core.document.comment import Comment
from core.document.document import ImageDocument
from core.project.comment_codec import decode_comment, encode_comment


class CommentTable:
    """The table ``comments``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def read(self, image_id: int) -> Mapping[int, Comment]:
        """The comments of an image by id; raises ReadError."""
        rows = self._connection.execute(
            "SELECT record FROM comments WHERE image_id = ? ORDER BY id", (image_id,)
        )
        found = [decode_comment(row[0]) for row in rows]
        return MappingProxyType({item.id: item for item in found})

    def images(self) -> tuple[int, ...]:
        """Ids of the images that have comments."""
        rows = self._connection.execute("SELECT DISTINCT image_id FROM comments ORDER BY image_id")
        return tuple(row[0] for row in rows)

    def write(self, document: ImageDocument, ids: frozenset[int]) -> None:
        """Bring the rows of these comments to what the document says."""
        self._connection.executemany(
            "DELETE FROM comments WHERE image_id = ? AND id = ?",
            [(document.image_id, number) for number in ids],
        )
        kept = (document.comments.get(number) for number in ids)
        self.insert(document.image_id, (item for item in kept if item is not None))

    def insert(self, image_id: int, comments: Iterable[Comment]) -> None:
        """Add comments that are not there yet."""
        self._connection.executemany(
            "INSERT INTO comments VALUES (?, ?, ?)",
            [(image_id, item.id, encode_comment(item)) for item in comments],
        )
