"""Losses by name, each a mean over what is not ignored.

All take logits float32 (N, C, H, W) and targets int64 (N, H, W) in which
``targets.IGNORED`` marks pixels that do not count. A batch in which nothing
counts costs nothing, so that a crop without labels cannot spoil a step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import torch
from torch import Tensor, nn

from core.training.targets import BORDER, IGNORED

SegmentationLoss = Callable[[Tensor, Tensor], Tensor]

_BORDER_WEIGHT = 2.0
_NEGATIVES_PER_POSITIVE = 3
_LARGEST_CLASS_WEIGHT = 10.0


def cross_entropy(logits: Tensor, targets: Tensor, weights: Tensor | None = None) -> Tensor:
    """Cross-entropy; ``weights`` are those of the classes."""
    per_pixel = _pixel_cross_entropy(logits, targets)
    counted = (targets != IGNORED).float()
    if weights is not None:
        counted = counted * weights[targets.clamp(min=0)]
    return _mean(per_pixel, counted)


def class_weighted_cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    """Cross-entropy in which each class of the batch counts alike, however rare (to tenfold)."""
    counts = torch.bincount(targets[targets != IGNORED], minlength=logits.shape[1]).float()
    present = (counts > 0).sum().clamp(min=1)
    weights = counts.sum() / (present * counts.clamp(min=1))
    return cross_entropy(logits, targets, weights.clamp(max=_LARGEST_CLASS_WEIGHT))


def border_weighted_cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    """Cross-entropy in which the border of objects counts twice.

    Ronneberger and others (2015) weigh the gaps between touching objects; here
    the border is a class of its own.
    """
    weights = torch.ones(logits.shape[1], device=logits.device)
    if logits.shape[1] > BORDER:
        weights[BORDER] = _BORDER_WEIGHT
    return cross_entropy(logits, targets, weights)


def dice_loss(logits: Tensor, targets: Tensor, smoothing: float = 1.0) -> Tensor:
    """One minus soft Dice, the mean over classes and pictures (Milletari and others, 2016).

    A class that a picture lacks counts by what is wrongly given to it.
    """
    shared, given, wanted = _overlaps(logits, targets)
    return 1 - ((2 * shared + smoothing) / (given + wanted + smoothing)).mean()


def tversky_loss(
    logits: Tensor,
    targets: Tensor,
    false_positive_weight: float = 0.3,
    false_negative_weight: float = 0.7,
    smoothing: float = 1.0,
) -> Tensor:
    """One minus the Tversky index: what is missed costs more than what is too much.

    After Salehi and others (2017); with both weights 0.5 it is Dice.
    """
    shared, given, wanted = _overlaps(logits, targets)
    too_much, missed = given - shared, wanted - shared
    total = shared + false_positive_weight * too_much + false_negative_weight * missed
    return 1 - ((shared + smoothing) / (total + smoothing)).mean()


def focal_loss(logits: Tensor, targets: Tensor, focus: float = 2.0) -> Tensor:
    """Cross-entropy that fades for pixels that are right already (Lin and others, 2017)."""
    per_pixel = _pixel_cross_entropy(logits, targets)
    sure = torch.exp(-per_pixel)
    return _mean((1 - sure) ** focus * per_pixel, (targets != IGNORED).float())


def hard_negative_loss(logits: Tensor, targets: Tensor) -> Tensor:
    """Cross-entropy of all object pixels and of the three times as many worst background ones.

    After the mining of Liu and others (2016, SSD).
    """
    per_pixel = _pixel_cross_entropy(logits, targets)
    positive = targets > 0
    negative = targets == 0
    count = max(int(positive.sum()), 1) * _NEGATIVES_PER_POSITIVE
    worst = per_pixel[negative].topk(min(count, int(negative.sum()))).values
    chosen = torch.cat((per_pixel[positive], worst))
    return chosen.mean() if len(chosen) else logits.sum() * 0


def smooth_l1_loss(logits: Tensor, targets: Tensor) -> Tensor:
    """Huber's distance of the probabilities from the truth, summed over classes."""
    distance = nn.functional.smooth_l1_loss(
        logits.softmax(dim=1), _one_hot(logits, targets), reduction="none", beta=0.1
    ).sum(dim=1)
    return _mean(distance, (targets != IGNORED).float())


LOSSES: Mapping[str, SegmentationLoss] = MappingProxyType(
    {
        "cross_entropy": cross_entropy,
        "class_weighted": class_weighted_cross_entropy,
        "border_weighted": border_weighted_cross_entropy,
        "dice": dice_loss,
        "focal": focal_loss,
        "tversky": tversky_loss,
        "hard_negatives": hard_negative_loss,
        "smooth_l1": smooth_l1_loss,
    }
)


def distillation_loss(logits: Tensor, teacher: Tensor, temperature: float = 2.0) -> Tensor:
    """How far the answer is from that of a teacher: the Kullback-Leibler divergence.

    Both float32 (N, C, H, W) logits; after Hinton and others (2015).
    """
    wanted = (teacher / temperature).softmax(dim=1)
    given = (logits / temperature).log_softmax(dim=1)
    divergence = nn.functional.kl_div(given, wanted, reduction="none").sum(dim=1).mean()
    return divergence * temperature**2


def combined_loss(
    logits: Tensor, targets: Tensor, weights: Mapping[str, float]
) -> dict[str, Tensor]:
    """The weighted parts of a loss, by name; their sum is minimised.

    ``weights`` names losses of ``LOSSES``. Raises KeyError for another name.
    """
    logits = logits.float()
    return {name: weight * LOSSES[name](logits, targets) for name, weight in weights.items()}


def segmentation_loss(logits: Tensor, targets: Tensor) -> dict[str, Tensor]:
    """The parts of the bundled U-Net's loss, by name; their sum is minimised."""
    parts = combined_loss(logits, targets, {"border_weighted": 1.0, "dice": 1.0})
    return {"cross_entropy": parts["border_weighted"], "dice": parts["dice"]}


def _pixel_cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    return nn.functional.cross_entropy(logits, targets, ignore_index=IGNORED, reduction="none")


def _mean(values: Tensor, weights: Tensor) -> Tensor:
    return (values * weights).sum() / weights.sum().clamp(min=1e-6)


def _one_hot(logits: Tensor, targets: Tensor) -> Tensor:
    hot = nn.functional.one_hot(targets.clamp(min=0), logits.shape[1])
    return hot.permute(0, 3, 1, 2).float()


def _overlaps(logits: Tensor, targets: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """What is shared, given and wanted, (N, C) each, over the pixels that count."""
    counted = (targets != IGNORED).unsqueeze(1)
    wanted = _one_hot(logits, targets) * counted
    given = logits.softmax(dim=1) * counted
    axes = (2, 3)
    return (given * wanted).sum(dim=axes), given.sum(dim=axes), wanted.sum(dim=axes)
