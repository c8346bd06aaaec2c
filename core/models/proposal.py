"""What a model or the hierarchy proposes, before a person has accepted it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from core.document.annotation import AttributeValue, Geometry
from core.document.geometry import Box, Size


@dataclass(frozen=True, slots=True, eq=False)
class SoftMask:
    """A mask as a network gives it: probabilities on a small grid over a box.

    ``values`` is uint8 of shape (28, 28), 255 for certain. Any threshold and
    any zoom can be taken from it without running the model again.
    """

    box: Box
    values: npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Proposal:
    """One candidate object, in the coordinates of the whole image.

    ``score`` lies in [0, 1]; for an RPN proposal it is the objectness.
    ``label`` is the model's name for the class, empty for class-agnostic ones.
    """

    id: int
    geometry: Geometry
    score: float
    label: str
    source: str
    soft_mask: SoftMask | None = None


@dataclass(frozen=True, slots=True)
class ProposalKey:
    """What a set of proposals depends on; equal keys mean equal results."""

    image_digest: str
    model: str
    weights_hash: str
    parameters: Mapping[str, AttributeValue] = field(
        default_factory=lambda: MappingProxyType({}), hash=False
    )


@dataclass(frozen=True, slots=True, eq=False)
class ProposalSet:
    """All candidates of one run on one image, best first.

    ``degraded`` says in a sentence what had to be given up (smaller input,
    tiles, CPU), empty when nothing. ``seconds`` is the time on the device.
    """

    key: ProposalKey
    image_size: Size
    items: tuple[Proposal, ...]
    degraded: str = ""
    seconds: float = 0.0
    device: str = "cpu"

    def above(self, score: float) -> tuple[Proposal, ...]:
        """Candidates of at least this score, best first; runs no model."""
        return tuple(item for item in self.items if item.score >= score)
