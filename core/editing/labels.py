"""Changes of the labels: add, rename, recolour, delete, take names from a list.

All of them are project-wide and undone in one step, even when a deletion
touches the objects of thousands of images.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from core.document.annotation import Label
from core.document.attributes import AttributeDefinition
from core.document.change import Change, Difference, ImageChange
from core.document.document import ImageDocument, ProjectState
from core.document.mask import PixelBox
from core.document.semantic import SemanticMap, SemanticPatch
from core.editing.palette import check_color, next_colors
from core.errors import MaskwrightError

FIRST_ID, LAST_ID = 1, 65533
_DIGITS = "123456789"


@dataclass(frozen=True, slots=True)
class LabelUse:
    """What deleting a label would touch."""

    objects: int
    locked: int
    images: int


def add_label(state: ProjectState, name: str, color: str | None = None) -> Change:
    """A new label, with the next free digit as its key.

    Raises MaskwrightError when the name is empty or taken (whatever the case of
    its letters) or the colour is none.
    """
    name = _free_name(state, name)
    colors = None if color is None else (check_color(color),)
    return _added(state, (name,), colors, f"Add label {name}")


def import_labels(state: ProjectState, names: Iterable[str]) -> Change | None:
    """Labels for the names that no label has yet; None when all are there.

    Names are taken as a file has them: two that differ in the case of their
    letters are two labels. Empty ones are left out.
    """
    existing = {label.name for label in state.labels.values()}
    tidy = dict.fromkeys(_tidy(name) for name in names)
    fresh = [name for name in tidy if name and name not in existing]
    if not fresh:
        return None
    return _added(state, fresh, None, f"Import {len(fresh)} labels")


def rename_label(state: ProjectState, label_id: int, name: str) -> Change | None:
    """Give a label another name; raises MaskwrightError when it is empty or taken."""
    label = checked_label(state, label_id)
    name = _free_name(state, name, apart_from=label_id)
    return _updated(label, replace(label, name=name), f"Rename label to {name}")


def recolor_label(state: ProjectState, label_id: int, color: str) -> Change | None:
    """Give a label another colour ``#rrggbb``."""
    label = checked_label(state, label_id)
    return _updated(label, replace(label, color=check_color(color)), f"Recolour {label.name}")


def set_label_shortcut(state: ProjectState, label_id: int, shortcut: str) -> Change | None:
    """Give a label a key of one character, or none; it is taken from a label that has it."""
    label = checked_label(state, label_id)
    if len(shortcut) > 1:
        raise MaskwrightError("The key of a label is a single character.", "Type one key.")
    holders = [
        other
        for other in state.labels.values()
        if shortcut and other.shortcut == shortcut and other.id != label_id
    ]
    pairs = [(other, replace(other, shortcut="")) for other in holders]
    difference = Difference.of_pairs([*pairs, (label, replace(label, shortcut=shortcut))])
    return Change(f"Key of {label.name}", labels=difference) if difference else None


def delete_label(
    state: ProjectState,
    documents: Iterable[ImageDocument],
    label_id: int,
    replacement_id: int | None = None,
) -> Change:
    """Delete a label in all images, as one step.

    ``documents`` are all images of the project. Objects of the label get the
    replacement (which merges two labels) or are removed with it; pixels of
    semantic maps become the replacement or unlabelled. Raises MaskwrightError
    when objects of it are locked or it is the last label.
    """
    label = checked_label(state, label_id)
    if replacement_id is not None:
        _check_replacement(state, label_id, replacement_id)
    if len(state.labels) == 1:
        raise MaskwrightError(
            f"“{label.name}” is the only label, and a project needs one.", "Rename it instead."
        )
    images: dict[int, ImageChange] = {}
    for document in documents:
        part = _without_label(document, label, replacement_id)
        if part is not None:
            images[document.image_id] = part
    return Change(
        f"Delete label {label.name}" if replacement_id is None else f"Merge label {label.name}",
        MappingProxyType(images),
        labels=Difference(removed=(label,)),
        attributes=attributes_without(state, frozenset({label_id}), replacement_id),
    )


def attributes_without(
    state: ProjectState, label_ids: frozenset[int], replacement_id: int | None
) -> Difference[AttributeDefinition]:
    """Definitions of attributes that name labels, with their replacement or without them.

    One that belonged to these labels only goes with it: no label at all would mean
    all of them.
    """
    pairs: list[tuple[AttributeDefinition | None, AttributeDefinition | None]] = []
    for definition in state.attributes.values():
        if label_ids.intersection(definition.label_ids):
            ids = [
                replacement_id if number in label_ids else number for number in definition.label_ids
            ]
            left = tuple(dict.fromkeys(number for number in ids if number is not None))
            pairs.append((definition, replace(definition, label_ids=left) if left else None))
    return Difference.of_pairs(pairs)


