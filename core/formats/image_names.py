"""File names in annotation files: checked as data, then looked for under the image root.

A name from a file is never used as a path before it went through
``checked_name``: it could point anywhere on the disk.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import islice
from pathlib import Path, PurePosixPath

from core.imaging.reading import IMAGE_SUFFIXES, find_images

_SAMPLE = 200
_DRIVE = re.compile(r"^[A-Za-z]:")
_URL = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*://")


def checked_name(text: str) -> str:
    r"""A relative POSIX path that stays under its root.

    Backslashes separate folders, as Windows programs write them. Raises
    ValueError with the reason for absolute paths, drives, UNC names, URLs,
    ``..`` and names that no file can have.
    """
    if "\0" in text:
        raise ValueError("the name holds a NUL character")
    if _URL.match(text):
        raise ValueError("the name is a web address")
    if _DRIVE.match(text):
        raise ValueError("the name starts with a drive letter")
    path = text.replace("\\", "/")
    if path.startswith("/"):
        raise ValueError("the name is an absolute path")
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if ".." in parts:
        raise ValueError("the name leaves the image folder through '..'")
    if not parts:
        raise ValueError("the name is empty")
    try:
        os.fsencode(path)
    except UnicodeEncodeError as error:
        raise ValueError("the name holds characters that no file name can have") from error
    return "/".join(parts)


def last_part(text: str) -> str:
    """The file name at the end of any kind of path; empty when there is none."""
    name = re.split(r"[/\\]", text.rstrip("/\\"))[-1].replace("\0", "")
    return "" if name in (".", "..") or _DRIVE.match(name) else name


class ImageFinder:
    """Finds the pictures that an annotation file names; each file is given out once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._taken: set[str] = set()
        self._start = os.path.join(root, "")  # noqa: PTH118  # paths are made of it by the thousand
        self._existing: dict[str, bool] = {}

    def exists(self, name: str) -> bool:
        """Whether there is a file of this checked name; the disk is asked once."""
        found = self._existing.get(name)
        if found is None:
            # False for names too long to exist.
            found = self._existing[name] = os.path.isfile(self._start + name)  # noqa: PTH113
        return found

    def take(self, name: str) -> bool:
        """Claim a name; False when another record has it already."""
        if name in self._taken:
            return False
        self._taken.add(name)
        return True

    def is_taken(self, name: str) -> bool:
        """Whether a record has claimed this name."""
        return name in self._taken

    def elsewhere(self, name: str, *, any_suffix: bool = False) -> str | None:
        """The one unclaimed picture of this file name in any folder under the root."""
        index = self._by_stem if any_suffix else self._by_name
        key = _stem(name) if any_suffix else last_part(name)
        found = [path for path in index.get(key, ()) if path not in self._taken]
        return found[0] if len(found) == 1 else None

    @cached_property
    def images(self) -> tuple[str, ...]:
        """Every picture under the root."""
        return find_images(self.root) if self.root.is_dir() else ()

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        return _grouped((path.rsplit("/", 1)[-1], path) for path in self.images)

    @cached_property
    def _by_stem(self) -> dict[str, list[str]]:
        return _grouped((_stem(path), path) for path in self.images)


def best_root(candidates: Sequence[Path], names: Iterable[str]) -> Path:
    """The folder that has most of the named pictures; the first of equals.

    ``names`` are as in the file; the first 200 decide.
    """
    checked = []
    for name in islice(names, _SAMPLE):
        try:
            checked.append(checked_name(name))
        except ValueError:
            checked.extend(filter(None, [last_part(name)]))
    finders = [ImageFinder(path) for path in candidates]
    hits = [sum(map(finder.exists, checked)) for finder in finders]
    return candidates[hits.index(max(hits))]


def has_image_suffix(name: str) -> bool:
    """Whether the name ends like that of a picture."""
    return PurePosixPath(name).suffix.lower() in IMAGE_SUFFIXES


def _stem(name: str) -> str:
    base = last_part(name)
    return PurePosixPath(base).stem if has_image_suffix(base) else base


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return groups
