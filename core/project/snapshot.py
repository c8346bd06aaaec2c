"""A view of a project that no later edit changes, for exports, scores and training."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Mapping
from pathlib import Path

from core.document.document import ImageDocument
from core.document.geometry import Size
from core.imaging.reading import probe_image
from core.project.image_table import ImageTable
from core.project.sql.connection import Access, connect
from core.project.sql.database import Database, damage_in_words


class SnapshotLoader:
    """Loads documents as they were at one moment; may be called from any thread.

    ``unsaved`` are documents whose last edit is not in the file yet. The
    connection is closed when the loader is no longer used.
    """

    def __init__(
        self,
        path: Path,
        access: Access,
        image_root: Path,
        images: ImageTable,
        unsaved: Mapping[int, ImageDocument],
    ) -> None:
        connection = connect(path, access)
        self._database = Database(connection)
        self._close = weakref.finalize(self, connection.close)
        self._database.pin()
        self._lock = threading.Lock()
        self._image_root = image_root
        self._images = images
        self._unsaved = unsaved

    def __call__(self, image_id: int) -> ImageDocument:
        """The document of an image; raises ReadError when its file is needed and unreadable."""
        document = self._unsaved.get(image_id)
        if document is None:
            size = self._size(image_id)
            with self._lock, damage_in_words():
                document = self._database.documents.read_document(image_id, size)
        return document

    def _size(self, image_id: int) -> Size:
        record = self._images.by_id(image_id)
        return record.size or probe_image(self._image_root / record.path)