def label_use(documents: Iterable[ImageDocument], label_id: int) -> LabelUse:
    """How many objects and images a deletion would touch, to be asked before it."""
    objects = locked = images = 0
    for document in documents:
        found = [item for item in document.annotations.values() if item.label_id == label_id]
        painted = any((layer.classes == label_id).any() for layer in document.semantic.values())
        objects += len(found)
        locked += sum(item.locked for item in found)
        images += bool(found) or painted
    return LabelUse(objects, locked, images)


def _without_label(
    document: ImageDocument, label: Label, replacement_id: int | None
) -> ImageChange | None:
    found = [item for item in document.annotations.values() if item.label_id == label.id]
    locked = sum(item.locked for item in found)
    if locked:
        raise MaskwrightError(
            f"{locked} objects with the label “{label.name}” are locked on one image, "
            "so the label was not deleted.",
            "Unlock them first.",
        )
    after = [None if replacement_id is None else item.with_label(replacement_id) for item in found]
    patches = [
        repainted(semantic, frozenset({label.id}), replacement_id)
        for semantic in document.semantic.values()
        if (semantic.classes == label.id).any()
    ]
    if not found and not patches:
        return None
    return ImageChange(
        annotations=Difference.of_pairs(zip(found, after, strict=True)),
        semantic_patches=tuple(patches),
    )


def repainted(
    semantic: SemanticMap, label_ids: frozenset[int], replacement_id: int | None
) -> SemanticPatch:
    """The pixels of labels, at least one of which is on the map, as another label or unlabelled."""
    hit = np.isin(semantic.classes, list(label_ids))
    rows, columns = np.flatnonzero(hit.any(axis=1)), np.flatnonzero(hit.any(axis=0))
    box = PixelBox(
        int(columns[0]),
        int(rows[0]),
        int(columns[-1] - columns[0]) + 1,
        int(rows[-1] - rows[0]) + 1,
    )
    before = semantic.classes[box.slices].copy()
    value = semantic.unlabelled if replacement_id is None else replacement_id
    after = np.where(hit[box.slices], np.uint16(value), before)
    return SemanticPatch(semantic.layer_id, box, before, after)


def _added(
    state: ProjectState, names: Sequence[str], colors: Sequence[str] | None, change_name: str
) -> Change:
    used = [label.color for label in state.labels.values()]
    keys = {label.shortcut for label in state.labels.values()}
    digits = [digit for digit in _DIGITS if digit not in keys]
    digits.extend([""] * (len(names) - len(digits)))
    parts = zip(
        _free_ids(state, len(names)),
        names,
        next_colors(used, len(names)) if colors is None else colors,
        digits[: len(names)],
        strict=True,
    )
    labels = tuple(Label(number, name, color, key) for number, name, color, key in parts)
    return Change(change_name, labels=Difference(added=labels))


def _free_ids(state: ProjectState, count: int) -> list[int]:
    """New numbers behind all that are in use; gaps only when those run out."""
    start = max(state.labels, default=FIRST_ID - 1) + 1
    free = list(range(start, min(start + count, LAST_ID + 1)))
    if len(free) < count:
        gaps = (number for number in range(FIRST_ID, start) if number not in state.labels)
        free.extend(number for number, _ in zip(gaps, range(count - len(free)), strict=False))
    if len(free) < count:
        raise MaskwrightError(f"A project has at most {LAST_ID} labels.", "Delete some first.")
    return free


def _updated(before: Label, after: Label, name: str) -> Change | None:
    return Change(name, labels=Difference(updated=((before, after),))) if before != after else None


def checked_label(state: ProjectState, label_id: int) -> Label:
    """The label of this id; raises MaskwrightError when it is gone."""
    if label_id not in state.labels:
        raise MaskwrightError("This label is no longer in the project.", "Choose another one.")
    return state.labels[label_id]


def _check_replacement(state: ProjectState, label_id: int, replacement_id: int) -> None:
    checked_label(state, replacement_id)
    if replacement_id == label_id:
        raise MaskwrightError("A label cannot replace itself.", "Choose another label.")


def _free_name(state: ProjectState, name: str, apart_from: int | None = None) -> str:
    tidy = _tidy(name)
    if not tidy:
        raise MaskwrightError("A label needs a name.", "Type at least one character.")
    for label in state.labels.values():
        if label.id != apart_from and _tidy(label.name).casefold() == tidy.casefold():
            raise MaskwrightError(
                f"There is already a label “{label.name}”.", "Choose another name."
            )
    return tidy


def _tidy(name: str) -> str:
    """The name on one line, with single spaces and composed letters."""
    return " ".join(unicodedata.normalize("NFC", name).split())
