"""What the tests of networks share."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from core.document.mask import Mask
from core.models.adapter import RunContext
from core.models.proposal import Proposal


class StopAfter:
    """A run that is cancelled after so many questions whether it is."""

    def __init__(self, questions: int) -> None:
        self.left = questions
        self.fractions: list[float] = []

    def cancelled(self) -> bool:
        self.left -= 1
        return self.left < 0

    @property
    def context(self) -> RunContext:
        return RunContext(self.cancelled, self.fractions.append)


def masks_of(proposals: Sequence[Proposal]) -> list[Mask]:
    """The masks of proposals, all of which have one."""
    masks = [item.geometry for item in proposals if isinstance(item.geometry, Mask)]
    assert len(masks) == len(proposals)
    return masks


def union_of(proposals: Sequence[Proposal], shape: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    """All pixels of all masks."""
    union = np.zeros(shape[:2], np.bool_)
    for mask in masks_of(proposals):
        union[mask.box.slices] |= mask.crop()
    return union
