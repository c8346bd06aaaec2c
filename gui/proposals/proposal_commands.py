"""Asking for proposals and deciding on them."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

from PySide6.QtCore import QObject, Signal

from core.document.annotation import bounds_of_geometry
from core.document.mask import PixelBox
from core.engine.protocol import Lane as EngineLane
from core.grouping.region_proposals import proposals as region_proposals
from core.models.proposal import Proposal, ProposalKey, ProposalSet
from core.models.region_of_interest import region_parameters
from core.models.rpn_inspection import INSPECT
from core.tasks.queue import Lane, Task, TaskContext, TaskQueue
from gui.canvas.canvas import Canvas
from gui.counting import counted
from gui.pictures.image_loading import LoadedImage
from gui.proposals.deck_items import DeckItem, predictions_as_proposals
from gui.proposals.model_runs import ModelRun, ModelRuns
from gui.proposals.proposal_deck import ProposalDeck
from gui.proposals.proposal_options import ProposalOptions
from gui.proposals.result_cache import ResultCache
from gui.regions.region_loading import RegionLoader
from gui.session import Session
from gui.tool_host import ToolHost
from gui.tools.events import PointerEvent, PointerKind, ToolEvent

REGIONS_SOURCE = "regions"
PREDICTIONS_SOURCE = "predictions"
NONE_SHOWN = "No proposal is shown; lower the score, or run a model."


class ProposalCommands(QObject):
    """Runs what proposes, and carries out what people decide.

    ``picture`` gives the full picture on the screen, None while it is on its way.
    """

    pointed_at = Signal(object)
    """Another candidate is the one that keys act on; carries its bounds, a Box."""
    model_asked = Signal(str)
    """A person has a model run; carries its id."""

    def __init__(
        self,
        session: Session,
        deck: ProposalDeck,
        regions: RegionLoader,
        runs: ModelRuns,
        cache: ResultCache,
        tools: ToolHost,
        tasks: TaskQueue,
        canvas: Canvas,
        picture: Callable[[], LoadedImage | None],
        options: ProposalOptions,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._deck = deck
        self._regions = regions
        self._runs = runs
        self._cache = cache
        self._tools = tools
        self._tasks = tasks
        self._picture = picture
        self._options = options
        runs.finished.connect(self._on_finished)
        runs.ended.connect(self._on_ended)
        canvas.tool_event.connect(self._point_at)

    def propose(self, source: str, part: PixelBox | None = None) -> None:
        """Ask a model, the regions or a prediction layer for proposals on this image.

        ``part`` lets a model look at a part of the picture only.
        """
        image = self._picture()
        if image is None or image.rgb is None:
            self._session.message_posted.emit("The picture is still being opened; try again.")
        elif source == REGIONS_SOURCE:
            self._propose_regions(image)
        elif source == PREDICTIONS_SOURCE:
            self._propose_predictions(image)
        else:
            self._propose_model(source, image, part)

    def restore(self, image: LoadedImage) -> None:
        """Bring back what models proposed for a picture before, in earlier sessions too."""
        if image.rgb is None or self._deck.sets_of(image.image_id):
            return
        image_id = image.image_id
        self._cache.load(image.digest, lambda found: self._deck.remember(image_id, found))

    def _propose_model(self, model_id: str, image: LoadedImage, part: PixelBox | None) -> None:
        """Show what the model gave before, or have it run."""
        parameters = dict(self._options.parameters(model_id))
        if part is not None:
            parameters.update(region_parameters(part))
        image_id, rgb = image.image_id, image.rgb

        def on_found(found: ProposalSet | None) -> None:
            if found is not None:
                self._deck.put(image_id, found)
                self._session.message_posted.emit("Shown as it was found before.")
            elif rgb is not None:
                request = self._runs.request(model_id, rgb, image.digest, parameters)
                self._runs.start(image_id, request)
            self.model_asked.emit(model_id)

        self._cache.look(
            model_id, image.digest, parameters, on_found, self._session.error_raised.emit
        )

    def _on_finished(self, image_id: int, found: ProposalSet) -> None:
        if INSPECT not in found.key.parameters:
            self._deck.put(image_id, found)

    def _on_ended(self, run: ModelRun, outcome: object) -> None:
        if not isinstance(outcome, ProposalSet) or INSPECT in outcome.key.parameters:
            return
        self._cache.keep(outcome)
        image = self._session.image
        if run.lane is EngineLane.PREFETCH:
            if image is not None and image.id == run.image_id:
                self._deck.put(run.image_id, outcome)
            else:
                self._deck.remember(run.image_id, (outcome,))

    def accept_current(self) -> None:
        """Accept the candidate that is pointed at, the best one when none is."""
        item = self._current_item()
        if item is not None:
            self._deck.accept((item,))
            self._tell_current()

    def reject_current(self) -> None:
        """Reject the candidate that is pointed at."""
        item = self._current_item()
        if item is not None:
            self._deck.reject((item,))
            self._tell_current()

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
            self._session.message_posted.emit(NONE_SHOWN)

    def walk(self, steps: int) -> None:
        """Point at the next or previous candidate and bring it into view."""
        if self._deck.walk(steps) is None:
            self._session.message_posted.emit(NONE_SHOWN)
        else:
            self._tell_current()

    def _tell_current(self) -> None:
        item = self._deck.current
        if item is not None:
            self.pointed_at.emit(bounds_of_geometry(item.proposal.geometry))

    def _current_item(self) -> DeckItem | None:
        item = self._deck.current
        if item is None:
            items = self._deck.items()
            item = items[0] if items else None
        if item is None:
            self._session.message_posted.emit(NONE_SHOWN)
        return item

    def _propose_regions(self, image: LoadedImage) -> None:
        browser = self._regions.get(image.image_id)
        if browser is None:
            self._regions.request(image)
            self._session.message_posted.emit(
                "The regions are being computed; try again in a moment."
            )
            return

        def run(context: TaskContext) -> tuple[Proposal, ...]:
            return region_proposals(browser.hierarchy, browser.size, check=context.check_cancelled)

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
