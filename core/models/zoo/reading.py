"""Read weights into a network, and nothing but weights."""

from __future__ import annotations

import pickle
from collections.abc import Mapping, Sequence
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
    """Fill a network from a file; raises ModelError when they do not belong together.

    Names of older releases are translated by the network's own modules, so
    torch compares the two, not this function: torchvision's files from before
    0.13 name the layers of the region proposal network and the pyramid otherwise.
    """
    fill(model, read_state(path), path, spec)


def fill(model: nn.Module, state: Mapping[str, Tensor], path: Path, spec: ModelSpec) -> None:
    """Fill a network with arrays that were read from a file; raises ModelError as above."""
    wanted = model.state_dict()
    odd = [name for name in wanted if name in state and wanted[name].shape != state[name].shape]
    fitting = {name: value for name, value in state.items() if name not in odd}
    try:
        result = model.load_state_dict(fitting, strict=False)
    except RuntimeError as error:
        # An array that was translated has another shape than its new name asks for.
        raise _other_network(path, spec, str(error).splitlines()[-1].strip()) from error
    missing = len(_that_matter(result.missing_keys)) - len(odd)
    unknown = len(_that_matter(result.unexpected_keys))
    if missing or odd or unknown:
        raise _other_network(
            path,
            spec,
            f"of {len(wanted)} arrays {missing} are missing, {len(odd)} have another shape, "
            f"and {unknown} do not belong to it",
        )


def _that_matter(names: Sequence[str]) -> list[str]:
    """Names without the counters of batch norms, which running never reads.

    Files from before PyTorch 0.4.1 lack them, and frozen norms have none.
    """
    return [name for name in names if not name.endswith("num_batches_tracked")]


def _other_network(path: Path, spec: ModelSpec, why: str) -> ModelError:
    return ModelError(
        f"{path} does not hold the weights of {spec.name}: {why}.",
        "Choose the file that was made for this model.",
    )


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
