"""Says of the current proposal whether snapping it to the regions would help."""

from __future__ import annotations

import threading
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
        return self.is_on_same_regions(other) and other is not None and self.raw is other.raw

    def is_on_same_regions(self, other: _Subject | None) -> bool:
        return other is not None and self.browser is other.browser


class _BackgroundBrowser:
    """A browser of the same regions for background threads, one of them at a time.

    The window's own belongs to its thread; for a large picture making another takes
    long, so it is kept while the regions are the same.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._subject: _Subject | None = None
        self._browser: RegionBrowser | None = None

    def would_gain(self, subject: _Subject) -> bool:
        """Whether snapping is likely to make a mask better."""
        with self._lock:
            if self._browser is None or not subject.is_on_same_regions(self._subject):
                regions = subject.browser
                self._browser = RegionBrowser(regions.hierarchy, regions.size, subject.rgb)
            self._subject = subject
            found = snapped_mask(subject.raw, self._browser)
        raw = subject.raw
        return found is not None and found != raw and is_improved(raw, found, subject.rgb)


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
        self._background = _BackgroundBrowser()
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
                lambda _context: self._background.would_gain(subject),
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
