"""New project files, written whole or not at all, and copies of open ones."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from core.document.annotation import Annotation, AttributeValue, Label, Layer, LayerRole
from core.document.comment import Comment
from core.document.document import ImageState
from core.editing.palette import next_colors
from core.errors import WriteError
from core.formats.dataset import LAYER_OF_A_NEW_PROJECT
from core.project.locations import image_root_settings
from core.project.operations import Operation
from core.project.records import NewImage
from core.project.sql.database import Database
from core.project.sql.schema import create_tables

MINE_LAYER_ID = LAYER_OF_A_NEW_PROJECT


@dataclass(frozen=True, slots=True, eq=False)
class ProjectContents:
    """What a new project starts with; it is no step of the history.

    ``annotations`` maps image id to annotations; ``sources`` maps layer id to
    the records of the file it came from, by image id, 0 for the file itself.
    """

    images: tuple[NewImage, ...]
    layers: tuple[Layer, ...]
    labels: tuple[Label, ...]
    annotations: Mapping[int, tuple[Annotation, ...]] = field(default_factory=dict)
    sources: Mapping[int, Mapping[int, str]] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    image_attributes: Mapping[int, Mapping[str, AttributeValue]] = field(default_factory=dict)
    comments: Mapping[int, tuple[Comment, ...]] = field(default_factory=dict)
    states: Mapping[int, ImageState] = field(default_factory=dict)


def plain_contents(image_paths: Iterable[str], author: str) -> ProjectContents:
    """Images, a layer of one's own and one label."""
    images = tuple(NewImage(number, path) for number, path in enumerate(image_paths, start=1))
    return ProjectContents(images, (mine_layer(author),), (first_label(),))


def mine_layer(author: str, source: str = "") -> Layer:
    """The layer that people draw in."""
    return Layer(MINE_LAYER_ID, LayerRole.MINE, "Mine", source, author)


def first_label() -> Label:
    """The label of a project that was not given any."""
    return Label(1, "object", next_colors((), 1)[0], "1")


def write_project(
    path: Path, image_root: Path, contents: ProjectContents, *, beside: Path | None = None
) -> None:
    """Write a new project file; a crash leaves either none or all of it.

    ``beside`` is the project whose place the images are found from, if it is
    another one. Raises WriteError when the file exists or cannot be written.
    """

    def fill(connection: sqlite3.Connection) -> None:
        create_tables(connection)
        database = Database(connection)
        with database.transaction():
            _write_contents(database, contents)
            for key, value in image_root_settings(beside or path, image_root).items():
                database.session.write_setting(key, value)

    _write_new_file(path, fill)


def write_copy(
    source: Database,
    path: Path,
    image_root: Path,
    waiting: Iterable[Operation],
    position: int,
) -> None:
    """Copy a project to a new file and write there what waits to be written.

    Raises WriteError when the file exists or cannot be written.
    """

    def fill(connection: sqlite3.Connection) -> None:
        source.copy_to(connection)
        database = Database(connection)
        with database.transaction():
            for operation in waiting:
                operation.write(database)
            database.journal.set_position(position)
            for key, value in image_root_settings(path, image_root).items():
                database.session.write_setting(key, value)
            database.journal.release()
        database.use_one_file()

    _write_new_file(path, fill)


def write_backup(source: Database, path: Path) -> None:
    """Copy a project as it was committed last to a new file that no program holds.

    Also of a file that is being written to, and of any version. Raises
    WriteError when the file exists or cannot be written.
    """

    def fill(connection: sqlite3.Connection) -> None:
        source.copy_to(connection)
        database = Database(connection)
        with database.transaction():
            database.journal.release()
        database.use_one_file()

    _write_new_file(path, fill)


def _write_new_file(path: Path, fill: Callable[[sqlite3.Connection], None]) -> None:
    if path.exists():
        raise WriteError(f"{path} exists already.", "Choose another name.")
    temporary = path.with_name(f".{path.name[:100]}.{secrets.token_hex(6)}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(temporary, isolation_level=None)
        try:
            fill(connection)
        finally:
            connection.close()
        # SQLite has synced the file with its last commit.
        temporary.replace(path)
    except (sqlite3.Error, OSError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise WriteError(
            f"{path} could not be written: {reason}.",
            "Check that the disk has room and that you may write to the folder.",
        ) from error
    finally:
        for leftover in (temporary, temporary.with_name(temporary.name + "-journal")):
            with suppress(OSError):
                leftover.unlink(missing_ok=True)


def _write_contents(database: Database, contents: ProjectContents) -> None:
    database.images.add(contents.images)
    database.documents.write_layers(contents.layers)
    database.documents.write_labels(contents.labels)
    for image_id, items in contents.annotations.items():
        database.documents.insert_annotations(image_id, items)
    database.documents.write_image_attributes(contents.image_attributes)
    for image_id, comments in contents.comments.items():
        database.documents.comments.insert(image_id, comments)
    database.documents.write_states(contents.states)
    for layer_id, records in contents.sources.items():
        database.images.write_source(layer_id, records)
    for key, value in contents.settings.items():
        database.session.write_setting(key, value)
