"""Where project files live, and where their images are."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.errors import WriteError
from core.project.sql.connection import folder_is_writable, peek_setting

PROJECT_SUFFIX = ".maskwright"

SOURCE = "source"
"""Setting: what the project was made from, absolute; its own folder of images as ``.``."""

FOLDER_OF_IMAGES = "."

_ROOT_RELATIVE = "image_root"
_ROOT_ABSOLUTE = "image_root_absolute"


@dataclass(frozen=True, slots=True)
class ProjectPlace:
    """Where the project of a source is or will be.

    ``notice`` is a sentence when that is not beside the source.
    """

    path: Path
    exists: bool
    notice: str = ""


def place_for(source: Path, data_folder: Path | None) -> ProjectPlace:
    """The place of the project of a folder or an annotation file.

    It stands beside the images or the file: in the folder that was opened, or
    in the file's folder. Where that cannot be written it stands in the user's
    data folder, under a name that the source's full path decides. Raises
    WriteError when there is no place for it.
    """
    source = source.resolve()
    folder = source if source.is_dir() else source.parent
    name = source.name if source.is_dir() else source.stem
    beside = folder / f"{name or 'images'}{PROJECT_SUFFIX}"
    if beside.is_file() and not _comes_from(beside, source):
        # The folder and a file in it may share a name: the file's project has its ending too.
        kind = source.suffix.lstrip(".").lower() or "images"
        beside = folder / f"{name or 'images'}-{kind}{PROJECT_SUFFIX}"
    if beside.is_file():
        return ProjectPlace(beside, exists=True)
    stored = _in_data_folder(source, name, data_folder)
    if stored is not None and stored.is_file():
        return ProjectPlace(stored, exists=True, notice=f"The project is kept in {stored}.")
    if folder_is_writable(folder):
        return ProjectPlace(beside, exists=False)
    if stored is None:
        raise WriteError(
            f"The folder {folder} cannot be written to, so there is no place for the project.",
            "Copy the images to a folder that you may write to.",
        )
    notice = f"{folder} cannot be written to; the project is kept in {stored}."
    return ProjectPlace(stored, exists=False, notice=notice)


def _comes_from(project: Path, source: Path) -> bool:
    """Whether a project was made from this source; also when it does not say.

    Names are compared, not places: the two may have been moved together.
    """
    stored = peek_setting(project, SOURCE)
    if stored is None:
        return True
    if stored == FOLDER_OF_IMAGES:
        return source.is_dir()
    return Path(stored).name == source.name


def _in_data_folder(source: Path, name: str, data_folder: Path | None) -> Path | None:
    if data_folder is None:
        return None
    mark = hashlib.blake2b(os.fsencode(source), digest_size=5).hexdigest()
    return data_folder / "projects" / f"{name[:80]}-{mark}{PROJECT_SUFFIX}"


def image_root_settings(project_path: Path, image_root: Path) -> Mapping[str, str]:
    """How a project remembers the folder of its images: relative to itself, and absolute."""
    absolute = image_root.resolve()
    settings = {_ROOT_ABSOLUTE: absolute.as_posix()}
    try:
        settings[_ROOT_RELATIVE] = Path(
            os.path.relpath(absolute, project_path.resolve().parent)
        ).as_posix()
    except ValueError:
        # On Windows there is no way from one drive to another.
        settings[_ROOT_RELATIVE] = ""
    return settings


def find_image_root(project_path: Path, settings: Mapping[str, str]) -> Path:
    """The folder of the images: where it stands to the project, else where it was."""
    relative = settings.get(_ROOT_RELATIVE, "")
    beside = (project_path.resolve().parent / relative).resolve() if relative else None
    if beside is not None and beside.is_dir():
        return beside
    absolute = settings.get(_ROOT_ABSOLUTE, "")
    if absolute and (Path(absolute).is_dir() or beside is None):
        return Path(absolute)
    return beside if beside is not None else project_path.resolve().parent


def missing_root_notice(image_root: Path) -> tuple[str, ...]:
    """A sentence when the folder of the images is gone."""
    if image_root.is_dir():
        return ()
    return (f"The folder of the images, {image_root}, is not there; say where it is now.",)
