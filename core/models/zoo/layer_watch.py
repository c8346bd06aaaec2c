"""Cancel a network between two layers, and see how far it is."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from torch import nn

from core.models.adapter import RunContext


@contextlib.contextmanager
def watched(model: nn.Module, context: RunContext, expected_calls: int) -> Iterator[None]:
    """While open, every layer first asks whether the run is cancelled.

    Raises RunCancelled out of the network's forward pass, within a layer's time
    of the request. Progress is the share of ``expected_calls`` layers so far.
    """
    calls = 0

    def before_layer(_module: nn.Module, _inputs: tuple[Any, ...]) -> None:
        nonlocal calls
        context.checkpoint(calls / max(expected_calls, 1))
        calls += 1

    hooks = [layer.register_forward_pre_hook(before_layer) for layer in layers_of(model)]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def layers_of(model: nn.Module) -> list[nn.Module]:
    """The modules without children, each once."""
    return [module for module in model.modules() if not any(module.children())]
