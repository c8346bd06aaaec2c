"""All images of a project, in order; records are made when they are looked at."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from typing import overload

from core.document.geometry import Size
from core.document.images import ImageRecord
from core.errors import ReadError
from core.project.records import ImageFacts, ImageRow, NewImage


class ImageTable(Sequence[ImageRecord]):
    """Images as rows: 100,000 records would take longer to build than to read.

    Changes replace whole rows or add at the end, so that other threads read
    without a lock.
    """

    def __init__(self, rows: list[ImageRow]) -> None:
        self._rows = rows
        self._places = {row[0]: place for place, row in enumerate(rows)}
        self._writing = threading.Lock()

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[ImageRecord]:
        """All images in order; faster than one by one."""
        return map(_record, self._rows)

    @overload
    def __getitem__(self, index: int) -> ImageRecord: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[ImageRecord, ...]: ...

    def __getitem__(self, index: int | slice) -> ImageRecord | tuple[ImageRecord, ...]:
        if isinstance(index, slice):
            return tuple(map(_record, self._rows[index]))
        return _record(self._rows[index])

    def by_id(self, image_id: int) -> ImageRecord:
        """The image of this id; raises ReadError when there is none."""
        return _record(self._rows[self.place_of(image_id)])

    def place_of(self, image_id: int) -> int:
        """Where the image of this id stands; raises ReadError when there is none."""
        place = self._places.get(image_id)
        if place is None:
            raise ReadError(f"The project has no image number {image_id}.")
        return place

    def has(self, image_id: int) -> bool:
        """Whether there is an image of this id."""
        return image_id in self._places

    def paths(self) -> dict[str, int]:
        """Ids of all images by path."""
        return {row[1]: row[0] for row in self._rows}

    def names(self) -> list[str]:
        """Paths of all images, in order."""
        return [row[1] for row in self._rows]

    def ids_at(self, places: Iterable[int]) -> list[int]:
        """Ids of the images that stand at these places."""
        return [self._rows[place][0] for place in places]

    def next_id(self) -> int:
        """An id that no image has."""
        return max(self._places, default=0) + 1

    def copy(self) -> ImageTable:
        """The images as they are now."""
        return ImageTable(list(self._rows))

    def record(self, facts: ImageFacts) -> None:
        """Keep what was learnt about an image."""
        place = self.place_of(facts.image_id)
        with self._writing:
            number, path, width, height, digest = self._rows[place]
            if facts.size is not None:
                width, height = facts.size.width, facts.size.height
            digest = digest if facts.digest is None else facts.digest
            self._rows[place] = (number, path, width, height, digest)

    def add(self, images: Iterable[NewImage]) -> None:
        """Add images at the end."""
        for image in images:
            width, height = (image.size.width, image.size.height) if image.size else (None, None)
            with self._writing:
                # The row first: who finds the place finds the row there.
                self._rows.append((image.id, image.path, width, height, ""))
                self._places[image.id] = len(self._rows) - 1


def _record(row: ImageRow) -> ImageRecord:
    number, path, width, height, digest = row
    size = None if width is None or height is None else Size(width, height)
    return ImageRecord(number, path, size, digest)
