"""What a training run needs of whatever it trains."""

from __future__ import annotations

from typing import Protocol

from torch import Tensor

from core.models.adapter import Adapter
from core.models.specification import ModelSpec


class Learner(Protocol):
    """A network that learns step by step."""

    @property
    def spec(self) -> ModelSpec:
        """The model that comes out."""

    def step(self, number: int) -> dict[str, float]:
        """Take step ``number`` (0 …); the parts of the loss by name."""

    def adapter(self) -> Adapter:
        """The model as it would be used now; later steps do not change it."""

    def weights(self) -> dict[str, Tensor]:
        """What would be written to the model's file."""

    def state(self) -> dict[str, Tensor]:
        """Everything that goes on changing, for a checkpoint."""

    def load(self, state: dict[str, Tensor], steps: int) -> None:
        """Go on from a checkpoint; raises KeyError or RuntimeError when it does not fit."""

    def remember_more(self) -> None:
        """Show more of what the parent knew in the next steps."""

    def take_less_memory(self) -> bool:
        """Make the next steps smaller; False when they cannot be."""
