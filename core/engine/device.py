"""Chooses the device that models run on and says why; the engine's process only."""

from __future__ import annotations

import gc
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Protocol

from core.errors import ModelError


class Device(Protocol):
    """Where models run."""

    @property
    def name(self) -> str:
        """Its name for torch: cpu, cuda, cuda:1, mps."""
        ...

    @property
    def line(self) -> str:
        """The device and why it was chosen, for people."""
        ...

    def precision(self, device: str, half: bool) -> AbstractContextManager[object]:
        """A context in which a model computes with 16-bit numbers, or as it is."""
        ...

    def release(self) -> None:
        """Give memory back that is no longer used."""
        ...


@dataclass(frozen=True, slots=True)
class TorchDevice:
    """A device as torch sees it."""

    name: str
    line: str

    def precision(self, device: str, half: bool) -> AbstractContextManager[object]:
        """A context in which a model computes with 16-bit numbers, or as it is."""
        if not half:
            return nullcontext()
        import torch

        context: AbstractContextManager[object] = torch.autocast(torch.device(device).type)
        return context

    def release(self) -> None:
        """Give memory back that is no longer used."""
        import torch

        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        elif torch.backends.mps.is_available():
            torch.mps.empty_cache()


def choose_device(wanted: str) -> TorchDevice:
    """The device of this name, or for "auto" the best there is: CUDA, then MPS, then the CPU.

    Raises ModelError when a device that was asked for by name is not there.
    """
    if wanted == "cpu":
        return TorchDevice("cpu", "CPU (as chosen)")
    if wanted == "auto":
        return _best_device()
    problem = _problem_with(wanted)
    if problem:
        raise ModelError(
            f'The device "{wanted}" cannot be used: {problem}.', 'Choose "auto" or "cpu".'
        )
    return TorchDevice(wanted, f"{_describe(wanted)} (as chosen)")


def _best_device() -> TorchDevice:
    problem = _problem_with("cuda")
    if not problem:
        return TorchDevice("cuda", _describe("cuda"))
    if not _problem_with("mps"):
        return TorchDevice("mps", _describe("mps"))
    return TorchDevice("cpu", f"CPU ({problem})")


def _problem_with(name: str) -> str:
    """Why a device cannot be used, empty when it can; tried by using it."""
    import torch

    kind = name.partition(":")[0]
    if kind == "cuda" and not torch.cuda.is_available():
        return "no CUDA device found"
    if kind == "mps" and not torch.backends.mps.is_available():
        return "no Apple GPU found"
    try:
        torch.ones(8, device=name).sum().item()
    except (RuntimeError, AssertionError) as error:
        return str(error).splitlines()[0].rstrip(".")
    return ""


def _describe(name: str) -> str:
    import torch

    if name == "mps":
        return "Apple GPU"
    properties = torch.cuda.get_device_properties(torch.device(name))
    return f"{properties.name}, {properties.total_memory / 2**30:.0f} GB"
