"""Says of the current proposal whether snapping it to the regions would help."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from core.document.mask import Mask
from core.grouping.agreement import is_improved
from core.grouping.browser import RegionBrowser
from core.grouping.color import RgbImage
from core.tasks.queue import Lane, Task, TaskQueue
from gui.pictures.image_loading import LoadedImage
from gui.proposals.proposal_deck import ProposalDeck
from gui.regions.region_loading import RegionLoader
from gui.regions.snap_commands import snapped_mask


@dataclass(frozen=True, slots=True, eq=False)
class _Subject:
    """A mask that may be snapped, and what that depends on."""

    raw: Mask
    browser: RegionBrowser
    rgb: RgbImage

    def is_same(self, other: _Subject | None) -> bool:
        return other is not None and self.raw is other.raw and self.browser is other.browser

    def would_gain(self) -> bool:
        """On any thread: a browser belongs to one, so a new one is made."""
        browser = RegionBrowser(self.browser.hierarchy, self.browser.size, self.rgb)
        found = snapped_mask(self.raw, browser)
        return found is not None and found != self.raw and is_improved(self.raw, found, self.rgb)


class SnapOffers(QObject):
    """Looks in the background whenever another proposal, or another shape of it, is current."""

    changed = Signal(bool)
    """Carries whether snapping is offered now."""

    def __init__(
        self,
        deck: ProposalDeck,
        regions: RegionLoader,
        picture: Callable[[], LoadedImage | None],
        tasks: TaskQueue,
        parent: QObject | None = None,
    ) -> None:
        """``picture`` gives the full picture on the screen, None while it is on its way."""
        super().__init__(parent)
        self._deck = deck
        self._regions = regions
        self._picture = picture
        self._tasks = tasks
        self._subject: _Subject | None = None
        self.is_offered = False
        deck.current_changed.connect(self._look)
        deck.changed.connect(self._look)
        regions.ready.connect(lambda *_: self._look())

    def _look(self) -> None:
        subject = self._current()
        if subject is None:
            self._subject = None
            self._offer(False)
        elif not subject.is_same(self._subject):
            self._subject = subject
            self._offer(False)
            task = Task(
                "Look whether snapping helps",
                Lane.INTERACTIVE,
                ("snap offer",),
                lambda _context: subject.would_gain(),
            )
            self._tasks.submit(task, lambda gains: self._take(subject, gains))

    def _take(self, subject: _Subject, gains: bool) -> None:
        if subject is self._subject:
            self._offer(gains)

    def _current(self) -> _Subject | None:
        picture, item = self._picture(), self._deck.current
        if picture is None or picture.rgb is None or item is None:
            return None
        browser, raw = self._regions.get(picture.image_id), item.proposal.geometry
        if browser is None or not isinstance(raw, Mask):
            return None
        return _Subject(raw, browser, picture.rgb)

    def _offer(self, offered: bool) -> None:
        if offered != self.is_offered:
            self.is_offered = offered
            self.changed.emit(offered)
