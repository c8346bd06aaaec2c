"""Computes the region hierarchy of the picture on the screen in the background."""

from __future__ import annotations

from collections import OrderedDict

from PySide6.QtCore import QObject, Signal

from core.document.geometry import Size
from core.errors import MaskwrightError
from core.grouping import build_hierarchy
from core.grouping.browser import RegionBrowser
from core.tasks.queue import Lane, Task, TaskContext, TaskQueue
from gui.image_loading import LoadedImage

KEPT = 6


class RegionLoader(QObject):
    """Keeps the hierarchies of the images that were on the screen last."""

    ready = Signal(object, object)
    """Carries the image id and its RegionBrowser."""
    failed = Signal(object)

    def __init__(self, tasks: TaskQueue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._kept: OrderedDict[int, RegionBrowser] = OrderedDict()

    def get(self, image_id: int) -> RegionBrowser | None:
        """The regions of an image if they were computed."""
        return self._kept.get(image_id)

    def forget(self, image_id: int) -> None:
        """Drop the regions of a picture that has changed on the disk."""
        self._kept.pop(image_id, None)

    def request(self, image: LoadedImage) -> None:
        """Compute the regions of a full picture, unless they are there."""
        kept = self._kept.get(image.image_id)
        if kept is not None:
            self.ready.emit(image.image_id, kept)
            return
        rgb = image.rgb
        if rgb is None:
            return

        def compute(context: TaskContext) -> RegionBrowser:
            hierarchy = build_hierarchy(
                rgb,
                progress=lambda share: context.progress(share, "Regions"),
                cancelled=lambda: context.cancelled,
            )
            return RegionBrowser(hierarchy, Size(rgb.shape[1], rgb.shape[0]), rgb)

        self._tasks.submit(
            Task("Regions", Lane.INTERACTIVE, ("regions",), compute),
            lambda browser: self._on_ready(image.image_id, browser),
            self._on_failed,
        )

    def _on_ready(self, image_id: int, browser: RegionBrowser) -> None:
        self._kept[image_id] = browser
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        self.ready.emit(image_id, browser)

    def _on_failed(self, error: MaskwrightError) -> None:
        self.failed.emit(error)
