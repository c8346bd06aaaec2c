from __future__ import annotations

import pytest
import torch

from core.training.losses import cross_entropy, dice_loss, segmentation_loss
from core.training.targets import IGNORED


def _certain(targets: torch.Tensor) -> torch.Tensor:
    return 40.0 * torch.nn.functional.one_hot(targets, 3).permute(0, 3, 1, 2).float()


def test_a_perfect_answer_costs_nothing_and_a_wrong_one_much() -> None:
    targets = torch.randint(0, 3, (2, 8, 8), generator=torch.Generator().manual_seed(0))
    parts = segmentation_loss(_certain(targets), targets)
    assert {name: float(value) for name, value in parts.items()} == pytest.approx(
        {"cross_entropy": 0, "dice": 0}, abs=1e-4
    )
    assert float(dice_loss(_certain((targets + 1) % 3), targets)) > 0.8


def test_ignored_pixels_do_not_count() -> None:
    targets = torch.zeros((1, 4, 4), dtype=torch.int64)
    logits = _certain(targets)
    wrong = logits.clone()
    wrong[:, :, :2] = wrong[:, :, :2].flip(1)
    partly = targets.clone()
    partly[:, :2] = IGNORED
    assert float(cross_entropy(wrong, partly)) == pytest.approx(
        float(cross_entropy(logits, targets))
    )
    assert float(dice_loss(wrong, partly)) == pytest.approx(float(dice_loss(logits, partly)))
