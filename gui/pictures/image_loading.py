"""Brings pictures to the canvas: a quick first one, then the full one, neighbours ahead.

Decoding happens in background threads. What was decoded is kept, newest use
last, within a memory budget.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from core.document.geometry import Size
from core.document.images import ImageRecord
from core.errors import MaskwrightError
from core.imaging.arrays import BgraImage, RgbImage, SampleImage
from core.imaging.pyramid import build_pyramid
from core.imaging.reading import content_digest, read_picture, read_reduced
from core.tasks.queue import Lane, Task, TaskContext, TaskHandle, TaskQueue

MEMORY_BUDGET_BYTES = 1_500_000_000
AHEAD = (1, 2, 3, -1)
AHEAD_AFTER_MS = 30
"""So long what is seen has the processor for itself; a key held down never decodes ahead."""
USUAL_BYTES = 200_000_000
"""Taken for the size of a picture of which nothing is known: one of 24 megapixels."""


@dataclass(frozen=True, slots=True, eq=False)
class LoadedImage:
    """A picture ready to be drawn; ``rgb`` is None while it is only a first, smaller one.

    ``size`` is that of the full picture, ``digest`` the hash of its file. ``samples``
    are the file's own values where they are deeper or more than eight bits of RGB.
    """

    image_id: int
    size: Size
    levels: tuple[BgraImage, ...]
    rgb: RgbImage | None = None
    digest: str = ""
    samples: SampleImage | None = None

    @property
    def byte_count(self) -> int:
        """Memory that it holds."""
        arrays = (*self.levels, self.rgb, self.samples)
        return sum(array.nbytes for array in arrays if array is not None)


class ImageLoader(QObject):
    """Loads the image that is wanted now, and those that are likely next."""

    loaded = Signal(object)
    """Carries a LoadedImage of the wanted image: first the preview, then the full one."""
    kept = Signal(object)
    """Carries every full LoadedImage as it comes in, those read ahead too."""
    failed = Signal(object, object)
    """Carries the ImageRecord and the MaskwrightError."""

    def __init__(self, root: Path, tasks: TaskQueue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._root = root
        self._tasks = tasks
        self._kept: OrderedDict[int, LoadedImage] = OrderedDict()
        self._ahead: dict[int, TaskHandle] = {}
        """What is being decoded ahead, by image."""
        self._wanted: int | None = None
        self._neighbours: Sequence[ImageRecord] = ()
        self._look_ahead = QTimer(self)
        self._look_ahead.setSingleShot(True)
        self._look_ahead.setInterval(AHEAD_AFTER_MS)
        self._look_ahead.timeout.connect(lambda: self._prefetch(self._neighbours))

    def show(self, image: ImageRecord, neighbours: Sequence[ImageRecord]) -> None:
        """Load an image for the screen; ``neighbours`` are decoded ahead, nearest first."""
        self._wanted = image.id
        kept = self._kept.get(image.id)
        if kept is not None:
            self._kept.move_to_end(image.id)
            self.loaded.emit(kept)
        else:
            if image.size is not None:
                self._make_room(_byte_count_of(image.size))
            self._load_wanted(image)
        self._neighbours = neighbours
        self._look_ahead.start()

    def get(self, image_id: int) -> LoadedImage | None:
        """The full picture if it is in memory."""
        return self._kept.get(image_id)

    def forget(self, image_id: int) -> None:
        """Drop a picture that has changed on the disk."""
        self._kept.pop(image_id, None)

    def _load_wanted(self, image: ImageRecord) -> None:
        path, is_underway = self._root / image.path, image.id in self._ahead

        def preview(context: TaskContext) -> LoadedImage | None:
            small = read_reduced(path)
            if small is None:
                # Decoded twice at once, a large picture would take twice the memory.
                return None if is_underway else _read_whole(image.id, path, context)
            context.check_cancelled()
            rgb, size = small
            return LoadedImage(image.id, size, build_pyramid(rgb))

        self._tasks.submit(
            Task("Open picture", Lane.INTERACTIVE, ("picture",), preview),
            lambda found: self._on_preview(image, found),
            lambda error: self._on_failed(image, error),
        )

    def _on_preview(self, image: ImageRecord, found: LoadedImage | None) -> None:
        if found is None or image.id in self._kept:
            return
        if self._wanted == image.id:
            self.loaded.emit(found)
        if found.rgb is not None:
            self._keep(found)
        elif self._wanted == image.id and image.id not in self._ahead:
            self._make_room(_byte_count_of(found.size))
            self._submit_full(image, Lane.INTERACTIVE, ("picture",))

    def _submit_full(self, image: ImageRecord, lane: Lane, key: tuple[object, ...]) -> TaskHandle:
        path = self._root / image.path

        def full(context: TaskContext) -> LoadedImage:
            return _read_whole(image.id, path, context)

        return self._tasks.submit(
            Task("Open picture", lane, key, full),
            lambda found: self._on_full(image, found),
            lambda error: self._on_failed(image, error),
        )

    def _on_full(self, image: ImageRecord, found: LoadedImage) -> None:
        self._ahead.pop(image.id, None)
        self._keep(found)
        if self._wanted == image.id:
            self.loaded.emit(found)

    def _on_failed(self, image: ImageRecord, error: MaskwrightError) -> None:
        self._ahead.pop(image.id, None)
        if self._wanted == image.id:
            self.failed.emit(image, error)
            self._prefetch(self._neighbours, USUAL_BYTES)

    def _prefetch(self, neighbours: Sequence[ImageRecord], likely: int = 0) -> None:
        ahead = self._within_budget(neighbours, likely)
        wanted = {image.id for image in ahead}
        for image_id in [key for key in self._ahead if key not in wanted | {self._wanted}]:
            self._ahead.pop(image_id).cancel()
        for image in ahead:
            if image.id not in self._kept and image.id not in self._ahead:
                key = ("picture ahead", image.id)
                self._ahead[image.id] = self._submit_full(image, Lane.PREFETCH, key)

    def _within_budget(self, neighbours: Sequence[ImageRecord], likely: int) -> list[ImageRecord]:
        """As many neighbours as fit beside the wanted picture; others would push it out.

        One of a size that nobody knows is taken for as large as the wanted picture,
        and waits until that is there.
        """
        shown = None if self._wanted is None else self._kept.get(self._wanted)
        taken = 0 if shown is None else shown.byte_count
        room = MEMORY_BUDGET_BYTES - taken
        fitting = []
        for image in neighbours:
            need = taken or likely if image.size is None else _byte_count_of(image.size)
            room -= need
            if room < 0 or not need:
                break
            fitting.append(image)
        return fitting

    def _keep(self, found: LoadedImage) -> None:
        self._kept[found.image_id] = found
        self._kept.move_to_end(found.image_id)
        while len(self._kept) > 1 and self._held_bytes() > MEMORY_BUDGET_BYTES:
            self._kept.popitem(last=False)
        self.kept.emit(found)
        if found.image_id == self._wanted:
            # Now it is known how much room it leaves.
            self._prefetch(self._neighbours)

    def _make_room(self, byte_count: int) -> None:
        """Let go of the oldest before a picture is decoded, so that both never add up."""
        while self._kept and self._held_bytes() + byte_count > MEMORY_BUDGET_BYTES:
            self._kept.popitem(last=False)

    def _held_bytes(self) -> int:
        return sum(image.byte_count for image in self._kept.values())


def _byte_count_of(size: Size) -> int:
    """Memory that a picture will take: colours, and a pyramid of a third more than its base."""
    return size.width * size.height * (3 + 16 // 3)


def _read_whole(image_id: int, path: Path, context: TaskContext) -> LoadedImage:
    picture = read_picture(path)
    context.check_cancelled()
    rgb = picture.rgb
    size = Size(rgb.shape[1], rgb.shape[0])
    levels = build_pyramid(rgb)
    return LoadedImage(image_id, size, levels, rgb, content_digest(path), picture.samples)
