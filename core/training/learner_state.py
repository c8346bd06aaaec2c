"""An optimiser's moments as named arrays, so that a checkpoint holds numbers only."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

_PREFIX = "optimizer."


def optimizer_state(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """The moments of every parameter by name."""
    state: dict[str, Tensor] = {}
    for place, values in optimizer.state_dict()["state"].items():
        state |= {f"{_PREFIX}{place}.{name}": value for name, value in values.items()}
    return state


def restore_optimizer(optimizer: torch.optim.Optimizer, state: Mapping[str, Tensor]) -> None:
    """Put moments back; raises ValueError when they are those of another network."""
    record = optimizer.state_dict()
    moments: dict[int, dict[str, Tensor]] = {}
    for name, value in under(state, _PREFIX).items():
        place, _, key = name.partition(".")
        moments.setdefault(int(place), {})[key] = value
    record["state"] = moments
    optimizer.load_state_dict(record)


def under(state: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """The arrays whose names begin with a prefix, without it."""
    return {name[len(prefix) :]: value for name, value in state.items() if name.startswith(prefix)}
