"""A project: its images, its history, and the file in which all of it is safe."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from core.document.annotation import LayerRole
from core.document.document import ImageDocument
from core.document.geometry import Size
from core.document.history import History
from core.document.images import Dataset, ImageRecord
from core.errors import ReadError, WriteError
from core.formats.dataset import ImportedDataset, SourceRecords
from core.imaging.reading import probe_image
from core.project import creation, locations
from core.project.exports import EXPORTS, folders_of_exports, with_exports
from core.project.image_table import ImageTable
from core.project.importing import LayerImport, prepare_layer
from core.project.inspection import FileFaults, inspect_file
from core.project.operations import (
    AddImages,
    SaveDraft,
    SaveImageFacts,
    SaveProposals,
    SaveSetting,
    SaveSource,
)
from core.project.project_file import (
    ProjectFile,
    leave,
    open_preview_file,
    open_project_file,
)
from core.project.records import DraftRow, FileStamp, ImageFacts
from core.project.rescan import RescanReport, rescan
from core.project.snapshot import SnapshotLoader
from core.project.source_records import LayerSource
from core.project.sql.connection import connect
from core.project.sql.database import Database, damage_in_words
from core.project.store import ProjectStore

_REGIONS = "regions/"
"""Begins the keys of regions in the cache that they share with proposals."""


class Project:
    """An open project. Edits go through ``history``, on one thread; each is saved at once.

    What is written waits in memory (``pending``) until one writer thread has
    committed it. Of a project that is ``read_only`` the history refuses changes
    with a WriteError; drafts, settings and what is learnt about images are then
    kept in memory only.
    """

    def __init__(self, file: ProjectFile, author: str) -> None:
        with damage_in_words():
            stored = file.reader.read_project()
            drafts = file.reader.session.read_drafts()
        self._file = file
        self._settings = stored.settings
        self._images = ImageTable(stored.images)
        # Two rescans at once would both add the same new images.
        self._rescanning = threading.Lock()
        self._image_root = locations.find_image_root(file.path, stored.settings)
        self._draft: DraftRow | None = next(iter(drafts.values()), None)
        self._store = ProjectStore(file, stored, author, self.size_of)

    @classmethod
    def open(cls, path: Path, *, author: str) -> Project:
        """Open a project file; ``notices`` then says what a person should know.

        Raises ReadError when it is missing, no project, too new or damaged.
        """
        file = open_project_file(path)
        try:
            return cls(file, author)
        except ReadError:
            leave(file, file.generation)
            raise

    @classmethod
    def open_preview(cls, preview: Path, path: Path, *, author: str) -> Project:
        """Show the beginnings of a project that is still being written at ``path``.

        It is read only; ``preview``, in a folder of its own, is removed when it
        is closed. Raises ReadError.
        """
        return cls(open_preview_file(preview, path), author)

    @property
    def is_preview(self) -> bool:
        """Whether the project itself is still being written, and only its beginnings are shown."""
        return self._file.is_preview

    @classmethod
    def create(
        cls, path: Path, image_root: Path, image_paths: Iterable[str], *, author: str
    ) -> Project:
        """Make a project of images, given relative to ``image_root`` (POSIX), and open it.

        Raises WriteError when the file exists or cannot be written.
        """
        creation.write_project(path, image_root, creation.plain_contents(image_paths, author))
        return cls.open(path, author=author)

    @property
    def path(self) -> Path:
        """The project file."""
        return self._file.path

    @property
    def history(self) -> History:
        """The door through which the project changes; used on one thread."""
        return self._store.history

    @property
    def read_only(self) -> bool:
        """Whether nothing can be changed."""
        return self._store.read_only

    @property
    def notices(self) -> tuple[str, ...]:
        """Sentences to show: in use elsewhere, not writable, ended badly, images gone."""
        return (*self._file.notices, *locations.missing_root_notice(self._image_root))

    @property
    def images(self) -> ImageTable:
        """All images in order, with ``by_id`` and ``place_of``."""
        return self._images

    @property
    def image_root(self) -> Path:
        """The folder that the images' paths start from."""
        return self._image_root

    def image_path(self, image: ImageRecord) -> Path:
        """Where the image's file is."""
        return self._image_root / image.path

    # Saving.

    @property
    def pending(self) -> int:
        """Number of writes that are not committed yet."""
        return self._store.pending

    @property
    def failure(self) -> WriteError | None:
        """Why the last write failed, while it is tried again; None when all is well."""
        return self._store.failure

    @property
    def on_saved(self) -> Callable[[], None]:
        """Called on the writer's thread after every commit."""
        return self._store.on_saved

    @on_saved.setter
    def on_saved(self, call: Callable[[], None]) -> None:
        self._store.on_saved = call

    @property
    def on_write_failed(self) -> Callable[[WriteError], None]:
        """Called on the writer's thread when a commit failed; what waits stays in memory."""
        return self._store.on_write_failed

    @on_write_failed.setter
    def on_write_failed(self, call: Callable[[WriteError], None]) -> None:
        self._store.on_write_failed = call

    def together(self) -> AbstractContextManager[None]:
        """Commit what is done inside in one transaction, such as a change and its draft's end."""
        return self._store.together()

    def wait_until_saved(self, timeout_s: float = 10.0) -> bool:
        """Wait until nothing is pending; False when writing fails or takes longer."""
        return self._store.drain(timeout_s)

    def close(self, *, give_up_unsaved: bool = False, timeout_s: float = 30.0) -> None:
        """Save what is pending and close the file.

        Raises WriteError, and stays open, when that fails; ``give_up_unsaved``
        closes all the same.
        """
        if not self.wait_until_saved(timeout_s) and not give_up_unsaved:
            raise self.failure or WriteError(
                "The last edits are still being saved.", "Wait a moment and try again."
            )
        self._store.close()

    def save_copy(self, path: Path) -> None:
        """Write all of the project as it is now, also what could not be saved, to another file.

        From any thread, while it is being edited. Raises WriteError when the
        file exists or cannot be written.
        """
        with self._store.frozen():
            position, waiting = self._store.position, self._store.unsaved_operations()
            source = Database(connect(self._file.read_from, self._file.access))
            source.pin()
        try:
            creation.write_copy(source, path, self._image_root, waiting, position)
        finally:
            source.close()

    @property
    def position(self) -> int:
        """Number of changes in force; tells whether something lies before or after them."""
        return self._store.position

    # Drafts, settings, cached proposals.

    def save_draft(self, draft: DraftRow | None) -> None:
        """Keep the one unfinished drawing, or None when it was finished or dropped."""
        if draft is not None or self._draft is not None:
            self._draft = draft
            self._store.submit(SaveDraft(draft))

    def load_draft(self, image_id: int | None = None) -> DraftRow | None:
        """The unfinished drawing on an image, or on any image when none is named."""
        draft = self._draft
        return draft if draft is not None and image_id in (None, draft.image_id) else None

    def setting(self, key: str) -> str | None:
        """A setting that belongs to the project."""
        return self._settings.get(key)

    def set_setting(self, key: str, value: str) -> None:
        """Keep a setting that belongs to the project."""
        if self._settings.get(key) != value:
            self._settings[key] = value
            self._store.submit(SaveSetting(key, value))

    def cached_proposals(self, key: str) -> bytes | None:
        """What was cached for this key, once it is saved and while there is room for it."""
        return self._store.read(lambda database: database.session.read_proposals(key))

    def cached_proposals_of(self, prefix: str) -> list[bytes]:
        """All that was cached under keys with a prefix that ends with a colon, oldest first."""
        return self._store.read(lambda database: database.session.read_proposals_of(prefix))

    def has_cached_proposals(self) -> bool:
        """Whether proposals, and not only regions, are kept for any image."""
        return self._store.read(lambda database: database.session.has_proposals_beside(_REGIONS))

    def cache_proposals(self, key: str, record: bytes) -> None:
        """Keep the result of a model; the oldest ones go when there are too many."""
        self._store.submit(SaveProposals(key, record))

    def cached_regions(self, key: str) -> bytes | None:
        """The regions of an image that were kept for this key; from any thread."""
        return self.cached_proposals(_REGIONS + key)

    def cache_regions(self, key: str, record: bytes) -> None:
        """Keep the regions of an image; they share the room of the cached proposals."""
        self.cache_proposals(_REGIONS + key, record)

    # Images.

    def record_image(self, image_id: int, size: Size, digest: str | None = None) -> bool:
        """Keep size and content hash of an image that was read; from any thread.

        Returns whether the size differs from the one known before: then the
        document has to be released from the history and loaded again.
        """
        known = self._images.by_id(image_id)
        if known.size == size and digest in (None, known.digest):
            return False
        facts = ImageFacts(image_id, size, digest, self._stamp(known))
        self._images.record(facts)
        self._store.submit(SaveImageFacts(facts))
        return known.size is not None and known.size != size

    def note_exports(self, folders: Iterable[Path]) -> None:
        """Remember folders of exports: a rescan takes no pictures from them for images."""
        paths = self._images.paths()
        self.set_setting(
            EXPORTS, with_exports(self.setting(EXPORTS), folders, self._image_root, paths)
        )

    def rescan(self) -> RescanReport:
        """Look which image files are new, missing or changed; not on the GUI's thread.

        Raises ReadError when the folder of the images is gone.
        """
        with self._rescanning:
            return self._rescan()

    def _rescan(self) -> RescanReport:
        stamps = self._store.read(lambda database: database.images.read_stamps())
        grows = self.setting(locations.SOURCE) in (None, locations.FOLDER_OF_IMAGES)
        exports = folders_of_exports(self.setting(EXPORTS))
        result = rescan(self._image_root, self._images, stamps, grows=grows, exports=exports)
        self._images.add(result.added)
        for facts in result.facts:
            self._images.record(facts)
        if result.added:
            self._store.submit(AddImages(result.added))
        self._store.submit(*map(SaveImageFacts, result.facts))
        return result.report

    def move_image_root(self, folder: Path) -> None:
        """The images are in another folder now."""
        self._image_root = folder.resolve()
        for key, value in locations.image_root_settings(self.path, folder).items():
            self.set_setting(key, value)

    def size_of(self, image_id: int) -> Size:
        """The image's size, read from its header when it is not known yet; raises ReadError."""
        image = self._images.by_id(image_id)
        if image.size is not None:
            return image.size
        size = probe_image(self.image_path(image))
        self.record_image(image_id, size)
        return size

    def _stamp(self, image: ImageRecord) -> FileStamp | None:
        try:
            return FileStamp.of(self.image_path(image))
        except OSError:
            return None

    # Reading the whole.

    def snapshot(self) -> Dataset:
        """All of the project as it is now; from any thread, and usable on any."""
        images = self._images.copy()
        with self._store.frozen() as (state, unsaved):
            loader = SnapshotLoader(
                self._file.read_from, self._file.access, self._image_root, images, unsaved
            )
        return Dataset(self._image_root, tuple(images), state, loader)

    def load_ahead(self, image_ids: Iterable[int]) -> Mapping[int, ImageDocument]:
        """Documents for ``history.adopt``, so that a step of many images waits for no file.

        From any thread; raises ReadError.
        """
        return {image_id: self._store.load(image_id) for image_id in image_ids}

    def images_with_label(self, label_id: int) -> tuple[int, ...]:
        """Ids of the images on which a label is used, in any layer."""
        return self._store.images_with(
            lambda database: database.documents.images_with_label(label_id),
            lambda item: item.label_id == label_id,
        )

    def images_with_layer(self, layer_id: int) -> tuple[int, ...]:
        """Ids of the images on which a layer holds something."""
        return self._store.images_with(
            lambda database: database.documents.images_with_layer(layer_id),
            lambda item: item.layer_id == layer_id,
        )

    def images_with_comments(self) -> tuple[int, ...]:
        """Ids of the images on which somebody has said something."""
        return self._store.images_with_comments()

    def source_records(self, layer_id: int) -> SourceRecords:
        """The records of the file that a layer came from; empty when it came from none."""
        stored = self._store.read(lambda database: database.images.read_source(layer_id))
        return LayerSource.read(stored, self.history.state.layers.get(layer_id))

    def import_layer(
        self, imported: ImportedDataset, role: LayerRole, name: str, source: str = ""
    ) -> LayerImport:
        """Prepare a layer of what was read from a file, on any thread.

        Apply the result's ``change`` to the history to have the layer.
        """
        return prepare_layer(self, imported, role, name, source)

    def source_layer_ids(self) -> frozenset[int]:
        """Layers that records of a file are kept of, deleted ones too."""
        return frozenset(self._store.read(lambda database: database.images.source_layers()))

    def keep_source(self, source: LayerSource) -> None:
        """Keep the records of the file that a layer is about to come from."""
        self._store.submit(SaveSource(source.layer_id, source.records))

    def inspect(self) -> FileFaults:
        """What is wrong with the file itself; takes seconds, from any thread."""
        return inspect_file(self._file.read_from, self._file.access)
