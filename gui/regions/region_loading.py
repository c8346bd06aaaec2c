"""Computes the regions of the picture on the screen in the background, and of the next ones.

What was computed is kept in memory, and in the project by the content of the
picture, so that coming back costs a few milliseconds.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from core.errors import MaskwrightError
from core.grouping.browser import RegionBrowser
from core.grouping.build import STORED_PIXELS, enlarged, wants_enlarging
from core.grouping.hierarchy import Hierarchy
from core.grouping.leaves import ComputeImagePart
from core.grouping.selection import RegionSelector
from core.grouping.storage import from_bytes, to_bytes
from core.grouping.superpixel_methods import build_superpixel_hierarchy
from core.imaging.arrays import RgbImage
from core.tasks.queue import Lane, Task, TaskContext, TaskHandle, TaskQueue
from gui.pictures.image_loading import LoadedImage
from gui.regions.image_regions import ImageRegions, RegionChoice

KEPT = 8
MEMORY_BUDGET_BYTES = 600_000_000
AHEAD = 2
SHARPEN_AFTER_MS = 40
FIRST_PIXELS = 2_000_000
"""So large are labels at most that a person waits for; finer ones follow."""


@dataclass(frozen=True, slots=True, eq=False)
class _Built:
    """What a task brings back: the regions, their record if it is new, whether more follows."""

    browser: RegionBrowser
    record: bytes | None
    final: bool


class RegionCache(Protocol):
    """Where regions are kept between sessions; a project is one."""

    def cached_regions(self, key: str) -> bytes | None:
        """What was kept; called from any thread."""

    def cache_regions(self, key: str, record: bytes) -> None:
        """Keep something."""


class RegionLoader(QObject):
    """Keeps the regions of the images that were on the screen last."""

    ready = Signal(object, object)
    """Carries the image id and its RegionBrowser."""
    combined = Signal(object)
    """Boxes and scribbles can be answered on this image id from now on."""
    sharpened = Signal()
    """The borders of a region that is shown are known exactly now."""
    choice_changed = Signal()
    failed = Signal(object)

    def __init__(
        self,
        tasks: TaskQueue,
        parent: QObject | None = None,
        cache: RegionCache | None = None,
        image_part: ComputeImagePart | None = None,
    ) -> None:
        """``image_part`` is asked first for what looks at pixels: the engine with a GPU."""
        super().__init__(parent)
        self.image_part = image_part
        self._tasks = tasks
        self._cache = cache
        self._choice = RegionChoice()
        self._kept: OrderedDict[int, ImageRegions] = OrderedDict()
        self._ahead: tuple[int, ...] = ()
        self._handles: dict[int, TaskHandle] = {}
        self._image: LoadedImage | None = None
        self._blurred: tuple[RegionBrowser, int] | None = None
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(SHARPEN_AFTER_MS)
        self._rest.timeout.connect(self._sharpen)

    @property
    def choice(self) -> RegionChoice:
        """Which regions are made."""
        return self._choice

    def choose(self, choice: RegionChoice) -> None:
        """Make other regions from now on, of the picture on the screen at once."""
        if choice == self._choice:
            return
        self._choice = choice
        for handle in self._handles.values():
            handle.cancel()
        self._handles.clear()
        self._kept.clear()
        self.choice_changed.emit()
        if self._image is not None:
            self.request(self._image)

    def get(self, image_id: int) -> RegionBrowser | None:
        """The regions of an image if they were computed."""
        kept = self._kept.get(image_id)
        return None if kept is None else kept.browser

    def source(self, image_id: int) -> ImageRegions | None:
        """The regions of an image as tools ask for them."""
        return self._kept.get(image_id)

    def forget(self, image_id: int) -> None:
        """Drop the regions of a picture that has changed on the disk."""
        self._kept.pop(image_id, None)

    def request(self, image: LoadedImage) -> None:
        """Compute the regions of the full picture on the screen, unless they are there."""
        if image.rgb is None:
            return
        self._image = image
        kept = self._kept.get(image.image_id)
        if kept is not None:
            self._kept.move_to_end(image.image_id)
            if not kept.final:
                self._finish(image, kept)
            self.ready.emit(image.image_id, kept.browser)
            self._combine(image.image_id, kept)
            return
        ahead = self._handles.get(image.image_id)
        if ahead is not None:
            if any(status.id == ahead.id for status in self._tasks.running()):
                return  # begun ahead of time, so it is there sooner than anew
            ahead.cancel()
        self._handles.pop(image.image_id, None)
        self._submit(image, Lane.INTERACTIVE, ("regions",))

    def look_ahead(self, image_ids: Sequence[int]) -> None:
        """Say which images come next; their regions follow once their pictures are read."""
        self._ahead = tuple(image_ids[:AHEAD])
        wanted = {*self._ahead, None if self._image is None else self._image.image_id}
        for image_id in [key for key in self._handles if key not in wanted]:
            self._handles.pop(image_id).cancel()

    def prepare(self, image: LoadedImage) -> None:
        """A picture was read: compute its regions if it is one of the next."""
        image_id = image.image_id
        wanted = image_id in self._ahead and image.rgb is not None
        if wanted and image_id not in self._kept and image_id not in self._handles:
            key = ("regions ahead", image_id)
            self._handles[image_id] = self._submit(image, Lane.PREFETCH, key)

    def replace(self, image_id: int, browser: RegionBrowser, digest: str, record: bytes) -> None:
        """Take over regions that a person has changed, and keep them."""
        regions = ImageRegions(browser, self._choice)
        if self._cache is not None and digest:
            self._cache.cache_regions(self._choice.key(digest), record)
        self._keep(image_id, regions)

    def _submit(self, image: LoadedImage, lane: Lane, key: tuple[object, ...]) -> TaskHandle:
        choice, cache, rgb = self._choice, self._cache, image.rgb
        elsewhere = self.image_part
        assert rgb is not None  # noqa: S101 - said by the callers
        is_kept = cache is not None and image.digest != ""
        # Who waits for it gets a first tree soon; what is made ahead is made whole.
        pixels = FIRST_PIXELS if lane is Lane.INTERACTIVE else STORED_PIXELS

        def compute(context: TaskContext) -> _Built:
            kept = cache.cached_regions(choice.key(image.digest)) if cache and is_kept else None
            tree = None if kept is None else from_bytes(kept)
            is_new = tree is None
            if tree is None:
                tree = _tree(rgb, choice, pixels, elsewhere, context)
            final = not wants_enlarging(tree, (rgb.shape[0], rgb.shape[1]))
            check = context.check_cancelled
            record = to_bytes(tree, check) if is_new and final and is_kept else None
            check()
            return _Built(RegionBrowser(tree, image.size, rgb), record, final)

        return self._tasks.submit(
            Task("Regions", lane, key, compute),
            lambda built: self._on_built(image, choice, built),
            self._on_failed,
        )

    def _on_built(self, image: LoadedImage, choice: RegionChoice, built: _Built) -> None:
        self._handles.pop(image.image_id, None)
        if choice != self._choice:
            return
        if built.record is not None and self._cache is not None:
            self._cache.cache_regions(choice.key(image.digest), built.record)
        regions = ImageRegions(built.browser, choice, final=built.final)
        self._keep(image.image_id, regions)
        if not built.final:
            self._finish(image, regions)

    def _finish(self, image: LoadedImage, regions: ImageRegions) -> None:
        """Enlarge the labels of a first tree, unless another one has come in between."""
        rgb = image.rgb
        assert rgb is not None  # noqa: S101 - there was a tree of it

        def finish(context: TaskContext) -> _Built:
            tree = enlarged(regions.browser.hierarchy, rgb, cancelled=lambda: context.cancelled)
            record = to_bytes(tree, context.check_cancelled)
            return _Built(RegionBrowser(tree, image.size, rgb), record, final=True)

        def done(built: _Built) -> None:
            if self._kept.get(image.image_id) is regions:
                self._on_built(image, regions.choice, built)

        self._tasks.submit(
            Task("Regions, finer", Lane.INTERACTIVE, ("regions, finer",), finish),
            done,
            self._on_failed,
        )

    def _keep(self, image_id: int, regions: ImageRegions) -> None:
        regions.blurred = partial(self._on_blurred, regions.browser)
        self._kept[image_id] = regions
        self._kept.move_to_end(image_id)
        while len(self._kept) > 1 and self._is_too_much():
            self._kept.popitem(last=False)
        if self._image is not None and self._image.image_id == image_id:
            self.ready.emit(image_id, regions.browser)
            self._combine(image_id, regions)

    def _on_blurred(self, browser: RegionBrowser, node: int) -> None:
        self._blurred = browser, node
        self._rest.start()

    def _sharpen(self) -> None:
        """The pointer rests on a region: move its borders onto the edges of the full picture."""
        if self._blurred is None:
            return
        browser, node = self._blurred
        self._tasks.submit(
            Task(
                "Borders of a region",
                Lane.INTERACTIVE,
                ("borders",),
                lambda context: browser.region(node, context.check_cancelled),
            ),
            lambda _mask: self.sharpened.emit(),
            self._on_failed,
        )

    def _is_too_much(self) -> bool:
        held = sum(regions.byte_count for regions in self._kept.values())
        return len(self._kept) > KEPT or held > MEMORY_BUDGET_BYTES

    def _combine(self, image_id: int, regions: ImageRegions) -> None:
        """Prepare the answers to boxes and scribbles, for the picture on the screen only."""
        if regions.selector is not None or not regions.final:
            return
        self._tasks.submit(
            Task(
                "Combinations of regions",
                Lane.PREFETCH,
                ("region combinations",),
                lambda context: RegionSelector.of(regions.browser, context.check_cancelled),
            ),
            lambda selector: self._on_combined(image_id, regions, selector),
            self._on_failed,
        )

    def _on_combined(self, image_id: int, regions: ImageRegions, selector: RegionSelector) -> None:
        regions.selector = selector
        self.combined.emit(image_id)

    def _on_failed(self, error: MaskwrightError) -> None:
        self.failed.emit(error)


def _tree(
    rgb: RgbImage,
    choice: RegionChoice,
    pixels: int,
    image_part: ComputeImagePart | None,
    context: TaskContext,
) -> Hierarchy:
    return build_superpixel_hierarchy(
        rgb,
        choice.count or 1,
        method=choice.method,
        image_part=image_part,
        stored_pixels=pixels,
        progress=lambda share: context.progress(share, "Regions"),
        cancelled=lambda: context.cancelled,
    )
