"""Checks of the image files: gone, changed, unreadable, the same picture twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from core.checking.problem import Kind, Problem
from core.document.images import ImageRecord
from core.errors import ReadError
from core.imaging.reading import content_digest, probe_image
from core.project.records import FileStamp

NO_STAMPS: Mapping[int, FileStamp] = {}


def picture_problems(
    image_root: Path, images: Iterable[ImageRecord], stamps: Mapping[int, FileStamp] = NO_STAMPS
) -> Iterator[Problem | None]:
    """One answer for each image: what is wrong with its file, or None.

    Only files whose size or time differs from ``stamps`` are read whole; of the
    others the header. When the folder is gone there is one problem for all.
    """
    if not image_root.is_dir():
        yield Problem(Kind.IMAGES_GONE, str(image_root), "there is no such folder")
        return
    for image in images:
        yield _problem_of(image, image_root / image.path, stamps.get(image.id))


def same_pictures(images: Iterable[ImageRecord]) -> Iterator[Problem]:
    """Images of the same content, as far as their content is known."""
    by_digest: dict[str, list[ImageRecord]] = {}
    for image in images:
        if image.digest:
            by_digest.setdefault(image.digest, []).append(image)
    for group in by_digest.values():
        for image in group[1:]:
            yield Problem(
                Kind.SAME_PICTURE, image.path, f"it is the same as {group[0].path}", image.id
            )


def _problem_of(image: ImageRecord, path: Path, stamp: FileStamp | None) -> Problem | None:
    try:
        now = FileStamp.of(path)
    except OSError:
        return Problem(Kind.IMAGE_MISSING, image.path, "there is no such file", image.id)
    try:
        size = probe_image(path)
        if image.size is not None and size != image.size:
            detail = (
                f"it is {size.width} × {size.height}, "
                f"annotated were {image.size.width} × {image.size.height}"
            )
            return Problem(Kind.IMAGE_CHANGED, image.path, detail, image.id)
        if stamp not in (None, now) and image.digest and content_digest(path) != image.digest:
            return Problem(Kind.IMAGE_CHANGED, image.path, "its content is another", image.id)
    except ReadError as error:
        return Problem(Kind.IMAGE_UNREADABLE, image.path, error.message, image.id)
    return None
