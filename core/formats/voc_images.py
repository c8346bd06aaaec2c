"""Which picture belongs to a VOC file."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path, PurePosixPath

from core.document.geometry import Size
from core.errors import MaskwrightError
from core.formats.findings import Findings
from core.formats.image_names import ImageFinder, checked_name, has_image_suffix, last_part
from core.formats.voc_document import VocDocument
from core.imaging.reading import probe_image


class VocImages:
    """Finds pictures by the stem of the VOC file, or else by the name inside it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._finder = ImageFinder(root)

    def name_for(self, stem: str, document: VocDocument | None, findings: Findings) -> str | None:
        """The image's checked name under the root; None when another file has taken it.

        ``stem`` is the path of the file under its folder, without the ending.
        """
        written = document.filename if document is not None else ""
        name = (
            self._same_stem(stem)
            or self._as_written(written)
            or self._finder.elsewhere(stem, any_suffix=True)
            or self._elsewhere(written)
            or (self._elsewhere(document.original_path) if document is not None else None)
        )
        if name is None:
            name = _assumed_name(stem, written)
        elif written and PurePosixPath(name).stem != _stem(written):
            findings.note("filename", f"the file names the image “{written}”", f"“{name}” is used")
        if not self._finder.take(name):
            findings.left_out("filename", f"another file describes the image “{name}” already")
            return None
        return name

    def exists(self, name: str) -> bool:
        """Whether there is such a picture."""
        return self._finder.exists(name)

    def size_of(self, name: str, document: VocDocument | None, findings: Findings) -> Size | None:
        """The size of the picture; that of the file when there is none. Faults are noted."""
        declared = document.size if document is not None else None
        if not self.exists(name):
            findings.note("filename", f"there is no image “{name}”", "kept as missing")
            return declared
        try:
            actual = probe_image(self.root / name)
        except MaskwrightError as error:
            findings.note("filename", error.message, "kept without a picture")
            return declared
        if document is None:
            return actual
        if declared is None:
            findings.note("size", "the file has no size", "that of the picture is used")
        elif declared != actual:
            findings.note(
                "size",
                f"the file says {declared.width} × {declared.height}, "
                f"the picture is {actual.width} × {actual.height}",
                "the size of the picture is used",
            )
        return actual

    def _elsewhere(self, written: str) -> str | None:
        if not last_part(written):
            return None
        found = self._finder.elsewhere(written)
        return found or self._finder.elsewhere(written, any_suffix=True)

    def _same_stem(self, stem: str) -> str | None:
        found = [name for name in self._by_stem.get(stem, ()) if not self._finder.is_taken(name)]
        return found[0] if len(found) == 1 else None

    def _as_written(self, written: str) -> str | None:
        try:
            name = checked_name(written)
        except ValueError:
            return None
        usable = has_image_suffix(name) and self._finder.exists(name)
        return name if usable and not self._finder.is_taken(name) else None

    @cached_property
    def _by_stem(self) -> dict[str, list[str]]:
        """Pictures by their path without the ending."""
        groups: dict[str, list[str]] = {}
        for name in self._finder.images:
            groups.setdefault(str(PurePosixPath(name).with_suffix("")), []).append(name)
        return groups


def image_root_of(folder: Path) -> Path:
    """The folder of the pictures of a VOC folder, its Annotations folder or one file."""
    base = folder.parent if folder.is_file() else folder
    above = base.parent if base.name == "Annotations" else base
    candidates = (above / "JPEGImages", above / "images", above / "Images")
    return next((path for path in candidates if path.is_dir()), above)


def annotation_files(folder: Path) -> Sequence[tuple[str, Path]]:
    """(stem, path) of every XML file, the stem being its path without the ending."""
    if folder.is_file():
        return [(folder.stem, folder)]
    inside = folder / "Annotations"
    base = inside if inside.is_dir() else folder
    return [
        (path.relative_to(base).with_suffix("").as_posix(), path)
        for path in sorted(base.rglob("*.xml"))
        if path.is_file()
    ]


def _assumed_name(stem: str, written: str) -> str:
    """The name of a picture that is not there."""
    name = last_part(written)
    if name and has_image_suffix(name):
        try:
            return checked_name(written)
        except ValueError:
            return name
    return f"{stem}.jpg"


def _stem(written: str) -> str:
    name = last_part(written)
    return PurePosixPath(name).stem if has_image_suffix(name) else name
