"""Exports a layer of an open project; what is replaced is kept as a backup."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

from core.document.annotation import Layer, LayerRole
from core.document.document import ProjectState
from core.errors import MaskwrightError, WriteError
from core.formats.dataset import ExportReport
from core.formats.export_options import EVERYTHING, ExportOptions
from core.formats.exporting import EXPORT_FORMATS, ExportKind, export_layer, part_place
from core.imaging.folders import IMAGE_SUFFIXES
from core.project.locations import PROJECT_SUFFIX
from core.project.project import Project

PICTURE_FOLDERS = ("JPEGImages", "images", "backup-*")
"""Folders that no export rewrites, so no backup holds them."""
_LABEL_FOLDERS = frozenset({"SegmentationClass", "SegmentationObject", "masks"})
_FOLDERS_OF_PICTURES = (*sorted(_LABEL_FOLDERS), "JPEGImages", "images")


def export_project(
    project: Project,
    layer_id: int,
    target: Path,
    kind: ExportKind,
    options: ExportOptions = EVERYTHING,
) -> ExportReport:
    """Write one layer, read it back and compare; ``target`` is a folder for VOC, else a file.

    A file or folder that is there already is copied aside first. May run on
    any thread: it works on a snapshot. Raises WriteError.
    """
    source = project.source_records(layer_id)
    replaced = [place for place in places_of(target, kind, options) if would_replace(place)]
    backups = [keep_backup(place) for place in replaced]
    if not project.read_only:
        project.note_exports((*folders_of_pictures(target, kind, options), *backups))
    return export_layer(project.snapshot(), layer_id, target, kind, source, options)


def places_of(target: Path, kind: ExportKind, options: ExportOptions) -> tuple[Path, ...]:
    """The files, or the one folder, that an export writes: a file for each part of a split."""
    if EXPORT_FORMATS[kind].is_folder or options.split is None:
        return (target,)
    return tuple(part_place(EXPORT_FORMATS[kind], target, name) for name, _ in options.split.shares)


def folders_of_pictures(target: Path, kind: ExportKind, options: ExportOptions) -> tuple[Path, ...]:
    """The folders into which an export may write pictures: label maps, and copies of images."""
    chosen = EXPORT_FORMATS[kind]
    if chosen.is_folder:
        return (target, *(target / name for name in _FOLDERS_OF_PICTURES))
    maps = tuple(place.with_suffix("") for place in places_of(target, kind, options))
    return (*(maps if chosen.is_pixel_map else ()), chosen.picture_folder(target))


def would_replace(target: Path) -> bool:
    """Whether an export to this place may write over something."""
    if target.is_dir():
        return any(target.iterdir())
    return target.exists()


def keep_backup(target: Path) -> Path:
    """Copy what stands at ``target`` aside; raises WriteError when that fails.

    A file goes to ``NAME.bak`` beside it, the annotations of a folder to
    ``backup-DATE-TIME`` inside it.
    """
    try:
        if target.is_dir():
            backup = target / f"backup-{datetime.now():%Y%m%d-%H%M%S-%f}"
            shutil.copytree(target, backup, ignore=_not_exported)
            return backup
        backup = target.with_name(f"{target.name}.bak")
        shutil.copy2(target, backup)
    except (OSError, shutil.Error) as error:
        raise WriteError(
            f"{target} could not be backed up, so nothing was exported: {error}.",
            "Choose another place.",
        ) from error
    return backup


def _not_exported(folder: str, names: list[str]) -> set[str]:
    """What no export writes over: pictures, but for label maps, and projects."""
    skipped = set(shutil.ignore_patterns(*PICTURE_FOLDERS, f"*{PROJECT_SUFFIX}*")(folder, names))
    if _LABEL_FOLDERS.isdisjoint(Path(folder).parts):
        skipped.update(name for name in names if Path(name).suffix.lower() in IMAGE_SUFFIXES)
    return skipped


def layer_to_export(state: ProjectState, name: str | None) -> Layer:
    """The layer of this name or role; without one the layer that people draw in.

    Raises MaskwrightError that names the layers there are.
    """
    if name is None:
        layer = state.layer_of(LayerRole.MINE)
    else:
        layer = next(
            (item for item in state.layers.values() if name in (item.name, item.role.value)), None
        )
    if layer is None:
        names = ", ".join(f"“{item.name}”" for item in state.layers.values())
        raise MaskwrightError(f"There is no layer “{name}”.", f"The layers are: {names}.")
    return layer
