"""Choices of an export as people write them: names of labels and states, shares of parts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

from core.document.annotation import ReviewState
from core.document.document import ImageState, ProjectState
from core.errors import MaskwrightError
from core.formats.export_options import ExportOptions, Pictures, Split

Named = TypeVar("Named", bound=Enum)


@dataclass(frozen=True, slots=True)
class ExportChoices:
    """What was written on the command line; empty ones choose everything."""

    labels: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    reviews: tuple[str, ...] = ()
    split: str = ""
    seed: int = 0
    group: str = "image"
    pictures: str = Pictures.LEAVE.value
    simplify_px: float = 0.0
    front_labels: tuple[str, ...] = ()
    with_reviews: bool = False

    def resolved(self, state: ProjectState) -> ExportOptions:
        """The same for a data set; raises MaskwrightError that names what there is."""
        if self.simplify_px < 0:
            raise MaskwrightError("Outlines cannot be simplified by less than 0 pixels.")
        return ExportOptions(
            labels=frozenset(_label_ids(self.labels, state)),
            states=frozenset(_member(ImageState, name) for name in self.states),
            reviews=frozenset(_member(ReviewState, name) for name in self.reviews),
            split=Split.parse(self.split, self.seed, self.group) if self.split else None,
            pictures=_member(Pictures, self.pictures),
            simplify_px=self.simplify_px,
            front_labels=tuple(_label_ids(self.front_labels, state)),
            with_reviews=self.with_reviews,
        )


def _label_ids(names: Iterable[str], state: ProjectState) -> Iterable[int]:
    ids = {label.name: label.id for label in state.labels.values()}
    for name in names:
        if name not in ids:
            known = ", ".join(f"“{label}”" for label in ids)
            raise MaskwrightError(f"There is no label “{name}”.", f"The labels are: {known}.")
        yield ids[name]


def _member(kind: type[Named], name: str) -> Named:
    words = name.replace("-", " ")
    found = next((item for item in kind if words in (item.value, item.name.lower())), None)
    if found is None:
        known = ", ".join(str(item.value).replace(" ", "-") for item in kind)
        raise MaskwrightError(f"“{name}” is none of these: {known}.")
    return found
