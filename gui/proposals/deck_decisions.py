"""From a decision on candidates to the change that keeps it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from core.document.annotation import Layer
from core.document.change import Change
from core.document.document import ImageDocument, ProjectState
from core.editing.labels import import_labels
from core.editing.proposals import accept_proposals
from core.editing.rejections import reject_proposals
from core.models.class_mapping import ClassMapping
from gui.proposals.deck_items import DeckItem, ItemKey, by_set


def acceptance(
    state: ProjectState,
    document: ImageDocument,
    items: Sequence[DeckItem],
    layer: Layer,
    usual_label: int,
    mapping: ClassMapping,
    author: str,
) -> tuple[Change, dict[ItemKey, int]]:
    """One change that makes objects of all, with labels for classes that have none, and the ids.

    Candidates without a class, or whose class is left out, become ``usual_label``.
    """
    name = "Accept proposal" if len(items) == 1 else f"Accept {len(items)} proposals"
    total = _missing_labels(state, items, mapping)
    labels = total.applied_to_state(state).labels
    ids: dict[ItemKey, int] = {}
    for source, group in by_set(items):
        model = source.key.model
        names = {item.raw.label for item in group}
        label_ids = {
            class_name: mapping.label_of(model, class_name, labels) or usual_label
            for class_name in names
        }
        part = accept_proposals(
            document,
            [item.proposal for item in group],
            layer.id,
            label_ids,
            author,
            model,
            source.key.weights_hash,
            source.key.parameters,
        )
        if part is not None:
            added = part.images[document.image_id].annotations.added
            ids.update({item.key: new.id for item, new in zip(group, added, strict=True)})
            document = part.images[document.image_id].applied_to(document)
            total = total.followed_by(part)
    return replace(total, name=name), ids


def rejection(
    state: ProjectState,
    document: ImageDocument,
    items: Sequence[DeckItem],
    usual_label: int,
    author: str,
) -> Change:
    """One change that keeps all of them as rejected."""
    name = "Reject proposal" if len(items) == 1 else f"Reject {len(items)} proposals"
    total = Change(name)
    for source, group in by_set(items):
        part = reject_proposals(
            total.applied_to_state(state),
            document,
            [item.raw for item in group],
            usual_label,
            author,
            source.key.model,
            source.key.weights_hash,
            source.key.parameters,
        )
        if part is not None:
            document = part.images[document.image_id].applied_to(document)
            total = total.followed_by(part)
    return replace(total, name=name)


def keys_after(chosen: Iterable[DeckItem], listed: Iterable[DeckItem]) -> tuple[ItemKey, ...]:
    """The listed candidates that come after the chosen ones, around the end."""
    gone = {item.key for item in chosen}
    keys = [item.key for item in listed]
    places = [place for place, key in enumerate(keys) if key in gone]
    last = places[-1] if places else -1
    return tuple(key for key in keys[last + 1 :] + keys[: last + 1] if key not in gone)


def _missing_labels(
    state: ProjectState, items: Sequence[DeckItem], mapping: ClassMapping
) -> Change:
    """The change that adds labels for classes that have none; one of no effect otherwise."""
    missing = sorted(
        {
            item.raw.label
            for item in items
            if item.raw.label
            and mapping.label_of(item.source.key.model, item.raw.label, state.labels) is None
        }
    )
    return (import_labels(state, missing) if missing else None) or Change("")
