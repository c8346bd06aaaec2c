"""One step of a detector's training, without files and prints."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn

from core.training.detection_crops import DetectionCrop

_LARGEST_GRADIENT = 5.0


def train_step(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    crops: Sequence[DetectionCrop],
    *,
    bfloat16: bool,
) -> dict[str, float]:
    """One step of the optimiser; the parts of the joint loss by name.

    There is no ``loss_mask`` when the crops have boxes only.
    """
    inputs = [crop.image for crop in crops]
    targets = [crop.target() for crop in crops]
    has_masks = all(crop.masks is not None for crop in crops)
    device = inputs[0].device.type
    with (
        contextlib.nullcontext() if has_masks else without_masks(model),
        torch.autocast(device, torch.bfloat16, enabled=bfloat16),
    ):
        parts: dict[str, Tensor] = model(inputs, targets)
    optimizer.zero_grad(set_to_none=True)
    torch.autograd.backward(torch.stack([part.float() for part in parts.values()]).sum())
    nn.utils.clip_grad_norm_(model.parameters(), _LARGEST_GRADIENT)
    optimizer.step()
    return {name: float(part.detach()) for name, part in parts.items()}


@contextlib.contextmanager
def without_masks(model: nn.Module) -> Iterator[None]:
    """Take the mask branch out for a while; torchvision then neither runs nor learns it."""
    heads = getattr(model, "roi_heads", None)
    pool = getattr(heads, "mask_roi_pool", None)
    if heads is None or pool is None:
        yield
        return
    heads.mask_roi_pool = None
    try:
        yield
    finally:
        heads.mask_roi_pool = pool
