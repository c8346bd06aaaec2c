"""A perceptron with one hidden layer, and the two that grouping ships with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file, save_file

FloatArray = npt.NDArray[np.float32]
_PARTS = ("mean", "scale", "hidden_weights", "hidden_bias", "output_weights", "output_bias")


@dataclass(frozen=True, slots=True, eq=False)
class Perceptron:
    """Normalise, one layer of rectified units, one output in (0, 1).

    ``mean`` and ``scale`` have one entry per input, ``hidden_weights`` is
    (hidden, inputs), ``output_weights`` (hidden,), ``output_bias`` (1,).
    """

    mean: FloatArray
    scale: FloatArray
    hidden_weights: FloatArray
    hidden_bias: FloatArray
    output_weights: FloatArray
    output_bias: FloatArray

    def __call__(self, inputs: FloatArray) -> FloatArray:
        """Outputs (n,) of inputs (n_inputs, n): one row per input, as channels lie."""
        weights = self.hidden_weights / self.scale
        hidden = weights @ inputs
        hidden += (self.hidden_bias - weights @ self.mean)[:, None]
        np.maximum(hidden, 0, out=hidden)
        logits = self.output_weights @ hidden + self.output_bias
        return np.asarray(1.0 / (1.0 + np.exp(-logits.clip(-30, 30))), np.float32)

    def arrays(self, name: str) -> dict[str, FloatArray]:
        """The weights under names that ``from_arrays`` finds again."""
        return {f"{name}.{part}": getattr(self, part) for part in _PARTS}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, FloatArray], name: str) -> Perceptron:
        """Weights from a mapping that ``arrays`` has filled."""
        return cls(*(np.asarray(arrays[f"{name}.{part}"], np.float32) for part in _PARTS))


@dataclass(frozen=True, slots=True, eq=False)
class GroupingWeights:
    """``pixel`` gives the edge from 24 channels, ``pair`` the cost of a merge."""

    pixel: Perceptron
    pair: Perceptron


def bundled_weights() -> GroupingWeights:
    """The weights that come with the program; see resources/weights/grouping.md."""
    with as_file(files("resources") / "weights" / "grouping.safetensors") as path:
        return read_weights(path)


def read_weights(path: Path) -> GroupingWeights:
    """Weights from a file that ``write_weights`` has written."""
    arrays = load_file(path)
    return GroupingWeights(
        Perceptron.from_arrays(arrays, "pixel"), Perceptron.from_arrays(arrays, "pair")
    )


def write_weights(path: Path, weights: GroupingWeights) -> None:
    """Write weights as safetensors, a few kilobytes.

    Not as npz: NumPy reads its headers with Python's parser, and in Python 3.11 that
    fails now and then when two threads do it at once.
    """
    named = weights.pixel.arrays("pixel") | weights.pair.arrays("pair")
    save_file({name: np.ascontiguousarray(part) for name, part in named.items()}, path)
