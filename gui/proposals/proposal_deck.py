"""The proposals of the image on the screen: one ranked list from all sources.

Nothing in the deck belongs to the document until it is accepted; the sliders
filter what is already there and never run a model.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Signal

from core.document.annotation import Geometry, bounds_of_geometry
from core.document.document import ImageDocument
from core.editing.rejections import bring_back, rejected_on
from core.models.candidates import CandidateFilter
from core.models.class_mapping import ClassMapping
from core.models.proposal import ProposalSet
from core.tasks.queue import TaskQueue
from gui.proposals.deck_decisions import acceptance, keys_after, rejection
from gui.proposals.deck_hiding import hidden_places
from gui.proposals.deck_items import DeckItem, ItemKey, PreparedSets, is_known, set_name
from gui.proposals.deck_preparation import DeckPreparation
from gui.proposals.kept_sets import KeptSets
from gui.session import Session

DEFAULT_SCORE = 0.5
SHOWN_AT_LEAST = 20
MAPPING_SETTING = "class mapping"


class ProposalDeck(QObject):
    """Holds what models and regions have proposed, image by image.

    With ``tasks``, many candidates are compared in the background; the list is empty,
    and ``is_preparing`` says so, until they are.
    """

    changed = Signal()
    current_changed = Signal()
    remembered = Signal(object, object)
    """Carries an image id and a ProposalSet that has come in."""

    def __init__(
        self,
        session: Session,
        author: str,
        parent: QObject | None = None,
        tasks: TaskQueue | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._author = author
        self._sets = KeptSets()
        self._accepted: dict[int, dict[ItemKey, int]] = {}
        self._filter = CandidateFilter(score=DEFAULT_SCORE)
        self._mapping = ClassMapping.from_text(session.project.setting(MAPPING_SETTING))
        self._shown_source: str | None = None
        self._current: ItemKey | None = None
        self._items: tuple[DeckItem, ...] | None = None
        self._made: dict[ItemKey, DeckItem] = {}
        self._preparation = DeckPreparation(tasks, self._refresh, session.error_raised.emit)
        session.image_changed.connect(self._on_image_changed)
        session.document_changed.connect(lambda _event: self._refresh())

    @property
    def filter(self) -> CandidateFilter:
        """What the sliders are set to."""
        return self._filter

    def set_filter(self, wanted: CandidateFilter) -> None:
        """Move sliders."""
        if wanted != self._filter:
            if wanted.mask_threshold != self._filter.mask_threshold:
                self._made.clear()
            self._filter = wanted
            self._refresh()

    @property
    def score(self) -> float:
        """Candidates below this score are hidden."""
        return self._filter.score

    def set_score(self, score: float) -> None:
        """Move the score slider."""
        self.set_filter(replace(self._filter, score=score))

    @property
    def mapping(self) -> ClassMapping:
        """Which labels the classes of models become."""
        return self._mapping

    def use_mapping(self, mapping: ClassMapping) -> None:
        """Let classes become other labels, and remember it with the project."""
        if mapping != self._mapping:
            self._mapping = mapping
            self._session.project.set_setting(MAPPING_SETTING, mapping.to_text())
            self._refresh()

    @property
    def is_preparing(self) -> bool:
        """Whether the candidates of this image are still being compared."""
        return self._preparation.is_under_way

    @property
    def shown_source(self) -> str | None:
        """The source whose candidates are listed; None for all of them together."""
        return self._shown_source

    def show_only(self, source: str | None) -> None:
        """List the candidates of one source: scores of different ones mean different things."""
        if source != self._shown_source:
            self._shown_source = source
            self._refresh()

    def put(self, image_id: int, proposals: ProposalSet) -> None:
        """Take the result of a run and list it; it replaces an earlier one of the same model.

        Where nothing reaches the score that is set, the score is lowered to
        show the best ones.
        """
        name = set_name(proposals)
        if not is_known(proposals, self.sets_of(image_id)):
            self._keep(image_id, (proposals,))
        kept = self._accepted.get(image_id, {}).items()
        self._accepted[image_id] = {key: made for key, made in kept if key[0] != name}
        document = self._session.document
        if document is not None and document.image_id == image_id:
            self._shown_source = name
            best = [item.score for item in proposals.items[:SHOWN_AT_LEAST]]
            if best and best[0] < self._filter.score:
                self._filter = replace(self._filter, score=int(best[-1] * 100) / 100)
            self._refresh()

    def remember(self, image_id: int, found: Iterable[ProposalSet]) -> None:
        """Have results at hand without turning to them; images seen long ago make room."""
        known = self._sets.of(image_id)
        fresh = tuple(one for one in found if not is_known(one, known))
        self._keep(image_id, fresh)
        document = self._session.document
        if fresh and document is not None and document.image_id == image_id:
            self._refresh()

    def _keep(self, image_id: int, found: tuple[ProposalSet, ...]) -> None:
        self._sets.keep(image_id, found)
        for one in found:
            self.remembered.emit(image_id, one)

    def clear(self, image_id: int) -> None:
        """Empty the deck of an image."""
        self._sets.forget(image_id)
        self._accepted.pop(image_id, None)
        self._refresh()

    def sets_of(self, image_id: int) -> Mapping[str, ProposalSet]:
        """All results of an image by name: the model, and its part of the image if not all."""
        return self._sets.of(image_id)

    def items(self) -> tuple[DeckItem, ...]:
        """Visible candidates of this image, best first.

        Each object is listed once, and not at all where an object like it is there
        already or a candidate like it was rejected.
        """
        if self._items is None:
            document = self._session.document
            self._items = () if document is None else self._visible(document)
        return self._items

    def _visible(self, document: ImageDocument) -> tuple[DeckItem, ...]:
        sets = self._sets.of(document.image_id)
        listed = tuple(found for name, found in sets.items() if self._shown_source in (None, name))
        prepared = self._preparation.of(listed)
        if prepared is None:
            return ()
        shown = prepared.candidates.shown(self._filter, self._hidden(document, prepared))
        return tuple(self._item(prepared, found.place) for found in shown)

    def _item(self, prepared: PreparedSets, place: int) -> DeckItem:
        name, proposal, source = prepared.members[place]
        key = (name, proposal.id)
        item = self._made.get(key)
        if item is None or item.raw is not proposal or item.place != place:
            shape = partial(prepared.shape, place, self._filter.mask_threshold)
            item = DeckItem(key, proposal, source, place, shape)
            self._made[key] = item
        return item

    def _hidden(self, document: ImageDocument, prepared: PreparedSets) -> frozenset[int]:
        session = self._session
        accepted = self._accepted.get(document.image_id, {})
        return hidden_places(
            prepared, session.state, document, session.layer.id, self._mapping, accepted
        )

    @property
    def current(self) -> DeckItem | None:
        """The candidate that accept, reject and fix act on."""
        items = self.items()
        return next((item for item in items if item.key == self._current), None)

    def make_current(self, key: ItemKey | None) -> None:
        """Point at a candidate."""
        if key != self._current:
            self._current = key
            self.current_changed.emit()

    def walk(self, steps: int) -> DeckItem | None:
        """Go to the next (1) or previous (−1) candidate, around the ends."""
        items = self.items()
        if not items:
            return None
        keys = [item.key for item in items]
        start = keys.index(self._current) if self._current in keys else (-1 if steps > 0 else 0)
        item = items[(start + steps) % len(items)]
        self.make_current(item.key)
        return item

    def item_at(self, x: float, y: float) -> DeckItem | None:
        """The smallest visible candidate under a point of the image."""
        found = [item for item in self.items() if item.covers(x, y)]
        return min(
            found, key=lambda item: bounds_of_geometry(item.proposal.geometry).area, default=None
        )

    def accept(self, items: Iterable[DeckItem]) -> tuple[int, ...]:
        """Make annotations of candidates as one step; returns their ids."""
        chosen = tuple(items)
        document = self._session.document
        if document is None or not chosen:
            return ()
        following = keys_after(chosen, self.items())
        session = self._session
        change, ids = acceptance(
            session.state,
            document,
            chosen,
            session.layer,
            session.label.id,
            self._mapping,
            self._author,
        )
        self._accepted.setdefault(document.image_id, {}).update(ids)
        if not session.apply(change):
            return ()
        self._point_at_open(following)
        return tuple(ids[item.key] for item in chosen)

    def reject(self, items: Iterable[DeckItem]) -> None:
        """Keep candidates as rejected, as one step: they and their like are not shown again."""
        chosen = tuple(items)
        document = self._session.document
        if document is None or not chosen:
            return
        following = keys_after(chosen, self.items())
        state, label = self._session.state, self._session.label
        change = rejection(state, document, chosen, label.id, self._author)
        if self._session.apply(change):
            self._point_at_open(following)

    def reshape(self, key: ItemKey, geometry: Geometry) -> None:
        """Show and accept a candidate with another shape, such as one snapped to the regions."""
        item = next((item for item in self.items() if item.key == key), None)
        if item is not None:
            item.reshape(geometry)
            self.changed.emit()

    def bring_back_rejected(self) -> None:
        """Show the rejected candidates of this image again, as one step."""
        document = self._session.document
        if document is not None:
            rejected = rejected_on(self._session.state, document)
            self._session.apply(bring_back(document, rejected))

    def _point_at_open(self, keys: tuple[ItemKey, ...]) -> None:
        """Point at the first of these that is still listed."""
        listed = {item.key for item in self.items()}
        self._current = next((key for key in keys if key in listed), None)
        self._refresh()

    def _on_image_changed(self, _image: object) -> None:
        self._current = None
        self._made.clear()
        document = self._session.document
        if document is not None and self._shown_source not in self._sets.of(document.image_id):
            self._shown_source = None
        self._refresh()

    def _refresh(self) -> None:
        self._items = None
        # While candidates are compared nothing is listed; what is pointed at may come back.
        if self._current is not None and self.current is None and not self.is_preparing:
            self._current = None
        self.changed.emit()
        self.current_changed.emit()
