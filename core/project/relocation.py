"""Images that were moved: which folder is the root now, and how many of them it has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from core.document.images import ImageRecord
from core.errors import ReadError
from core.imaging.folders import find_images

_TRIED = 200
"""Images that are looked for to decide between folders."""


@dataclass(frozen=True, slots=True)
class MovedImages:
    """The folder that the images' paths start from now, and how many are in it."""

    folder: Path
    found: int
    total: int

    @property
    def summary(self) -> str:
        """One sentence."""
        if self.found == self.total:
            return f"All {self.total} images were found in {self.folder}."
        return f"{self.found} of {self.total} images were found in {self.folder}."


def find_moved(folder: Path, images: Sequence[ImageRecord]) -> MovedImages:
    """The root of a project's images, in or around the folder that a person has named.

    People name the folder that holds the pictures, and the project's root may
    lie above it or below. Raises ReadError when no image is there, so that a
    wrong folder changes nothing.
    """
    if not folder.is_dir():
        raise ReadError(f"There is no folder {folder}.", "Check the path.")
    folder = folder.resolve()
    tried = images[:: max(len(images) // _TRIED, 1)]
    best, hits = folder, 0
    for root in _candidates(folder, tried):
        there = sum((root / image.path).is_file() for image in tried)
        if there > hits:
            best, hits = root, there
    if not hits:
        raise ReadError(
            f"None of the images of this project is in {folder}.",
            "Choose the folder that has them; their names must be what they were.",
        )
    found = sum((best / image.path).is_file() for image in images)
    return MovedImages(best, found, len(images))


def _candidates(folder: Path, images: Sequence[ImageRecord]) -> list[Path]:
    """The folder, those above it, and those below it that would make some path right."""
    found = [folder, *folder.parents]
    by_name: dict[str, list[str]] = {}
    for path in find_images(folder):
        by_name.setdefault(PurePosixPath(path).name, []).append(path)
    below: Counter[Path] = Counter()
    for image in images:
        for path in by_name.get(image.name, []):
            if path == image.path or path.endswith(f"/{image.path}"):
                below[folder / path[: len(path) - len(image.path)].rstrip("/")] += 1
    return [*found, *(path for path, _ in below.most_common())]
