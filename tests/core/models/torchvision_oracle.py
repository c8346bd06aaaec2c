"""torchvision's own networks with seeded weights, built the way its users build them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torchvision.models import detection, get_model_weights, segmentation

from core.models.registry import find_model
from core.models.specification import ModelSpec

SHORT_SIDE_PX, LONG_SIDE_PX = 160, 240
LIMITS = {
    True: {"box_score_thresh": 0.01, "box_detections_per_img": 300},
    False: {"score_thresh": 0.01, "detections_per_img": 300},
}


def small_input(model_id: str) -> ModelSpec:
    """A model of the registry for small pictures, so that a test of it is quick."""
    spec = find_model(model_id)
    if "short_side_px" not in spec.preprocessing:
        return spec
    sizes = {"short_side_px": SHORT_SIDE_PX, "long_side_px": LONG_SIDE_PX}
    return replace(spec, preprocessing=MappingProxyType({**spec.preprocessing, **sizes}))


def seeded_state(model: nn.Module) -> dict[str, Tensor]:
    """Weights under which activations keep their size and scores are spread widely."""
    generator = torch.Generator().manual_seed(7)
    state = {}
    for name, value in model.state_dict().items():
        state[name] = _seeded(name, value, generator)
    return state


def _seeded(name: str, value: Tensor, generator: torch.Generator) -> Tensor:
    if not value.dtype.is_floating_point:
        return value.clone()
    noise = torch.randn(value.shape, generator=generator)
    if name.endswith("running_var"):
        return 1 + 0.2 * noise.abs()
    if value.ndim >= 2:
        scaled: Tensor = noise * (_spread(name) / value[0].numel() ** 0.5)
        return scaled
    if name.endswith("bn3.weight"):
        # The last norm of a residual block: small, so that the blocks do not add up.
        return torch.full_like(value, 0.3)
    if name.endswith("weight"):
        return torch.ones_like(value) + 0.1 * noise
    return 0.1 * noise


def _spread(name: str) -> float:
    """Classes far apart; boxes near their anchors."""
    if any(part in name for part in ("cls_score", "cls_logits", "classification_head")):
        return 4.0
    return 0.2 if "bbox" in name else 1.3


@contextmanager
def offline_weights(architecture: str, state: dict[str, Tensor]) -> Iterator[Any]:
    """The default weights of an architecture, which give this state instead of a download."""
    weights = get_model_weights(architecture).DEFAULT
    kind = type(weights)
    own = kind.get_state_dict
    kind.get_state_dict = lambda *_args, **_options: state
    try:
        yield weights
    finally:
        kind.get_state_dict = own


def torchvisions_detector(spec: ModelSpec, state: dict[str, Tensor]) -> nn.Module:
    """The network as ``weights=...DEFAULT`` gives it."""
    options: dict[str, float] = dict(LIMITS["rcnn" in spec.architecture])
    if "keypoint" in spec.architecture:
        options["box_detections_per_img"] = 100
    if "short_side_px" in spec.preprocessing:
        options |= {"min_size": SHORT_SIDE_PX, "max_size": LONG_SIDE_PX}
    with offline_weights(spec.architecture, state) as weights:
        model: nn.Module = getattr(detection, spec.architecture)(weights=weights, **options)
    return model.eval()


def torchvisions_segmenter(spec: ModelSpec, state: dict[str, Tensor]) -> nn.Module:
    """The network as ``weights=...DEFAULT`` gives it."""
    with offline_weights(spec.architecture, state) as weights:
        model: nn.Module = getattr(segmentation, spec.architecture)(weights=weights)
    return model.eval()


def as_tensor(pixels: npt.NDArray[np.uint8]) -> Tensor:
    """A picture as torchvision's networks take it: (3, H, W) in [0, 1]."""
    return torch.from_numpy(pixels).permute(2, 0, 1).float() / 255
