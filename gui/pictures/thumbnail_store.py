"""Thumbnails of the image list: made in the background, kept, drawn anew after edits."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QColor, QIcon, QImage, QPixmap

from core.document.annotation import LayerRole
from core.document.document import ImageDocument
from core.document.history import HistoryEvent
from core.document.images import Dataset, ImageRecord
from core.errors import ReadError
from core.imaging.arrays import RgbImage
from core.imaging.thumbnails import Thumbnail, read_thumbnail
from core.project.project import Project
from core.tasks.queue import Lane, Task, TaskContext, TaskHandle, TaskQueue
from gui.pictures.thumbnail_drawing import with_objects
from gui.session import Session

WIDTH_PX, HEIGHT_PX = 64, 48
"""Logical pixels of a thumbnail."""
MOST_KEPT = 1500
MOST_WAITING = 40
"""A fast scroll asks for more than anybody will see: the oldest requests are called off."""
REDRAW_AFTER_MS = 300
SNAPSHOT_KEPT_S = 3.0


@dataclass(slots=True)
class _Entry:
    """What is shown for an image, and the plain thumbnail that objects are drawn over."""

    icon: QIcon
    plain: Thumbnail | None
    stale: bool = False


class ThumbnailStore(QObject):
    """Gives icons of images; one that is not there yet is made when it is asked for.

    Shown are one's own objects and those of every layer that is visible on the canvas.
    """

    ready = Signal(object)
    """Carries the id of an image whose icon is new."""

    def __init__(self, session: Session, tasks: TaskQueue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._tasks = tasks
        self._root = session.project.image_root
        self._snapshots = _Snapshots(session.project)
        self._entries: OrderedDict[int, _Entry] = OrderedDict()
        self._waiting: OrderedDict[int, TaskHandle] = OrderedDict()
        self._edited: OrderedDict[int, ImageDocument] = OrderedDict()
        self._blank = _blank_icon()
        self._touched: set[int] = set()
        self._redraw = QTimer(self)
        self._redraw.setSingleShot(True)
        self._redraw.setInterval(REDRAW_AFTER_MS)
        self._redraw.timeout.connect(self._announce_touched)
        self._let_go = QTimer(self)
        self._let_go.setSingleShot(True)
        self._let_go.setInterval(round(SNAPSHOT_KEPT_S * 1000))
        self._let_go.timeout.connect(self._snapshots.let_go)
        session.document_changed.connect(self._on_document_changed)
        session.closing.connect(self._close)
        session.visibility_changed.connect(self._all_stale)
        session.label_changed.connect(self._all_stale)

    def icon(self, image: ImageRecord) -> QIcon:
        """The icon of an image, a grey tile or the one before while it is being made."""
        entry = self._entries.get(image.id)
        if entry is None:
            self._ask(image, None)
            return self._blank
        self._entries.move_to_end(image.id)
        if entry.stale:
            self._ask(image, entry.plain)
        return entry.icon

    def forget(self, image_ids: Iterable[int]) -> None:
        """Make these from their files again, which have changed."""
        for image_id in image_ids:
            self._entries.pop(image_id, None)
            self.ready.emit(image_id)

    def _close(self) -> None:
        """Let go of the project's file, and of pictures while this is their own thread."""
        for timer in (self._redraw, self._let_go):
            timer.stop()
        self._snapshots.let_go()
        self._entries.clear()

    def _ask(self, image: ImageRecord, plain: Thumbnail | None) -> None:
        if image.id in self._waiting:
            return
        path, state, layers = self._root / image.path, self._session.state, self._shown_layers()
        document, snapshots = self._edited.get(image.id), self._snapshots
        ratio = 2 if _is_dense() else 1

        def run(context: TaskContext) -> tuple[Thumbnail, RgbImage]:
            small = plain or read_thumbnail(path, WIDTH_PX * ratio, HEIGHT_PX * ratio)
            context.check_cancelled()
            try:
                annotated = document or snapshots.document(image.id)
            except (ReadError, KeyError):
                return small, small.rgb
            return small, with_objects(small, annotated, state, layers)

        if (entry := self._entries.get(image.id)) is not None:
            entry.stale = False
        self._let_go.start()
        self._waiting[image.id] = self._tasks.submit(
            Task("Thumbnail", Lane.VISIBLE, ("thumbnail", image.id), run),
            lambda made: self._keep(image.id, _icon_of(made[1]), made[0]),
            lambda _error: self._keep(image.id, _icon_of(_cross()), None),
        )
        while len(self._waiting) > MOST_WAITING:
            called_off, handle = self._waiting.popitem(last=False)
            handle.cancel()
            if called_off in self._entries:
                self._entries[called_off].stale = True

    def _shown_layers(self) -> frozenset[int]:
        session = self._session
        return frozenset(
            layer.id
            for layer in session.state.layers.values()
            if layer.role is LayerRole.MINE or layer.id not in session.hidden_layers
        )

    def _keep(self, image_id: int, icon: QIcon, plain: Thumbnail | None) -> None:
        self._waiting.pop(image_id, None)
        before = self._entries.get(image_id)
        self._entries[image_id] = _Entry(icon, plain, before is not None and before.stale)
        self._entries.move_to_end(image_id)
        while len(self._entries) > MOST_KEPT:
            self._entries.popitem(last=False)
        self.ready.emit(image_id)

    def _on_document_changed(self, event: HistoryEvent) -> None:
        for image_id, document in event.documents.items():
            self._edited[image_id] = document
            self._edited.move_to_end(image_id)
        while len(self._edited) > MOST_WAITING:
            # Long saved: the next snapshot has it.
            self._edited.popitem(last=False)
        if event.change.labels or event.change.layers:
            self._all_stale()
            return
        self._touched.update(event.documents)
        self._redraw.start()

    def _announce_touched(self) -> None:
        """After a pause, so that a series of edits draws a thumbnail once."""
        touched, self._touched = self._touched, set()
        for image_id in touched:
            entry = self._entries.get(image_id)
            if entry is not None:
                entry.stale = True
                self.ready.emit(image_id)

    def _all_stale(self) -> None:
        self._touched.update(self._entries)
        self._redraw.start()


