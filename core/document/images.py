"""Images of a project and a consistent copy of all that is annotated on them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from core.document.document import ImageDocument, ProjectState
from core.document.geometry import Size


@dataclass(frozen=True, slots=True)
class ImageRecord:
    """One image: its path relative to the image root (POSIX style), size and content hash.

    ``size`` is that of the picture as it is shown, upright; None until it was
    read once. ``digest`` is the hex blake2b-128 of the file's bytes, empty until
    it was read once.
    """

    id: int
    path: str
    size: Size | None = None
    digest: str = ""

    @property
    def name(self) -> str:
        """File name without folders."""
        return self.path.rsplit("/", 1)[-1]


@dataclass(frozen=True, slots=True)
class Dataset:
    """What exports, scores and training read: a snapshot that no edit changes.

    ``load`` brings the document of an image; it may be called from any thread.
    """

    image_root: Path
    images: tuple[ImageRecord, ...]
    state: ProjectState
    load: Callable[[int], ImageDocument]

    def documents(self) -> Iterator[tuple[ImageRecord, ImageDocument]]:
        """All images with their annotations, one at a time."""
        return ((image, self.load(image.id)) for image in self.images)

    def path_of(self, image: ImageRecord) -> Path:
        """Where the image's file is."""
        return self.image_root / image.path
