"""The states of images as people see them: names, marks, keys, colours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from core.document.document import ImageState


@dataclass(frozen=True, slots=True)
class StateLook:
    """How a state is shown: its mark in the list, the text of its action, its key and colour."""

    mark: str
    action: str
    key: str
    color: str


STATE_LOOKS: Mapping[ImageState, StateLook] = MappingProxyType(
    {
        ImageState.UNLABELLED: StateLook("", "Image: unlabelled", "Alt+1", ""),
        ImageState.IN_PROGRESS: StateLook("in work", "Image: in work", "Alt+2", "#e69f00"),
        ImageState.NEEDS_REVIEW: StateLook("to review", "Image: to review", "Alt+3", "#56b4e9"),
        ImageState.APPROVED: StateLook("approved", "Image: approved", "Alt+4", "#009e73"),
        ImageState.REJECTED: StateLook("rejected", "Image: rejected", "Alt+5", "#d55e00"),
    }
)
"""Colours are those of Okabe and Ito; the words beside them say the same."""

REVIEWED = frozenset({ImageState.APPROVED, ImageState.REJECTED})


class ImageFilter(Enum):
    """Which images are listed, as the combo box names it."""

    ALL = "All images"
    UNLABELLED = "Unlabelled"
    IN_PROGRESS = "In work"
    NEEDS_REVIEW = "To review"
    APPROVED = "Approved"
    REJECTED = "Rejected"
    UNREVIEWED = "Not reviewed yet"
    COMMENTED = "With comments"

    def accepts(self, state: ImageState) -> bool:
        """Whether images of a state are listed."""
        if self in (ImageFilter.ALL, ImageFilter.COMMENTED):
            return True
        if self is ImageFilter.UNREVIEWED:
            return state not in REVIEWED
        return state is ImageState[self.name]
