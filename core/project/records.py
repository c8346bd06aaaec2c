"""Small values that travel between the project and its file."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath, PureWindowsPath

from core.document.document import ImageDocument, ProjectState
from core.document.geometry import Size


@dataclass(frozen=True, slots=True)
class DraftRow:
    """An unfinished drawing as it is checkpointed; ``payload`` is the tool's own JSON text."""

    tool: str
    image_id: int
    payload: str
    options: dict[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class FileStamp:
    """Size in bytes and time of the last change of a file, to notice that it changed."""

    file_bytes: int
    modified_ns: int

    @classmethod
    def of(cls, path: Path) -> FileStamp:
        """The stamp of a file; raises OSError."""
        status = path.stat()
        return cls(status.st_size, status.st_mtime_ns)


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """What was learnt about an image by reading its file."""

    image_id: int
    size: Size | None = None
    digest: str | None = None
    stamp: FileStamp | None = None


@dataclass(frozen=True, slots=True)
class NewImage:
    """An image to be added; ``size`` is None until it was read."""

    id: int
    path: str
    size: Size | None = None


ImageRow = tuple[int, str, int | None, int | None, str]
"""id, path, width, height, digest: a row of the table of images."""


@dataclass(frozen=True, slots=True, eq=False)
class StoredProject:
    """What is read once when a project is opened."""

    images: list[ImageRow]
    state: ProjectState
    settings: dict[str, str]
    position: int
    length: int


@dataclass(frozen=True, slots=True, eq=False)
class TouchedImage:
    """The rows of one image that a change has touched, with the document they come from."""

    document: ImageDocument
    annotation_ids: frozenset[int]
    semantic_layer_ids: frozenset[int]
    comment_ids: frozenset[int] = frozenset()


def leaves_folder(path: str) -> bool:
    """Whether a path that should stay inside a folder is absolute or leads out of it."""
    return (
        PurePosixPath(path).is_absolute()
        or ".." in PurePosixPath(path).parts
        or bool(PureWindowsPath(path).anchor and os.name == "nt")
        or (os.name == "nt" and ".." in PureWindowsPath(path).parts)
    )
