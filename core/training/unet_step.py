"""One step of a U-Net's training, without files and prints."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

LossParts = Callable[[Tensor, Tensor], dict[str, Tensor]]

_LARGEST_GRADIENT = 5.0


def train_step(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    batch: tuple[Tensor, Tensor],
    loss: LossParts,
    *,
    bfloat16: bool,
) -> dict[str, float]:
    """One step of the optimiser; the parts of the loss by name."""
    inputs, targets = batch
    with torch.autocast(inputs.device.type, torch.bfloat16, enabled=bfloat16):
        logits = model(inputs)
    parts = loss(logits, targets)
    optimizer.zero_grad(set_to_none=True)
    torch.autograd.backward(torch.stack(list(parts.values())).sum())
    nn.utils.clip_grad_norm_(model.parameters(), _LARGEST_GRADIENT)
    optimizer.step()
    return {name: float(value.detach()) for name, value in parts.items()}
