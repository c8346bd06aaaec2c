"""The one interface through which every model is run; imports no torch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, Self, runtime_checkable

import numpy as np
import numpy.typing as npt

from core.models.proposal import Proposal
from core.models.specification import NO_SETTINGS, ModelSpec, SettingValue

RgbImage = npt.NDArray[np.uint8]


class RunCancelled(Exception):  # noqa: N818 (an outcome, not an error)
    """A run was ended on request; it has no result and nothing to report."""


def _never() -> bool:
    return False


def _silent(_fraction: float) -> None:
    return


@dataclass(frozen=True, slots=True)
class RunContext:
    """How a run talks to whoever started it.

    ``cancelled`` is asked before every layer. ``progress`` is given fractions
    in [0, 1] that do not fall. ``parameters`` are the settings of this run; an
    adapter names those it knows and ignores the rest.
    """

    cancelled: Callable[[], bool] = _never
    progress: Callable[[float], None] = _silent
    parameters: Mapping[str, SettingValue] = field(default_factory=lambda: NO_SETTINGS)

    def checkpoint(self, fraction: float) -> None:
        """Report progress; raises RunCancelled when the run was cancelled."""
        if self.cancelled():
            raise RunCancelled
        self.progress(min(max(fraction, 0.0), 1.0))


class Adapter(Protocol):
    """A loaded model on a device."""

    @classmethod
    def load(cls, spec: ModelSpec, weights: Path, device: str) -> Self:
        """Build the network and read its weights; raises ModelError."""
        ...

    def propose(self, image: RgbImage, context: RunContext) -> tuple[Proposal, ...]:
        """Candidates of one image, best first, in coordinates of the whole image.

        ``image`` is uint8 of shape (height, width, 3). Raises RunCancelled when
        cancelled; torch's out-of-memory error is left to the caller, who knows
        what smaller attempt comes next.
        """
        ...


@runtime_checkable
class ArrangesMemory(Protocol):
    """An adapter whose network can be laid out as its device computes fastest with."""

    def use_channels_last(self) -> None:
        """Put the channels of weights last; results stay the same but for rounding."""
        ...
