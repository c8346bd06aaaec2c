"""A U-Net after Ronneberger, Fischer and Brox (2015), with batch normalisation.

Differences from the paper: padded convolutions, so that the output has the size of
the input, and a batch norm after every convolution. The classic one has 64 to 1024
filters as in the paper, the small one 16 to 256; a weights file tells its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

SMALL_FILTERS = (16, 32, 64, 128, 256)
CLASSIC_FILTERS = (64, 128, 256, 512, 1024)


def filters_of(state: Mapping[str, Tensor]) -> tuple[int, ...]:
    """The filters of every level of the U-Net that some weights belong to.

    The small ones where the weights are those of another network, which then does
    not fit and is refused with what differs.
    """
    widths: list[int] = []
    while (first := state.get(f"down.{len(widths)}.0.weight")) is not None:
        widths.append(int(first.shape[0]))
    return tuple(widths) or SMALL_FILTERS


class DoubleConvolution(nn.Sequential):
    """Two 3 × 3 convolutions, each with a batch norm and a ReLU."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(*_convolution(inputs, outputs), *_convolution(outputs, outputs))


class UNet(nn.Module):
    """From (N, channels, H, W) to logits (N, classes, H, W).

    H and W are multiples of ``stride``.
    """

    def __init__(
        self, channels: int = 3, classes: int = 3, filters: Sequence[int] = SMALL_FILTERS
    ) -> None:
        super().__init__()
        self.stride = 2 ** (len(filters) - 1)
        wide_to_narrow = tuple(reversed(filters))
        self.down = nn.ModuleList(
            DoubleConvolution(before, after)
            for before, after in zip((channels, *filters), filters, strict=False)
        )
        self.up = nn.ModuleList(
            nn.ConvTranspose2d(before, after, kernel_size=2, stride=2)
            for before, after in pairwise(wide_to_narrow)
        )
        self.merge = nn.ModuleList(
            DoubleConvolution(2 * after, after) for after in wide_to_narrow[1:]
        )
        self.head = nn.Conv2d(filters[0], classes, kernel_size=1)

    def forward(self, images: Tensor) -> Tensor:
        """Logits of every class at every pixel."""
        kept: list[Tensor] = []
        features = images
        for depth, block in enumerate(self.down):
            features = nn.functional.max_pool2d(features, 2) if depth else features
            features = block(features)
            kept.append(features)
        kept.pop()
        for up, merge in zip(self.up, self.merge, strict=True):
            features = merge(torch.cat((kept.pop(), up(features)), dim=1))
        logits: Tensor = self.head(features)
        return logits


def _convolution(inputs: int, outputs: int) -> tuple[nn.Module, ...]:
    return (
        nn.Conv2d(inputs, outputs, kernel_size=3, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )
