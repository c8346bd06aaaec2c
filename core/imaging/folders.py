"""Finding the images of a folder."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from core.errors import ReadError

IMAGE_SUFFIXES = frozenset(
    {
        *(".avif", ".bmp", ".dib", ".gif", ".ico", ".j2k", ".jfif", ".jp2", ".jpe", ".jpeg"),
        *(".jpg", ".pbm", ".pcx", ".pgm", ".png", ".pnm", ".ppm", ".tga", ".tif", ".tiff", ".webp"),
    }
)
"""Endings of the files that are offered as images, lower case with the dot."""

_NUMBER = re.compile(r"\d+")
_NUMBER_WIDTH = 20


def find_images(folder: Path) -> tuple[str, ...]:
    """Images below a folder by their ending, as POSIX paths relative to it, in natural order.

    Folders and files that begin with a dot are left out, and so are names that
    are not text in the file system's encoding, because no project or annotation
    file could hold them. A folder reached twice through links is read once;
    folders inside that may not be read are skipped. Raises ReadError when the
    folder itself cannot be read.
    """
    try:
        identity = folder.stat()
        with os.scandir(folder):
            pass
    except OSError as error:
        raise ReadError(
            f"The folder {folder} cannot be read ({error.strerror or error}).",
            "Check that it still exists and that you may read it.",
        ) from error
    seen = {(identity.st_dev, identity.st_ino)}
    return tuple(sorted(_walk(str(folder), "", seen), key=natural_key))


def natural_key(name: str) -> tuple[str, str]:
    """Sorting key that puts ``image9`` before ``image10`` and ignores upper case."""
    return _NUMBER.sub(_padded, name.casefold()), name


def _padded(number: re.Match[str]) -> str:
    return number[0].zfill(_NUMBER_WIDTH)


def _walk(folder: str, prefix: str, seen: set[tuple[int, int]]) -> Iterator[str]:
    folders: list[tuple[str, str]] = []
    try:
        entries = os.scandir(folder)
    except OSError:
        return
    with entries:
        for entry in entries:
            name = entry.name
            if name[0] == "." or not _is_text(name):
                continue
            if entry.is_dir():
                if _is_new(entry, seen):
                    folders.append((entry.path, f"{prefix}{name}/"))
            elif "." + name.rpartition(".")[2].lower() in IMAGE_SUFFIXES and entry.is_file():
                yield prefix + name
    for path, inner_prefix in folders:
        yield from _walk(path, inner_prefix, seen)


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_new(entry: os.DirEntry[str], seen: set[tuple[int, int]]) -> bool:
    try:
        identity = entry.stat()
    except OSError:
        return False
    key = identity.st_dev, identity.st_ino
    if key in seen:
        return False
    seen.add(key)
    return True
