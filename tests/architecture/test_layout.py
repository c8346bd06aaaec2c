"""Sizes, names and room guides of the repository."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
PRODUCT = ("core", "gui", "resources")
MOST_LINES = 500
BANNED = re.compile(r"(^|_)(utils?|helpers?|misc|managers?|common|stuff)(_|$)")
BROAD_EXCEPT_ALLOWED = {
    "core/tasks/queue.py": "the task runner",
    "core/engine/child.py": "the task runner of the engine",
    "core/training/child.py": "the whole of the trainer's process, which has nobody else to tell",
    "core/project/writer.py": "the one writer thread, whose end would lose edits in silence",
}


def python_files(*roots: str) -> Iterator[Path]:
    for root in roots:
        for path in (REPOSITORY / root).rglob("*.py"):
            if "__pycache__" not in path.parts:
                yield path


def packages(*roots: str) -> list[str]:
    folders = {path.parent for path in python_files(*roots) if path.name == "__init__.py"}
    return sorted(folder.relative_to(REPOSITORY).as_posix() for folder in folders)


def names(paths: Iterator[Path]) -> list[str]:
    return [path.relative_to(REPOSITORY).as_posix() for path in paths]


def test_no_file_has_outgrown_a_reader() -> None:
    too_long = {
        path.relative_to(REPOSITORY).as_posix(): lines
        for path in python_files(*PRODUCT, "tests")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > MOST_LINES
    }
    assert too_long == {}


def test_modules_are_named_for_what_they_hold() -> None:
    parts = {part for name in names(python_files(*PRODUCT, "tests")) for part in name.split("/")}
    assert sorted(part for part in parts if BANNED.search(part.removesuffix(".py"))) == []


@pytest.mark.parametrize("folder", [*packages(*PRODUCT), "tests"])
def test_every_room_has_its_guide(folder: str) -> None:
    guide = REPOSITORY / folder / "README.md"
    assert guide.is_file(), f"{folder} has no README.md"
    assert len(guide.read_text(encoding="utf-8").split()) >= 25


def test_every_folder_of_code_is_a_package() -> None:
    """A folder without ``__init__.py`` would be left out of the wheel."""
    folders = {path.parent for path in python_files(*PRODUCT)}
    bare = [folder for folder in folders if not (folder / "__init__.py").is_file()]
    assert sorted(folder.relative_to(REPOSITORY).as_posix() for folder in bare) == []


def test_everything_is_caught_in_few_places_only() -> None:
    catching = [
        name
        for name in names(python_files(*PRODUCT))
        if "BLE001" in (REPOSITORY / name).read_text(encoding="utf-8")
    ]
    assert set(catching) <= set(BROAD_EXCEPT_ALLOWED)
