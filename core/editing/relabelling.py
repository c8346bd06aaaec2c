"""Other labels for many objects at once: counted first, done and undone in one step."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from core.document.annotation import Annotation
from core.document.change import Change, Difference, ImageChange
from core.document.document import ImageDocument, ProjectState
from core.editing.labels import attributes_without, checked_label, repainted


@dataclass(frozen=True, slots=True)
class Relabelling:
    """Which objects get which label.

    ``layer_ids`` are the layers to look in, None for all. ``merges`` also
    deletes the labels that objects came from, which needs every layer and every
    image.
    """

    label_ids: frozenset[int]
    target_id: int
    layer_ids: frozenset[int] | None = None
    merges: bool = False

    def touches(self, item: Annotation) -> bool:
        """Whether an object is meant, locked or not."""
        in_layer = self.layer_ids is None or item.layer_id in self.layer_ids
        return in_layer and item.label_id in self.label_ids and item.label_id != self.target_id


@dataclass(frozen=True, slots=True)
class RelabellingPlan:
    """What would happen: the change, None for nothing, and what it counts to.

    ``locked`` objects stay as they are; a merge is not possible with any.
    """

    change: Change | None
    objects: int
    images: int
    locked: int


def plan_relabelling(
    state: ProjectState, documents: Iterable[ImageDocument], rule: Relabelling
) -> RelabellingPlan:
    """Count and prepare; raises MaskwrightError when a label is gone."""
    target = checked_label(state, rule.target_id)
    sources = [checked_label(state, number) for number in sorted(rule.label_ids - {target.id})]
    gone = frozenset(label.id for label in sources)
    images: dict[int, ImageChange] = {}
    objects = locked = 0
    for document in documents:
        found = [item for item in document.annotations.values() if rule.touches(item)]
        free = [item for item in found if not item.locked]
        patches = (
            tuple(
                repainted(semantic, gone, target.id)
                for semantic in document.semantic.values()
                if np.isin(semantic.classes, list(gone)).any()
            )
            if rule.merges
            else ()
        )
        locked += len(found) - len(free)
        objects += len(free)
        if free or patches:
            pairs = tuple((item, item.with_label(target.id)) for item in free)
            images[document.image_id] = ImageChange(
                Difference(updated=pairs), semantic_patches=patches
            )
    if rule.merges and locked:
        return RelabellingPlan(None, objects, len(images), locked)
    change = Change(_name(state, rule, objects), MappingProxyType(images))
    if rule.merges and sources:
        change = replace(
            change,
            labels=Difference(removed=tuple(sources)),
            attributes=attributes_without(state, gone, target.id),
        )
    is_empty = not images and not change.labels
    return RelabellingPlan(None if is_empty else change, objects, len(images), locked)


def _name(state: ProjectState, rule: Relabelling, objects: int) -> str:
    target = state.labels[rule.target_id].name
    return f"Merge labels into {target}" if rule.merges else f"Relabel {objects} as {target}"
