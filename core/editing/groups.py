"""Objects that belong together: selected with one click, moved and deleted as one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from core.document.annotation import Annotation
from core.document.change import Change, Difference, ImageChange
from core.document.document import ImageDocument
from core.editing.annotations import known, unlocked
from core.errors import MaskwrightError


def group(document: ImageDocument, ids: Iterable[int]) -> Change | None:
    """Make objects one group; they leave the groups they were in.

    Raises MaskwrightError for fewer than two objects, objects of several
    layers, or a locked one.
    """
    found = unlocked(document, ids)
    if len(found) < 2 or len({item.layer_id for item in found}) > 1:
        raise MaskwrightError(
            "A group is made of at least two objects of one layer.",
            "Select them with Ctrl+click or a rubber band.",
        )
    first = found[0].group_id
    if first is not None and {item.id for item in found} == with_groups(document, [found[0].id]):
        return None
    return _changed(document, found, _free_group(document), f"Group {len(found)} objects")


def ungroup(document: ImageDocument, ids: Iterable[int]) -> Change | None:
    """Take objects out of their groups; raises MaskwrightError when one is locked."""
    found = tuple(item for item in unlocked(document, ids) if item.group_id is not None)
    return _changed(document, found, None, "Ungroup") if found else None


def with_groups(document: ImageDocument, ids: Iterable[int]) -> frozenset[int]:
    """The objects and all that are in a group with one of them, in the same layer."""
    chosen = frozenset(ids)
    groups = {
        (item.layer_id, item.group_id)
        for item in known(document, chosen)
        if item.group_id is not None
    }
    if not groups:
        return chosen
    mates = (
        item.id
        for item in document.annotations.values()
        if item.group_id is not None and (item.layer_id, item.group_id) in groups
    )
    return chosen | frozenset(mates)


def regrouped(document: ImageDocument, copies: Sequence[Annotation]) -> tuple[Annotation, ...]:
    """Copies for an image: those of a group are a new group, a single one is in none."""
    groups = dict.fromkeys(item.group_id for item in copies if item.group_id is not None)
    numbers: dict[int, int | None] = {}
    free = _free_group(document)
    for number in groups:
        size = sum(item.group_id == number for item in copies)
        numbers[number] = free if size > 1 else None
        free += size > 1
    return tuple(
        item if item.group_id is None else replace(item, group_id=numbers[item.group_id])
        for item in copies
    )


def _free_group(document: ImageDocument) -> int:
    used = (item.group_id for item in document.annotations.values())
    return max((number for number in used if number is not None), default=0) + 1


def _changed(
    document: ImageDocument, found: Sequence[Annotation], group_id: int | None, name: str
) -> Change:
    pairs = tuple((item, replace(item, group_id=group_id, edited=True)) for item in found)
    return Change.of_image(
        name, document.image_id, ImageChange(annotations=Difference(updated=pairs))
    )
