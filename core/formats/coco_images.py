"""The images of a COCO file: names checked, files found, sizes compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.document.geometry import Size
from core.errors import MaskwrightError
from core.formats.findings import Findings
from core.formats.image_names import ImageFinder, best_root, checked_name, last_part
from core.formats.json_records import RawRecord
from core.formats.labels import number_of
from core.formats.orientation import stored_orientation
from core.imaging.reading import probe_image

MAX_SIDE_PX = 1_000_000


@dataclass(frozen=True, slots=True)
class ImageEntry:
    """One image that came in.

    ``declared`` is the size in the file: the frame of its annotations, unless
    ``size``, that of the picture, contradicts it. ``orientation`` is the EXIF
    value by which annotations have to be turned, 1 for none.
    """

    key: int | str | None
    name: str
    raw: str
    declared: Size | None
    size: Size | None
    missing: bool
    orientation: int = 1

    @property
    def frame(self) -> Size | None:
        """The size of the frame in which the file gives coordinates."""
        if self.orientation != 1 and self.size is not None:
            return Size(self.size.height, self.size.width)
        return self.size or self.declared


def image_root_of(path: Path, records: Sequence[RawRecord]) -> Path:
    """The folder near an annotation file in which most of the named images are."""
    subset = path.stem.rsplit("_", 1)[-1]
    above = path.parent.parent
    candidates = [
        path.parent,
        path.parent / "images",
        path.parent / path.stem,
        above / "images",
        above / "images" / subset,
        above / subset,
        path.parent / subset,
        above / "JPEGImages",
        above,
    ]
    names = (
        record.values["file_name"]
        for record in records
        if record.values and isinstance(record.values.get("file_name"), str)
    )
    return best_root(candidates, (name for name in names if isinstance(name, str)))


def read_images(
    records: Sequence[RawRecord], finder: ImageFinder, findings: Findings, *, probe: bool
) -> list[ImageEntry]:
    """All images that can be used; the rest is in the findings.

    ``probe`` reads the header of each picture to compare its size.
    """
    named = [_named(record, findings) for record in records]
    for found in named:
        if found is not None and found.name is not None and finder.exists(found.name):
            finder.take(found.name)
    entries: list[ImageEntry] = []
    keys: dict[int | str, str] = {}
    given: set[str] = set()
    for record, found in zip(records, named, strict=True):
        if found is None:
            continue
        key = found.key
        if key is not None and key in keys:
            _repeated(record.place, key, same=keys[key] == found.text, findings=findings)
            continue
        name = _resolved(record.place, found, finder, given, findings)
        if name is None:
            continue
        given.add(name)
        if key is None:
            findings.note(record.place, "the image has no id", "brought in without annotations")
        else:
            keys[key] = found.text
        entries.append(_entry(record, key, name, finder, findings, probe=probe))
    return entries


@dataclass(frozen=True, slots=True)
class _Named:
    """An image record's id, its checked name (None when refused), its name as written."""

    key: int | str | None
    name: str | None
    text: str


def _named(record: RawRecord, findings: Findings) -> _Named | None:
    if record.values is None:
        findings.left_out(record.place, "this is no JSON object with numbers that can be read")
        return None
    text = record.values.get("file_name")
    key = number_of(record.values.get("id"))
    if not isinstance(text, str) or not text.strip():
        findings.left_out(f"{record.place}.file_name", "the image has no file name")
        return None
    try:
        return _Named(key, checked_name(text), text)
    except ValueError as error:
        findings.note(f"{record.place}.file_name", f"{error}: “{text}”", "not used as a path")
        return _Named(key, None, text)


def _resolved(
    place: str, found: _Named, finder: ImageFinder, given: set[str], findings: Findings
) -> str | None:
    """The name to use, or None when the image cannot come in."""
    place, name, text = f"{place}.file_name", found.name, found.text
    if name is not None and name in given:
        findings.left_out(place, f"another image has the same file “{name}”")
        return None
    if name is not None and finder.exists(name):
        return name
    if elsewhere := finder.elsewhere(text):
        finder.take(elsewhere)
        findings.note(place, f"there is no image “{text}”", f"“{elsewhere}” is used")
        return elsewhere
    if name is None:
        name = last_part(text)
        if not name or name in given or finder.is_taken(name):
            findings.left_out(place, f"there is no image “{text}” under “{finder.root.name}”")
            return None
    finder.take(name)
    return name


def _repeated(place: str, key: int | str, *, same: bool, findings: Findings) -> None:
    if same:
        findings.note(place, f"image id {key} occurs twice, with the same file", "taken once")
    else:
        findings.left_out(place, f"image id {key} belongs to another image already")


def _entry(
    record: RawRecord,
    key: int | str | None,
    name: str,
    finder: ImageFinder,
    findings: Findings,
    *,
    probe: bool,
) -> ImageEntry:
    values = record.values or {}
    declared = declared_size(values)
    missing = not finder.exists(name)
    actual = None
    if missing:
        findings.note(f"{record.place}.file_name", f"there is no image “{name}”", "kept as missing")
    elif probe:
        actual = _probed(finder.root / name, record.place, findings)
    orientation = 1
    if actual is not None and declared is not None and actual != declared:
        orientation = _orientation(finder.root / name, declared, actual)
        written = f"{declared.width} × {declared.height}"
        real = f"{actual.width} × {actual.height}"
        findings.note(
            record.place,
            f"the file says {written}, the picture is {real}",
            "its annotations were turned upright with the picture"
            if orientation != 1
            else "the size of the picture is used",
        )
    if declared is None and actual is None:
        findings.note(record.place, "the image has no size", "it is taken when the picture is read")
    return ImageEntry(key, name, record.text, declared, actual or declared, missing, orientation)


def declared_size(values: Mapping[str, object]) -> Size | None:
    """Width and height of an image record, as numbers or digits; None when unusable."""
    width, height = number_of(values.get("width")), number_of(values.get("height"))
    if not isinstance(width, int) or not isinstance(height, int):
        return None
    usable = 0 < width <= MAX_SIDE_PX and 0 < height <= MAX_SIDE_PX
    return Size(width, height) if usable else None


def _probed(path: Path, place: str, findings: Findings) -> Size | None:
    try:
        return probe_image(path)
    except MaskwrightError as error:
        findings.note(place, error.message, "kept without a picture")
        return None


def _orientation(path: Path, declared: Size, actual: Size) -> int:
    """The EXIF value when the file gives the size of the picture before turning, else 1."""
    if (declared.width, declared.height) != (actual.height, actual.width):
        return 1
    value = stored_orientation(path)
    return value if value >= 5 else 1
