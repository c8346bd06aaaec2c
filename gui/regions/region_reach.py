"""How well the regions can say the selected object: measured when either changes."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from core.document.geometry import Keypoints, Scribble
from core.document.mask import Mask
from core.grouping.snapping import Reach, reach
from core.imaging.rasterise import rasterise
from core.tasks.queue import Lane, Task, TaskContext, TaskQueue
from gui.regions.region_loading import RegionLoader
from gui.session import Session


class RegionReach(QObject):
    """Measures in the background; the newest question wins."""

    measured = Signal(object)
    """Carries the Reach of the selected object, None when there is nothing to measure."""

    def __init__(
        self,
        session: Session,
        regions: RegionLoader,
        tasks: TaskQueue,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._regions = regions
        self._tasks = tasks
        self._asked: tuple[object, object] | None = None
        session.selection_changed.connect(self.measure)
        session.document_changed.connect(lambda _event: self.measure())
        regions.ready.connect(lambda *_: self.measure())

    def selected_mask(self) -> Mask | None:
        """The pixels of the one selected object that has an area."""
        chosen = self._session.selected()
        document = self._session.document
        if len(chosen) != 1 or document is None:
            return None
        geometry = chosen[0].geometry
        if isinstance(geometry, Keypoints | Scribble):
            return None
        try:
            mask = rasterise(geometry, document.size)
        except ValueError:
            return None
        return None if mask.is_empty else mask

    def measure(self) -> None:
        """Ask anew what the regions can reach of the selected object."""
        image = self._session.image
        browser = None if image is None else self._regions.get(image.id)
        chosen = self._session.selected()
        if browser is None or len(chosen) != 1:
            self._asked = None
            self.measured.emit(None)
            return
        asked = (browser, chosen[0].geometry)
        known = self._asked
        if known is not None and known[0] is browser and known[1] is asked[1]:
            return
        mask = self.selected_mask()
        self._asked = asked
        if mask is None:
            self.measured.emit(None)
            return

        def run(context: TaskContext) -> Reach:
            return reach(mask, browser, context.check_cancelled)

        def done(found: Reach) -> None:
            if self._asked is asked:
                self.measured.emit(found)

        self._tasks.submit(Task("Reach of regions", Lane.INTERACTIVE, ("reach",), run), done)
