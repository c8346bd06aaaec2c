"""Asking for proposals and deciding on them."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

from PySide6.QtCore import QObject

from core.grouping.region_proposals import proposals as region_proposals
from core.models.proposal import Proposal, ProposalKey, ProposalSet
from core.tasks.queue import Lane, Task, TaskContext, TaskQueue
from gui.canvas.canvas import Canvas
from gui.counting import counted
from gui.deck_items import DeckItem, predictions_as_proposals
from gui.image_loading import LoadedImage
from gui.model_runs import ModelRuns
from gui.proposal_deck import ProposalDeck
from gui.region_loading import RegionLoader
from gui.session import Session
from gui.tool_host import ToolHost
from gui.tools.events import PointerEvent, PointerKind, ToolEvent

REGIONS_SOURCE = "regions"
PREDICTIONS_SOURCE = "predictions"


class ProposalCommands(QObject):
    """Runs what proposes, and carries out what people decide.

    ``picture`` gives the full picture on the screen, None while it is on its way.
    """

    def __init__(
        self,
        session: Session,
        deck: ProposalDeck,
        regions: RegionLoader,
        runs: ModelRuns,
        tools: ToolHost,
        tasks: TaskQueue,
        canvas: Canvas,
        picture: Callable[[], LoadedImage | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._deck = deck
        self._regions = regions
        self._runs = runs
        self._tools = tools
        self._tasks = tasks
        self._picture = picture
        runs.finished.connect(deck.put)
        canvas.tool_event.connect(self._point_at)

    def propose(self, source: str) -> None:
        """Ask a model, the regions or a prediction layer for proposals on this image."""
        image = self._picture()
        if image is None or image.rgb is None:
            self._session.message_posted.emit("The picture is still being opened; try again.")
        elif source == REGIONS_SOURCE:
            self._propose_regions(image)
        elif source == PREDICTIONS_SOURCE:
            self._propose_predictions(image)
        else:
            self._runs.start(source, image)

    def accept_current(self) -> None:
        """Accept the candidate that is pointed at, the best one when none is."""
        item = self._current_item()
        if item is not None:
            self._deck.accept((item,))

    def reject_current(self) -> None:
        """Reject the candidate that is pointed at."""
        item = self._current_item()
        if item is not None:
            self._deck.reject((item,))

    def fix_current(self) -> None:
        """Accept the candidate and paint on it."""
        item = self._current_item()
        if item is not None:
            ids = self._deck.accept((item,))
            self._tools.use("brush")
            self._session.select(frozenset(ids))

    def accept_all(self) -> None:
        """Accept every candidate above the score as one step."""
        items = self._deck.items()
        if items:
            self._deck.accept(items)
            self._session.message_posted.emit(
                f"{counted(len(items), 'proposal')} accepted. Ctrl+Z undoes it."
            )
        else:
            self._session.message_posted.emit("There is no proposal above the score.")

    def walk(self, steps: int) -> None:
        """Point at the next or previous candidate and bring it into view."""
        item = self._deck.walk(steps)
        if item is None:
            self._session.message_posted.emit("There is no proposal above the score.")

    def _current_item(self) -> DeckItem | None:
        item = self._deck.current
        if item is None:
            items = self._deck.items()
            item = items[0] if items else None
        if item is None:
            self._session.message_posted.emit("There is no proposal above the score.")
        return item

    def _propose_regions(self, image: LoadedImage) -> None:
        browser = self._regions.get(image.image_id)
        if browser is None:
            self._regions.request(image)
            self._session.message_posted.emit(
                "The regions are being computed; try again in a moment."
            )
            return

        def run(_context: TaskContext) -> tuple[Proposal, ...]:
            return region_proposals(browser.hierarchy, browser.size)

        self._tasks.submit(
            Task("Region proposals", Lane.INTERACTIVE, ("region proposals",), run),
            lambda found: self._put(image, REGIONS_SOURCE, found),
            self._session.error_raised.emit,
        )

    def _propose_predictions(self, image: LoadedImage) -> None:
        found = predictions_as_proposals(self._session)
        if not found:
            self._session.message_posted.emit(
                "There is no prediction layer; import one from the File menu."
            )
        for name, proposals in found.items():
            self._put(image, name, proposals)

    def _put(self, image: LoadedImage, model: str, proposals: tuple[Proposal, ...]) -> None:
        key = ProposalKey(image.digest, model, "", MappingProxyType({}))
        ranked = tuple(sorted(proposals, key=lambda item: -item.score))
        self._deck.put(image.image_id, ProposalSet(key, image.size, ranked))

    def _point_at(self, event: ToolEvent) -> None:
        """A click with the select tool where no object lies points at the candidate there."""
        pressed = isinstance(event, PointerEvent) and event.kind is PointerKind.PRESS
        if pressed and self._tools.active.name == "select" and not self._session.selection:
            assert isinstance(event, PointerEvent)  # noqa: S101 - said by ``pressed``
            item = self._deck.item_at(event.x, event.y)
            if item is not None:
                self._deck.make_current(item.key)
