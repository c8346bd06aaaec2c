"""Folders that exports wrote among the images: what lies there is nothing to annotate."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

EXPORTS = "exports"
"""Setting: the folders, relative to the image root (POSIX style), as a JSON list."""


def folders_of_exports(setting: str | None) -> frozenset[str]:
    """The folders that a project's setting names."""
    try:
        return frozenset(msgspec.json.decode(setting or "[]", type=list[str]))
    except msgspec.DecodeError:
        return frozenset()


def with_exports(
    setting: str | None, folders: Iterable[Path], image_root: Path, images: Iterable[str]
) -> str:
    """The setting with further folders.

    Those outside the image root, the root itself, and folders that hold ``images``
    of the project already are left out: new images may come into them.
    """
    known = folders_of_exports(setting)
    paths = tuple(images)
    root = image_root.resolve()
    added = set()
    for folder in folders:
        whole = folder.resolve()
        if root not in whole.parents:
            continue
        name = whole.relative_to(root).as_posix()
        if not any(path.startswith(f"{name}/") for path in paths):
            added.add(name)
    return msgspec.json.encode(sorted(known | added)).decode("utf-8")


def is_of_export(path: str, folders: frozenset[str]) -> bool:
    """Whether an image, relative to the image root, lies in one of the folders."""
    parts = path.split("/")
    return any("/".join(parts[:count]) in folders for count in range(1, len(parts)))
