"""From a specification to a loaded model."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from core.errors import ModelError
from core.models.adapter import Adapter, RgbImage, RunContext
from core.models.proposal import Proposal
from core.models.specification import ModelSpec


def load_adapter(spec: ModelSpec, weights: Path, device: str = "cpu") -> Adapter:
    """Import the adapter that a specification names and load it; raises ModelError."""
    module_name, _, class_name = spec.builder.partition(":")
    try:
        kind: type[Adapter] = getattr(import_module(module_name), class_name)
    except (ImportError, AttributeError) as error:
        raise ModelError(f"{spec.name} cannot be built: {spec.builder} is not there.") from error
    return kind.load(spec, weights, device)


def predict(
    spec: ModelSpec,
    weights: Path,
    image: RgbImage,
    *,
    device: str = "cpu",
    cancelled: Callable[[], bool] = lambda: False,
    progress: Callable[[float], None] = lambda fraction: None,
) -> tuple[Proposal, ...]:
    """Load a model and run it once; to run it again, keep the adapter of ``load_adapter``."""
    return load_adapter(spec, weights, device).propose(image, RunContext(cancelled, progress))
