"""Which picture an annotation file means, for formats that keep one file to a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from core.document.geometry import Size
from core.document.images import ImageRecord
from core.errors import MaskwrightError
from core.formats.findings import Findings
from core.formats.image_names import ImageFinder, checked_name, has_image_suffix, last_part
from core.imaging.reading import probe_image

IMAGE_FOLDERS = ("images", "JPEGImages", "Images", "imgs")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture under the root: its checked name, its size where it can be known."""

    name: str
    size: Size | None
    missing: bool


class Pictures:
    """Finds pictures by the path of the annotation file or by the name inside it, each once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._finder = ImageFinder(root)

    def find(
        self,
        stem: str,
        written: str,
        declared: Size | None,
        findings: Findings,
        item: str = "",
        *,
        assume: str = ".jpg",
    ) -> Picture | None:
        """The picture of a file; None, and reported, when another file has taken it.

        ``stem`` is the path of the file without its ending, ``written`` the name
        that the file gives. A picture that is not there keeps the written name.
        """
        name = (
            self._as_written(written)
            or self._same_stem(stem)
            or (self._finder.elsewhere(written) if last_part(written) else None)
            or self._finder.elsewhere(stem, any_suffix=True)
            or _assumed(stem, written, assume)
        )
        if not self._finder.take(name):
            findings.left_out(item, f"another file describes the image “{name}” already")
            return None
        return self._picture(name, declared, findings, item)

    def unclaimed(self) -> tuple[str, ...]:
        """Pictures under the root that no file has taken."""
        return tuple(name for name in self._finder.images if not self._finder.is_taken(name))

    def _picture(self, name: str, declared: Size | None, findings: Findings, item: str) -> Picture:
        if not self._finder.exists(name):
            findings.note(item, f"there is no image “{name}”", "kept as missing")
            return Picture(name, declared, missing=True)
        try:
            size = probe_image(self.root / name)
        except MaskwrightError as error:
            findings.note(item, error.message, "kept without a picture")
            return Picture(name, declared, missing=False)
        if declared is not None and declared != size:
            findings.note(
                item,
                f"the file says {declared.width} × {declared.height}, "
                f"the picture is {size.width} × {size.height}",
                "the size of the picture is used",
            )
        return Picture(name, size, missing=False)

    def _as_written(self, written: str) -> str | None:
        try:
            name = checked_name(written)
        except ValueError:
            return None
        usable = self._finder.exists(name) and not self._finder.is_taken(name)
        return name if usable and has_image_suffix(name) else None

    def _same_stem(self, stem: str) -> str | None:
        found = [name for name in self._by_stem.get(stem, ()) if not self._finder.is_taken(name)]
        return found[0] if len(found) == 1 else None

    @cached_property
    def _by_stem(self) -> dict[str, list[str]]:
        groups: dict[str, list[str]] = {}
        for name in self._finder.images:
            groups.setdefault(str(PurePosixPath(name).with_suffix("")), []).append(name)
        return groups


def tree_stems(images: Sequence[ImageRecord], findings: Findings, form: str) -> dict[int, str]:
    """Path without ending for the file of each image, the same tree as that of the images.

    Images that differ in their ending alone (or in case) get it into the name, and a note.
    """
    owners: dict[str, list[ImageRecord]] = {}
    for image in images:
        owners.setdefault(_stem(image.path).casefold(), []).append(image)
    used = {key for key, found in owners.items() if len(found) == 1}
    stems: dict[int, str] = {}
    for image in images:
        stem = _stem(image.path)
        if len(owners[stem.casefold()]) == 1:
            stems[image.id] = stem
            continue
        base = f"{stem}_{PurePosixPath(image.path).suffix.lstrip('.')}"
        stem, number = base, 2
        while stem.casefold() in used:
            stem, number = f"{base}_{number}", number + 1
        used.add(stem.casefold())
        stems[image.id] = stem
        findings.note(
            image.path, f"another image has the same name in {form}", f"its file is “{stem}”"
        )
    return stems


def root_of_pictures(folder: Path) -> Path:
    """The folder of pictures in or beside a folder of annotation files, else the folder itself."""
    candidates = [base / name for base in (folder, folder.parent) for name in IMAGE_FOLDERS]
    return next((path for path in candidates if path.is_dir()), folder)


def _stem(path: str) -> str:
    return str(PurePosixPath(path).with_suffix(""))


def _assumed(stem: str, written: str, suffix: str) -> str:
    """The name of a picture that is not there."""
    name = last_part(written)
    if name and has_image_suffix(name):
        try:
            return checked_name(written)
        except ValueError:
            return name
    return f"{stem}{suffix}"