class _Snapshots:
    """One snapshot of the project for many thumbnails; from any thread.

    A snapshot holds a place in the file's history, so it is let go when nobody asks.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._lock = threading.Lock()
        self._held: Dataset | None = None
        self._made_at = 0.0

    def document(self, image_id: int) -> ImageDocument:
        """The objects of an image as they were saved moments ago."""
        with self._lock:
            now = time.monotonic()
            if self._held is None or now - self._made_at > SNAPSHOT_KEPT_S:
                self._held, self._made_at = self._project.snapshot(), now
            held = self._held
        return held.load(image_id)

    def let_go(self) -> None:
        """Hold nothing any more."""
        with self._lock:
            self._held = None


def _is_dense() -> bool:
    """Whether any screen has more than one physical pixel per logical one."""
    from PySide6.QtWidgets import QApplication

    application = QApplication.instance()
    return isinstance(application, QApplication) and application.devicePixelRatio() > 1.0


def _icon_of(rgb: RgbImage) -> QIcon:
    height, width = rgb.shape[:2]
    image = QImage(rgb.data, width, height, width * 3, QImage.Format.Format_RGB888)
    pixmap = QPixmap.fromImage(image.copy())
    pixmap.setDevicePixelRatio(width / WIDTH_PX)
    return QIcon(pixmap)


def _blank_icon() -> QIcon:
    pixmap = QPixmap(WIDTH_PX, HEIGHT_PX)
    pixmap.fill(QColor("#3a3a3a"))
    return QIcon(pixmap)


def _cross() -> RgbImage:
    """A grey tile with a red cross for a picture that cannot be read."""
    tile = np.full((HEIGHT_PX, WIDTH_PX, 3), 58, np.uint8)
    columns = np.arange(WIDTH_PX)
    rows = columns * HEIGHT_PX // WIDTH_PX
    tile[rows, columns] = tile[rows, -1 - columns] = (220, 80, 80)
    return tile
