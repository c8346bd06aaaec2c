"""How many proposals wait on images that were not shown yet, as their decks would list them.

What models proposed in earlier sessions lies in the project's cache. A row of the image
list asks when it is first painted, so that a list of 100,000 images costs what is seen.
"""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject, QTimer, Signal

from core.document.document import ImageDocument, ProjectState
from core.errors import ReadError
from core.imaging.reading import content_digest
from core.models.candidates import CandidateFilter
from core.models.class_mapping import ClassMapping
from core.models.proposal import ProposalSet
from core.tasks.queue import Lane, Task, TaskContext, TaskQueue
from gui.proposals.deck_hiding import hidden_places
from gui.proposals.deck_items import PreparedSets, set_name
from gui.proposals.proposal_deck import ProposalDeck
from gui.proposals.result_cache import ResultCache
from gui.session import Session

Sets = tuple[ProposalSet, ...]
AT_ONCE = 8
MOST_WAITING = 40
"""A fast scroll asks for more than anybody will see: the oldest questions are forgotten."""


class WaitingCounts(QObject):
    """Counts in the background, a few images at a time."""

    counted = Signal(object)
    """Carries how many proposals wait, by image id; images without results are left out."""

    def __init__(
        self,
        session: Session,
        deck: ProposalDeck,
        cache: ResultCache,
        tasks: TaskQueue,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._deck = deck
        self._cache = cache
        self._tasks = tasks
        self._asked: set[int] = set()
        self._waiting: list[int] = []
        self._fresh: dict[int, Sets] = {}
        self._is_counting = False
        # Rows are painted one after the other: they are counted together.
        self._begin = QTimer(self)
        self._begin.setSingleShot(True)
        self._begin.setInterval(0)
        self._begin.timeout.connect(self._count_next)
        session.closing.connect(self._begin.stop)

    def ask(self, image_id: int) -> None:
        """Have what was proposed for an image in earlier sessions counted, once."""
        if image_id in self._asked:
            return
        self._asked.add(image_id)
        self._waiting.append(image_id)
        while len(self._waiting) > MOST_WAITING:
            self._asked.discard(self._waiting.pop(0))
        self._go_on()

    def take(self, image_id: int, found: ProposalSet) -> None:
        """Count a result that has just come in, with the others of its image."""
        sets = {**self._deck.sets_of(image_id), set_name(found): found}
        self._asked.add(image_id)
        self._fresh[image_id] = tuple(sets.values())
        self._go_on()

    def _go_on(self) -> None:
        if not self._is_counting and (self._waiting or self._fresh):
            self._begin.start()

    def _next(self) -> dict[int, Sets | None]:
        """Some images to count, with their results where they are at hand; newest first."""
        chosen: dict[int, Sets | None] = {}
        while self._fresh and len(chosen) < AT_ONCE:
            image_id, sets = self._fresh.popitem()
            chosen[image_id] = sets
        while self._waiting and len(chosen) < AT_ONCE:
            chosen.setdefault(self._waiting.pop(), None)
        return chosen

    def _count_next(self) -> None:
        chosen = self._next()
        count = _Count(self._session, self._deck.mapping, self._deck.filter, self._cache)

        def run(context: TaskContext) -> dict[int, int]:
            found: dict[int, int] = {}
            for image_id, sets in chosen.items():
                context.check_cancelled()
                waiting = count.of(image_id, sets)
                if waiting is not None:
                    found[image_id] = waiting
            return found

        self._is_counting = True
        task = Task("Count proposals", Lane.BATCH, None, run)
        self._tasks.submit(task, self._tell, lambda _error: self._tell({}))

    def _tell(self, found: Mapping[int, int]) -> None:
        if found:
            self.counted.emit(found)
        self._is_counting = False
        self._go_on()


class _Count:
    """What a count depends on, as it is now; counts on any thread."""

    def __init__(
        self, session: Session, mapping: ClassMapping, wanted: CandidateFilter, cache: ResultCache
    ) -> None:
        self._project = session.project
        self._state = session.state
        self._layer_id = session.layer.id
        self._mapping = mapping
        self._wanted = wanted
        self._cache = cache

    def of(self, image_id: int, sets: Sets | None) -> int | None:
        """How many wait; None where nothing was proposed or the image cannot be read."""
        try:
            found = self._kept(image_id) if sets is None else sets
            if not found:
                return None
            document = self._project.load_ahead((image_id,))[image_id]
        except ReadError:
            # The row of such an image says so.
            return None
        return open_count(found, self._state, document, self._layer_id, self._mapping, self._wanted)

    def _kept(self, image_id: int) -> Sets:
        if self._cache.is_empty():
            return ()
        image = self._project.images.by_id(image_id)
        digest = image.digest or content_digest(self._project.image_path(image))
        return self._cache.all_of(digest)


def open_count(
    sets: Sets,
    state: ProjectState,
    document: ImageDocument,
    layer_id: int,
    mapping: ClassMapping,
    wanted: CandidateFilter,
) -> int:
    """How many candidates of these results the deck would list for an image."""
    prepared = PreparedSets(sets)
    hidden = hidden_places(prepared, state, document, layer_id, mapping, {})
    return len(prepared.candidates.shown(wanted, hidden))
