"""Looking again which images are there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from core.document.images import ImageRecord
from core.errors import ReadError
from core.imaging.folders import find_images
from core.imaging.reading import content_digest, probe_image
from core.project.exports import is_of_export
from core.project.image_table import ImageTable
from core.project.records import FileStamp, ImageFacts, NewImage


@dataclass(frozen=True, slots=True)
class RescanReport:
    """Ids of images that are new, whose file is gone, or whose file holds something else now."""

    added: tuple[int, ...] = ()
    missing: tuple[int, ...] = ()
    changed: tuple[int, ...] = ()

    @property
    def summary(self) -> str:
        """One sentence for the status line."""
        parts = [
            f"{len(found)} {word}"
            for found, word in (
                (self.added, "new"),
                (self.missing, "missing"),
                (self.changed, "changed on disk"),
            )
            if found
        ]
        return f"Images: {', '.join(parts)}." if parts else "All images are as they were."


@dataclass(frozen=True, slots=True)
class RescanResult:
    """The report, and what has to be written so that it holds."""

    report: RescanReport
    added: tuple[NewImage, ...] = ()
    facts: tuple[ImageFacts, ...] = field(default=())


def rescan(
    image_root: Path,
    images: ImageTable,
    stamps: Mapping[int, FileStamp],
    *,
    grows: bool,
    exports: frozenset[str] = frozenset(),
) -> RescanResult:
    """Compare the images of a project with the files; reads only files that look changed.

    ``grows`` says whether files that the project does not know are added: so it
    is with a folder of images, not with the images that an annotation file names.
    What exports wrote into the folders ``exports`` is never added.
    Raises ReadError when the folder is gone.
    """
    found = find_images(image_root) if grows else ()
    known = images.paths()
    first_id = images.next_id()
    fresh = [path for path in found if path not in known and not is_of_export(path, exports)]
    added = tuple(NewImage(first_id + place, path) for place, path in enumerate(fresh))
    missing: list[int] = []
    facts: list[ImageFacts] = []
    changed: list[int] = []
    for image in images:
        try:
            stamp = FileStamp.of(image_root / image.path)
        except OSError:
            missing.append(image.id)
            continue
        if image.id in stamps and stamps[image.id] != stamp:
            fact = _look_again(image, image_root / image.path, stamp)
            facts.append(fact)
            if _differs(image, fact):
                changed.append(image.id)
    report = RescanReport(tuple(item.id for item in added), tuple(missing), tuple(changed))
    return RescanResult(report, added, tuple(facts))


def _differs(image: ImageRecord, fact: ImageFacts) -> bool:
    other_size = None not in (image.size, fact.size) and image.size != fact.size
    other_bytes = bool(image.digest) and fact.digest not in (None, image.digest)
    return other_size or other_bytes


def _look_again(image: ImageRecord, path: Path, stamp: FileStamp) -> ImageFacts:
    try:
        return ImageFacts(image.id, probe_image(path), content_digest(path), stamp)
    except ReadError:
        # Broken or half written now: it is said again at the next look.
        return ImageFacts(image.id)
