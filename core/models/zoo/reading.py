"""Read weights into a network, and nothing but weights."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from core.errors import ModelError
from core.models.specification import ModelSpec
from core.models.weights import is_safetensors

_WRAPPERS = ("model", "state_dict", "model_state_dict")


def read_state(path: Path) -> dict[str, Tensor]:
    """The arrays of a weights file by name, floats in 32 bits; raises ModelError.

    Files other than safetensors go through ``torch.load(weights_only=True)``,
    which runs no code from the file.
    """
    try:
        if is_safetensors(path):
            state: object = load_file(path)
        else:
            state = torch.load(path, map_location="cpu", weights_only=True)
    except (
        SafetensorError,
        pickle.UnpicklingError,
        RuntimeError,
        ValueError,
        EOFError,
        OSError,
        KeyError,
    ) as error:
        raise _not_weights(path) from error
    return _float32(_unwrapped(state, path))


def load_state(model: nn.Module, path: Path, spec: ModelSpec) -> None:
    """Fill a network from a file; raises ModelError when they do not belong together."""
    state = read_state(path)
    wanted = model.state_dict()
    missing = [name for name in wanted if name not in state]
    odd = [name for name in wanted if name in state and wanted[name].shape != state[name].shape]
    unknown = [name for name in state if name not in wanted]
    # Files from before PyTorch 0.4.1 lack these counters, which running never reads.
    missing = [name for name in missing if not name.endswith("num_batches_tracked")]
    if missing or odd or unknown:
        raise ModelError(
            f"{path} does not hold the weights of {spec.name}: of {len(wanted)} arrays "
            f"{len(missing)} are missing, {len(odd)} have another shape, "
            f"and {len(unknown)} do not belong to it.",
            "Choose the file that was made for this model.",
        )
    model.load_state_dict(state, strict=False)


def _unwrapped(state: object, path: Path) -> Mapping[str, Tensor]:
    """The state dict inside what training programs commonly save around it."""
    if isinstance(state, dict):
        for key in _WRAPPERS:
            if isinstance(state.get(key), dict):
                state = state[key]
                break
    if not isinstance(state, dict) or not state:
        raise _not_weights(path)
    if not all(isinstance(k, str) and isinstance(v, Tensor) for k, v in state.items()):
        raise _not_weights(path)
    return state


def _float32(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {
        name: value.float() if value.dtype.is_floating_point else value
        for name, value in state.items()
    }


def _not_weights(path: Path) -> ModelError:
    return ModelError(
        f"{path} is not a weights file that can be read safely.",
        "Choose a .safetensors file, or a .pth file that holds only a state dict.",
    )
