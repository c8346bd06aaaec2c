"""What lies in front of what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from enum import Enum, auto

from core.document.annotation import Annotation
from core.document.change import Change, Difference, ImageChange
from core.document.document import ImageDocument
from core.editing.annotations import known


class Placement(Enum):
    """Where objects go among the others of their layer."""

    FRONT = auto()
    FORWARD = auto()
    BACKWARD = auto()
    BACK = auto()


def reorder(document: ImageDocument, ids: Iterable[int], placement: Placement) -> Change | None:
    """Bring objects forward or send them back; their own order is kept."""
    chosen = frozenset(item.id for item in known(document, ids))
    layers = {document.annotations[number].layer_id for number in chosen}
    pairs: list[tuple[Annotation, Annotation]] = []
    for layer_id in sorted(layers):
        before = document.in_layer(layer_id)
        pairs.extend(_renumbered(before, _arranged(before, chosen, placement)))
    difference = Difference.of_pairs(pairs)
    if not difference:
        return None
    return Change.of_image("Change order", document.image_id, ImageChange(annotations=difference))


def _arranged(
    stack: Sequence[Annotation], chosen: frozenset[int], placement: Placement
) -> list[Annotation]:
    """The objects of a layer, back to front, as they shall be."""
    picked = [item for item in stack if item.id in chosen]
    others = [item for item in stack if item.id not in chosen]
    if placement is Placement.FRONT:
        return others + picked
    if placement is Placement.BACK:
        return picked + others
    if placement is Placement.BACKWARD:
        return _stepped(stack, chosen)
    return _stepped(stack[::-1], chosen)[::-1]


def _stepped(stack: Sequence[Annotation], chosen: frozenset[int]) -> list[Annotation]:
    """Every chosen object one place nearer the start, past one that is not chosen."""
    result = list(stack)
    for place in range(1, len(result)):
        if result[place].id in chosen and result[place - 1].id not in chosen:
            result[place - 1], result[place] = result[place], result[place - 1]
    return result


def _renumbered(
    before: Sequence[Annotation], after: Sequence[Annotation]
) -> list[tuple[Annotation, Annotation]]:
    """Pairs (before, after); the orders in use are dealt out anew, made distinct."""
    pairs: list[tuple[Annotation, Annotation]] = []
    lowest = before[0].order
    for slot, item in zip(before, after, strict=True):
        order = max(slot.order, lowest)
        pairs.append((item, replace(item, order=order)))
        lowest = order + 1
    return pairs
