"""What the encoder of a network makes of a picture, read while the network runs anyway."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
from torch import Tensor, nn

FeatureRow = npt.NDArray[np.float32]


@runtime_checkable
class HasEncoder(Protocol):
    """An adapter whose network has a part that sees the picture, and one that answers."""

    @property
    def encoder(self) -> nn.Module:
        """The last block before the answering begins."""


class EncoderReading:
    """The features of one picture: the mean of every channel over all that was run."""

    def __init__(self) -> None:
        self._sum: FeatureRow | None = None
        self._pixels = 0

    def add(self, output: object) -> None:
        """Take in what the encoder gave for a picture or a tile of it."""
        features = _deepest(output).detach().float()
        pixels = features.shape[-2] * features.shape[-1]
        total = features.sum(dim=(-2, -1)).reshape(-1).cpu().numpy()
        self._sum = total if self._sum is None else self._sum + total
        self._pixels += pixels

    def features(self) -> FeatureRow:
        """float32 (F,); empty when the encoder was not run."""
        if self._sum is None:
            return np.zeros(0, np.float32)
        return np.asarray(self._sum / self._pixels, np.float32)


@contextmanager
def reading_encoder(adapter: object) -> Iterator[EncoderReading]:
    """Read the encoder of an adapter while it proposes inside; nothing is run twice."""
    reading = EncoderReading()
    if not isinstance(adapter, HasEncoder):
        yield reading
        return

    def keep(_module: nn.Module, _inputs: object, output: object) -> None:
        reading.add(output)

    hook = adapter.encoder.register_forward_hook(keep)
    try:
        yield reading
    finally:
        hook.remove()


def _deepest(output: object) -> Tensor:
    """The coarsest map of what a backbone gives."""
    if isinstance(output, Mapping):
        output = list(output.values())[-1]
    if not isinstance(output, Tensor):
        raise TypeError(f"an encoder gave {type(output).__name__} for a map of features")
    return output
