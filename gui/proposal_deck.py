"""The proposals of the image on the screen: one ranked list from all sources.

Nothing in the deck belongs to the document until it is accepted; the score
slider filters what is already there and never runs a model.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal

from core.document.annotation import Geometry, LayerRole, bounds_of_geometry
from core.document.change import Change
from core.document.document import ImageDocument
from core.document.mask import Mask
from core.editing.labels import import_labels
from core.editing.proposals import accept_proposals
from core.models.pooling import Overlaps, PoolSettings, find_overlaps, matching, pool
from core.models.proposal import Proposal, ProposalSet
from gui.session import Session

DEFAULT_SCORE = 0.5
SHOWN_AT_LEAST = 20


@dataclass(frozen=True, slots=True, eq=False)
class DeckItem:
    """A proposal with the set that it came in; ``key`` is unique within the image."""

    key: tuple[str, int]
    proposal: Proposal
    source: ProposalSet


class ProposalDeck(QObject):
    """Holds what models and regions have proposed, image by image."""

    changed = Signal()
    current_changed = Signal()

    def __init__(self, session: Session, author: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._author = author
        self._sets: dict[int, dict[str, ProposalSet]] = {}
        self._rejected: dict[int, set[tuple[str, int]]] = {}
        self._accepted: dict[int, dict[tuple[str, int], int]] = {}
        self._score = DEFAULT_SCORE
        self._shown_source: str | None = None
        self._current: tuple[str, int] | None = None
        self._items: tuple[DeckItem, ...] | None = None
        self._overlaps: tuple[tuple[ProposalSet, ...], Overlaps] | None = None
        session.image_changed.connect(self._on_image_changed)
        session.document_changed.connect(lambda _event: self._refresh())

    @property
    def score(self) -> float:
        """Candidates below this score are hidden."""
        return self._score

    def set_score(self, score: float) -> None:
        """Move the score slider."""
        if score != self._score:
            self._score = score
            self._refresh()

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
        self._sets.setdefault(image_id, {})[proposals.key.model] = proposals
        document = self._session.document
        if document is not None and document.image_id == image_id:
            self._shown_source = proposals.key.model
            best = [item.score for item in proposals.items[:SHOWN_AT_LEAST]]
            if best and best[0] < self._score:
                self._score = int(best[-1] * 100) / 100
        self._forget_marks(image_id, proposals.key.model)
        self._refresh()

    def clear(self, image_id: int) -> None:
        """Empty the deck of an image."""
        self._sets.pop(image_id, None)
        self._rejected.pop(image_id, None)
        self._accepted.pop(image_id, None)
        self._refresh()

    def sets_of(self, image_id: int) -> Mapping[str, ProposalSet]:
        """All results of an image by model."""
        return self._sets.get(image_id, {})

    def items(self) -> tuple[DeckItem, ...]:
        """Visible candidates of this image, best first.

        Of several sources together each object is listed once, and not at all
        where one was accepted already.
        """
        if self._items is None:
            document = self._session.document
            self._items = () if document is None else self._visible(document)
        return self._items

    def _visible(self, document: ImageDocument) -> tuple[DeckItem, ...]:
        sets = self._sets.get(document.image_id, {})
        if self._shown_source is None and len(sets) > 1:
            return self._pooled(document, tuple(sets.values()))
        found = (
            DeckItem((model, proposal.id), proposal, proposals)
            for model, proposals in sets.items()
            if self._shown_source in (None, model)
            for proposal in proposals.above(self._score)
        )
        open_items = (item for item in found if self._is_open(document, item.key))
        return tuple(sorted(open_items, key=lambda item: -item.proposal.score))

    def _pooled(
        self, document: ImageDocument, sets: tuple[ProposalSet, ...]
    ) -> tuple[DeckItem, ...]:
        items = [
            DeckItem((found.key.model, proposal.id), proposal, found)
            for found in sets
            for proposal in found.items
        ]
        proposals = [item.proposal for item in items]
        if self._overlaps is None or self._overlaps[0] != sets:
            self._overlaps = (sets, find_overlaps(proposals))
        mine = [item.geometry for item in document.in_layer(self._session.layer.id)]
        hidden = matching(proposals, mine) | {
            place for place, item in enumerate(items) if not self._is_open(document, item.key)
        }
        pooled = pool(proposals, self._overlaps[1], PoolSettings(score=self._score), hidden)
        return tuple(items[found.place] for found in pooled)

    @property
    def current(self) -> DeckItem | None:
        """The candidate that accept, reject and fix act on."""
        items = self.items()
        return next((item for item in items if item.key == self._current), None)

    def make_current(self, key: tuple[str, int] | None) -> None:
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
        found = [item for item in self.items() if _covers(item.proposal.geometry, x, y)]
        return min(
            found, key=lambda item: bounds_of_geometry(item.proposal.geometry).area, default=None
        )

    def accept(self, items: Iterable[DeckItem]) -> tuple[int, ...]:
        """Make annotations of candidates as one step; returns their ids."""
        chosen = tuple(items)
        document = self._session.document
        if document is None or not chosen:
            return ()
        following = self._following(chosen)
        change, ids = self._acceptance(document, chosen)
        self._accepted.setdefault(document.image_id, {}).update(ids)
        if not self._session.apply(change):
            return ()
        self._current = following
        self._refresh()
        return tuple(ids[item.key] for item in chosen)

    def reject(self, items: Iterable[DeckItem]) -> None:
        """Hide candidates for good on this image."""
        chosen = tuple(items)
        document = self._session.document
        if document is None or not chosen:
            return
        self._current = self._following(chosen)
        self._rejected.setdefault(document.image_id, set()).update(item.key for item in chosen)
        self._refresh()

    def bring_back_rejected(self) -> None:
        """Show the rejected candidates of this image again."""
        document = self._session.document
        if document is not None and self._rejected.pop(document.image_id, set()):
            self._refresh()

    def _acceptance(
        self, document: ImageDocument, items: tuple[DeckItem, ...]
    ) -> tuple[Change, dict[tuple[str, int], int]]:
        """One change for all, with labels for classes that the project lacks, and the new ids."""
        name = "Accept proposal" if len(items) == 1 else f"Accept {len(items)} proposals"
        total, labels = self._labels_for(items)
        ids: dict[tuple[str, int], int] = {}
        for source, group in _by_source(items):
            part = accept_proposals(
                document,
                [item.proposal for item in group],
                self._session.layer.id,
                labels,
                self._author,
                source.key.model,
                source.key.weights_hash,
                source.key.parameters,
            )
            if part is not None:
                added = part.images[document.image_id].annotations.added
                ids.update({item.key: new.id for item, new in zip(group, added, strict=True)})
                document = part.images[document.image_id].applied_to(document)
                total = total.followed_by(part)
        return replace(total, name=name), ids

    def _labels_for(self, items: tuple[DeckItem, ...]) -> tuple[Change, dict[str, int]]:
        """The change that adds missing labels, and the label id of every class name."""
        state = self._session.state
        names = {item.proposal.label for item in items if item.proposal.label}
        missing = sorted(name for name in names if state.label_named(name) is None)
        change = (import_labels(state, missing) if missing else None) or Change("")
        labels = {label.name: label.id for label in change.applied_to_state(state).labels.values()}
        return change, labels | {"": self._session.label.id}

    def _is_open(self, document: ImageDocument, key: tuple[str, int]) -> bool:
        if key in self._rejected.get(document.image_id, ()):
            return False
        accepted = self._accepted.get(document.image_id, {}).get(key)
        return accepted is None or accepted not in document.annotations

    def _following(self, chosen: tuple[DeckItem, ...]) -> tuple[str, int] | None:
        """The candidate to point at once the chosen ones are gone."""
        gone = {item.key for item in chosen}
        keys = [item.key for item in self.items()]
        places = [place for place, key in enumerate(keys) if key in gone]
        last = places[-1] if places else -1
        rest = [key for key in keys[last + 1 :] + keys[: last + 1] if key not in gone]
        return rest[0] if rest else None

    def _forget_marks(self, image_id: int, model: str) -> None:
        rejected = self._rejected.get(image_id, set())
        self._rejected[image_id] = {key for key in rejected if key[0] != model}
        accepted = self._accepted.get(image_id, {})
        self._accepted[image_id] = {
            key: value for key, value in accepted.items() if key[0] != model
        }

    def _on_image_changed(self, _image: object) -> None:
        self._current = None
        document = self._session.document
        if document is not None and self._shown_source not in self._sets.get(document.image_id, {}):
            self._shown_source = None
        self._refresh()

    def _refresh(self) -> None:
        self._items = None
        if self._current is not None and self.current is None:
            self._current = None
        self.changed.emit()
        self.current_changed.emit()


def _covers(geometry: Geometry, x: float, y: float) -> bool:
    if isinstance(geometry, Mask):
        return geometry.contains(x, y)
    return bounds_of_geometry(geometry).contains(x, y)


def _by_source(items: Iterable[DeckItem]) -> Iterable[tuple[ProposalSet, list[DeckItem]]]:
    groups: dict[str, list[DeckItem]] = {}
    for item in items:
        groups.setdefault(item.key[0], []).append(item)
    return ((group[0].source, group) for group in groups.values())


def predictions_as_proposals(session: Session) -> dict[str, tuple[Proposal, ...]]:
    """The annotations of the image's prediction layers as candidates, by layer name."""
    document = session.document
    if document is None:
        return {}
    found: dict[str, tuple[Proposal, ...]] = {}
    for layer in session.state.layers_of(LayerRole.PREDICTIONS):
        name = f"{layer.name} ({layer.id})" if layer.name in found else layer.name
        found[name] = tuple(
            Proposal(
                id=place,
                geometry=item.geometry,
                score=1.0 if item.provenance.score is None else item.provenance.score,
                label=session.state.labels[item.label_id].name,
                source=name,
            )
            for place, item in enumerate(document.in_layer(layer.id))
        )
    return found
