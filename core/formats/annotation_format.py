"""What a format brings to the registry: its name, how it is told, how it is read."""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path

import msgspec

from core.errors import FormatError, MaskwrightError
from core.formats.dataset import ImportedDataset
from core.formats.findings import Findings
from core.formats.json_records import load_json, parse_object, top_level


class Evidence:
    """A file or folder that is looked at by one format after the other, read once.

    ``problem`` is what keeps a JSON file from being read; None when nothing does.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problem: MaskwrightError | None = None

    @cached_property
    def entries(self) -> frozenset[str]:
        """Names in a folder; empty for a file."""
        return frozenset(self._listing)

    @cached_property
    def _listing(self) -> dict[str, bool]:
        """Names in a folder, and whether each is a folder itself."""
        try:
            with os.scandir(self.path) as found:
                return {entry.name: entry.is_dir() for entry in found}
        except OSError:
            return {}

    def matching(self, place: str, most: int) -> list[Path]:
        """The first files of a folder that a pattern finds, in order.

        ``place`` is such as ``*.txt`` or ``labels/*/*.txt``. The folder is listed once
        for all patterns: with 100,000 images in it ``Path.glob`` takes too long.
        """
        head, _, inside = place.partition("/")
        if inside:
            names = [name for name, is_folder in self._listing.items() if is_folder]
            folders = [self.path / name for name in fnmatch.filter(names, head)]
            return sorted(file for folder in folders for file in folder.glob(inside))[:most]
        suffix = head.removeprefix("*")
        if "*" in suffix:
            names = fnmatch.filter(self.entries, head)
        else:
            names = [name for name in self.entries if name.endswith(suffix)]
        return [self.path / name for name in sorted(names)[:most]]

    @cached_property
    def json(self) -> Mapping[str, msgspec.Raw] | None:
        """The top level of a JSON file that holds an object; None for anything else."""
        return self._parts if isinstance(self._parts, dict) else None

    @cached_property
    def json_list(self) -> list[msgspec.Raw] | None:
        """The items of a JSON file that holds a list; None for anything else."""
        return self._parts if isinstance(self._parts, list) else None

    def first_item(self) -> Mapping[str, object] | None:
        """The first item of a list, when it is an object."""
        return parse_object(bytes(self.json_list[0])) if self.json_list else None

    def first_value(self) -> Mapping[str, object] | None:
        """The first value of an object, when it is an object itself."""
        for value in islice((self.json or {}).values(), 1):
            return parse_object(bytes(value))
        return None

    @cached_property
    def _parts(self) -> dict[str, msgspec.Raw] | list[msgspec.Raw] | None:
        if self.path.suffix.lower() != ".json" or not self.path.is_file():
            return None
        try:
            return top_level(self.path, load_json(self.path, Findings(self.path.name)))
        except MaskwrightError as error:
            self.problem = error
            return None


@dataclass(frozen=True, slots=True)
class AnnotationFormat:
    """A format that can be read.

    ``name`` is that of the command line, ``title`` that for people.
    ``recognise`` looks at a file or folder and says in a sentence what the
    format is told by, or gives None. ``read`` takes the path and the folder of
    the pictures, None for near the file.
    """

    name: str
    title: str
    recognise: Callable[[Evidence], str | None]
    read: Callable[[Path, Path | None], ImportedDataset]


def json_files(path: Path, found_in: Iterable[str] = ("**/*.json",)) -> list[Path]:
    """The file itself, or every JSON file of a folder; raises FormatError when there is none."""
    if path.is_file():
        return [path]
    files = sorted({file for place in found_in for file in path.glob(place) if file.is_file()})
    if not files:
        raise FormatError(path, "", "there is no JSON file in this folder.")
    return files
