"""Write weights as safetensors that say what they are and how they were made."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save
from torch import nn

from core.models.specification import ModelSpec


class WeightAverage:
    """A running mean of a network's weights, which generalises better than the last ones.

    After Polyak and Juditsky (1992), with exponentially falling influence.
    """

    def __init__(self, model: nn.Module, decay: float) -> None:
        self._decay = decay
        self._steps = 0
        self.state = {name: value.clone() for name, value in model.state_dict().items()}

    def restore(self, state: Mapping[str, torch.Tensor], steps: int) -> None:
        """Go on from a mean that was taken over so many steps; raises KeyError."""
        self._steps = steps
        for name, kept in self.state.items():
            kept.copy_(state[name])

    @torch.no_grad()
    def update(self, model: nn.Module) -> None:
        """Take in the weights after one more step; early steps count more."""
        self._steps += 1
        decay = min(self._decay, self._steps / (self._steps + 9))
        for name, value in model.state_dict().items():
            kept = self.state[name]
            if value.dtype.is_floating_point:
                kept.lerp_(value, 1 - decay)
            else:
                kept.copy_(value)


def save_weights(
    path: Path,
    state: Mapping[str, torch.Tensor],
    spec: ModelSpec,
    training: Mapping[str, Any],
    *,
    half: bool = True,
) -> None:
    """Write a state dict with its metadata; a reader never sees half a file.

    With ``half``, floating-point numbers are kept in 16 bits, which halves the
    file; batch norms' running variances are kept in 32, for they may be large.
    """
    tensors = {name: stored(name, value, half) for name, value in state.items()}
    metadata = {
        "model": json.dumps({"id": spec.id, "name": spec.name, "builder": spec.builder}),
        "preprocessing": json.dumps(dict(spec.preprocessing)),
        "categories": json.dumps(list(spec.categories)),
        "training": json.dumps(dict(training)),
        "licence": spec.weights.licence,
    }
    partial = path.with_name(f"{path.name}.part")
    partial.write_bytes(save(tensors, metadata))
    partial.replace(path)


def stored(name: str, value: torch.Tensor, half: bool) -> torch.Tensor:
    """A value as it is written: in 16 bits with ``half``, but for what may be large."""
    keep = not half or "running_" in name or not value.dtype.is_floating_point
    return value.contiguous() if keep else value.to(torch.float16).contiguous()
