"""Opening whatever a person points at: images, annotations, or a project."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from core.document.annotation import Annotation, Layer, LayerRole
from core.document.comment import Comment
from core.errors import FormatError, ReadError
from core.imaging.folders import IMAGE_SUFFIXES, find_images
from core.project import creation
from core.project.importing import in_layer
from core.project.locations import (
    FOLDER_OF_IMAGES,
    PROJECT_SUFFIX,
    SOURCE,
    place_for,
)
from core.project.project import Project
from core.project.records import FileStamp, NewImage
from core.project.source_records import LayerSource

if TYPE_CHECKING:
    from core.formats.dataset import ImportedDataset, ImportReport

_SOURCE_STAMP = "source_stamp"


@dataclass(frozen=True, slots=True, eq=False)
class OpenedProject:
    """A project with what a person should know about its opening.

    ``report`` is that of the import when the project was made from an
    annotation file just now.
    """

    project: Project
    notices: tuple[str, ...] = ()
    report: ImportReport | None = None


@dataclass(frozen=True, slots=True)
class OpeningPlan:
    """Where the project of a source is, or will be.

    ``source`` is None for a project file. ``notice`` is a sentence when the
    place is not beside the source.
    """

    project: Path
    exists: bool
    source: Path | None = None
    notice: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class CreatedProject:
    """What was said while a project was made; ``report`` is None for a folder of images."""

    notice: str
    report: ImportReport | None


def open_source(
    path: Path, *, author: str, data_folder: Path | None = None, image_root: Path | None = None
) -> OpenedProject:
    """Open a project file, a folder of images, or annotations in a known format.

    The first time a project is made beside the source (in ``data_folder`` where
    that cannot be written), later it is found again. The source is never
    written to. Annotations become the layer in which people draw, because they
    are opened to be edited; results of a model become a layer of predictions.
    ``image_root`` is where the images of an annotation file are, if it does not
    lie with them.

    Raises ReadError when there is nothing to open, FormatError when the file is
    damaged, WriteError when there is no place for the project.
    """
    plan = plan_opening(path, data_folder)
    if plan.exists or plan.source is None:
        return open_planned(plan, author)
    created = create_project(plan.source, plan.project, author=author, image_root=image_root)
    return open_planned(plan, author, created)


def plan_opening(path: Path, data_folder: Path | None) -> OpeningPlan:
    """Find or choose the place of the project; quick. Raises ReadError and WriteError."""
    if not path.exists():
        raise ReadError(f"There is no file or folder {path}.", "Check the path.")
    if path.is_file() and path.suffix == PROJECT_SUFFIX:
        return OpeningPlan(path, exists=True)
    if path.is_file() and path.suffix.lower() in IMAGE_SUFFIXES:
        path = path.absolute().parent
    place = place_for(path, data_folder)
    return OpeningPlan(place.path, place.exists, path, place.notice)


def create_project(
    source: Path, project: Path, *, author: str, image_root: Path | None = None
) -> CreatedProject:
    """Read a source and write its project file; a large one takes seconds."""
    found = _first_look(source, image_root, author)
    creation.write_project(project, found.image_root, found.contents)
    return CreatedProject(found.notice, found.report)


def open_planned(
    plan: OpeningPlan, author: str, created: CreatedProject | None = None
) -> OpenedProject:
    """Open the project of a plan, with everything that a person should know."""
    if created is None:
        return _reopened(plan.project, author, plan.notice, plan.source)
    opened = _reopened(plan.project, author, plan.notice)
    notices = tuple(filter(None, (created.notice, *opened.notices)))
    return OpenedProject(opened.project, notices, created.report)


def image_root_and_contents(
    imported: ImportedDataset, path: Path, author: str
) -> tuple[Path, creation.ProjectContents]:
    """What a project of an annotation file is made of."""
    return imported.image_root, _contents(imported, path, author)


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """What a new project is made of."""

    contents: creation.ProjectContents
    image_root: Path
    report: ImportReport | None = None
    notice: str = ""


def _first_look(path: Path, image_root: Path | None, author: str) -> _Found:
    from core.formats.registry import detect_format, format_named

    try:
        found = detect_format(path)
    except FormatError as error:
        if not path.is_dir():
            raise
        return _Found(_images_of_folder(path, author), path, notice=_unread(path, error))
    imported = format_named(found.name).read(found.path, image_root)
    root, contents = image_root_and_contents(imported, path, author)
    return _Found(contents, root, imported.report)


def _unread(folder: Path, error: FormatError) -> str:
    """A sentence when a folder of images seems to hold annotations that are not read."""
    from core.formats.annotation_format import Evidence

    evidence = Evidence(folder)
    if not any(evidence.matching(pattern, 1) for pattern in ("*.json", "*.xml", "*/*.json")):
        return ""
    return f"The images were opened without annotations: {error}"


def _reopened(
    path: Path, author: str, notice: str = "", source: Path | None = None
) -> OpenedProject:
    project = Project.open(path, author=author)
    notices = [notice, *project.notices]
    if source is not None and source.is_file():
        stamp = project.setting(_SOURCE_STAMP)
        if stamp is not None and stamp != _stamp(source):
            notices.append(
                f"{source.name} has changed since it was imported; the project keeps what it has. "
                "Import the file as a layer to compare."
            )
    return OpenedProject(project, tuple(filter(None, notices)))


def _images_of_folder(folder: Path, author: str) -> creation.ProjectContents:
    paths = find_images(folder)
    if not paths:
        raise ReadError(
            f"There is no image in {folder} or the folders inside it.",
            "Open a folder with JPEG, PNG, TIFF or other pictures.",
        )
    contents = creation.plain_contents(paths, author)
    return replace(contents, settings={SOURCE: FOLDER_OF_IMAGES})


def _contents(imported: ImportedDataset, path: Path, author: str) -> creation.ProjectContents:
    """A new project with everything that an annotation file holds."""
    if not imported.images:
        raise ReadError(
            f"{path} names no image, so there is nothing to open.",
            "Open the folder of images, then import the file as a layer.",
        )
    names = dict.fromkeys(image.name for image in imported.images)
    ids = {name: number for number, name in enumerate(names, start=1)}
    sizes = {image.name: image.size for image in imported.images}
    layers = _layers(imported, path, author)
    source = LayerSource.of(layers[-1], imported, ids)
    return creation.ProjectContents(
        images=tuple(NewImage(number, name, sizes[name]) for name, number in ids.items()),
        layers=layers,
        labels=imported.labels or (creation.first_label(),),
        annotations=_by_image(imported, ids, layers[-1].id),
        sources={source.layer_id: source.records},
        settings={SOURCE: path.resolve().as_posix(), **_stamp_setting(path)},
        image_attributes={
            ids[image.name]: image.attributes for image in imported.images if image.attributes
        },
        comments=_comments(imported, ids),
        states={ids[image.name]: image.state for image in imported.images if image.state},
    )


def _layers(imported: ImportedDataset, path: Path, author: str) -> tuple[Layer, ...]:
    """The layers of a new project; what was imported goes to the last one."""
    if imported.role_hint is LayerRole.PREDICTIONS:
        predictions = Layer(2, LayerRole.PREDICTIONS, path.stem, path.name)
        return creation.mine_layer(author), predictions
    return (creation.mine_layer(author, path.name),)


def _by_image(
    imported: ImportedDataset, ids: dict[str, int], layer_id: int
) -> dict[int, tuple[Annotation, ...]]:
    found: dict[int, tuple[Annotation, ...]] = {}
    for image in imported.images:
        image_id = ids[image.name]
        annotations = in_layer(image.annotations, layer_id, {})
        found[image_id] = (*found.get(image_id, ()), *annotations)
    return found


def _comments(imported: ImportedDataset, ids: dict[str, int]) -> dict[int, tuple[Comment, ...]]:
    found: dict[int, tuple[Comment, ...]] = {}
    for image in imported.images:
        if image.comments:
            number = ids[image.name]
            found[number] = (*found.get(number, ()), *image.comments)
    return found


def _stamp_setting(path: Path) -> dict[str, str]:
    return {_SOURCE_STAMP: _stamp(path)} if path.is_file() else {}


def _stamp(path: Path) -> str:
    stamp = FileStamp.of(path)
    return f"{stamp.file_bytes} {stamp.modified_ns}"
