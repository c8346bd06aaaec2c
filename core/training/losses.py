"""Losses by name, each a mean over what is not ignored."""

from __future__ import annotations

import torch
from torch import Tensor, nn

IGNORED = -100


def cross_entropy(logits: Tensor, targets: Tensor, weights: Tensor | None = None) -> Tensor:
    """Cross-entropy of (N, C, H, W) logits and (N, H, W) classes; IGNORED does not count."""
    return nn.functional.cross_entropy(logits, targets, weight=weights, ignore_index=IGNORED)


def dice_loss(logits: Tensor, targets: Tensor, smoothing: float = 1.0) -> Tensor:
    """One minus soft Dice, the mean over classes and pictures (Milletari and others, 2016).

    A class that a picture lacks counts by what is wrongly given to it.
    """
    counted = (targets != IGNORED).unsqueeze(1)
    wanted = nn.functional.one_hot(targets.clamp(min=0), logits.shape[1])
    wanted = wanted.permute(0, 3, 1, 2) * counted
    given = logits.softmax(dim=1) * counted
    shared = (given * wanted).sum(dim=(2, 3))
    total = given.sum(dim=(2, 3)) + wanted.sum(dim=(2, 3))
    return 1 - ((2 * shared + smoothing) / (total + smoothing)).mean()


def segmentation_loss(logits: Tensor, targets: Tensor) -> dict[str, Tensor]:
    """The parts of the U-Net's loss, by name; their sum is minimised."""
    logits = logits.float()
    weights = torch.tensor((1.0, 1.0, 2.0), device=logits.device)
    return {
        "cross_entropy": cross_entropy(logits, targets, weights),
        "dice": dice_loss(logits, targets),
    }
