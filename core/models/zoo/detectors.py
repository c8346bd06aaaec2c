"""torchvision's detectors as their weights were trained, without weights and downloads.

Asked for with its weights enumeration, torchvision builds other norms than asked
for without: frozen ones, in some models with epsilon 0. A state dict loaded into
the wrong one of the two runs but answers otherwise. Here the first is built, for
weights from any file.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from torch import nn
from torchvision.models import detection
from torchvision.models.detection.generalized_rcnn import GeneralizedRCNN
from torchvision.ops.misc import FrozenBatchNorm2d

from core.errors import ModelError
from core.models.categories import class_count
from core.models.specification import ModelSpec

LOWEST_SCORE = 0.01
MAX_CANDIDATES = 300
MAX_PEOPLE = 100
"""Fewer, because every heat map is stretched over its box, which costs more than the network."""

_FROZEN_EPSILON: Mapping[str, float] = MappingProxyType(
    {
        "fasterrcnn_resnet50_fpn": 0.0,
        "fasterrcnn_mobilenet_v3_large_320_fpn": 1e-5,
        "fasterrcnn_mobilenet_v3_large_fpn": 1e-5,
        "fcos_resnet50_fpn": 1e-5,
        "keypointrcnn_resnet50_fpn": 0.0,
        "maskrcnn_resnet50_fpn": 0.0,
        "retinanet_resnet50_fpn": 0.0,
    }
)
"""Epsilon of the frozen norms, for the networks that have such norms."""
_OTHERS = frozenset(
    {
        "fasterrcnn_resnet50_fpn_v2",
        "maskrcnn_resnet50_fpn_v2",
        "retinanet_resnet50_fpn_v2",
        "ssd300_vgg16",
        "ssdlite320_mobilenet_v3_large",
    }
)
DETECTORS = _OTHERS | _FROZEN_EPSILON.keys()


def build_detector(spec: ModelSpec) -> nn.Module:
    """The network that ``spec.architecture`` names, for its categories and input size.

    The lowest score and the number of candidates are fixed: every threshold is
    chosen afterwards, over the candidates that one run gave. Raises ModelError
    for an architecture that torchvision does not have.
    """
    name = spec.architecture
    if name not in DETECTORS:
        known = ", ".join(sorted(DETECTORS))
        raise ModelError(
            f'{spec.name}: there is no detector "{name}".', f"The architectures are: {known}."
        )
    model: nn.Module = getattr(detection, name)(
        weights=None,
        weights_backbone=None,
        num_classes=class_count(spec.categories),
        **_limits(name),
        **_input_size(spec),
    )
    if name in _FROZEN_EPSILON:
        _freeze_norms(model, _FROZEN_EPSILON[name])
    return model


def head_calls(model: nn.Module) -> int:
    """How often a detector's dense head runs in one pass: once for every level, or once."""
    if isinstance(model, GeneralizedRCNN):
        return len(model.rpn.anchor_generator.sizes)
    sizes = getattr(model.anchor_generator, "sizes", None)
    return 1 if sizes is None else len(sizes)


def _limits(name: str) -> dict[str, float | int]:
    prefix = "box_" if "rcnn" in name else ""
    threshold = "box_score_thresh" if prefix else "score_thresh"
    candidates = MAX_PEOPLE if name.startswith("keypoint") else MAX_CANDIDATES
    return {threshold: LOWEST_SCORE, f"{prefix}detections_per_img": candidates}


def _input_size(spec: ModelSpec) -> dict[str, int]:
    sides = {"short_side_px", "long_side_px"}
    if spec.architecture.startswith("ssd") or not sides <= spec.preprocessing.keys():
        return {}
    return {
        "min_size": int(spec.preprocessing["short_side_px"]),
        "max_size": int(spec.preprocessing["long_side_px"]),
    }


def _freeze_norms(module: nn.Module, epsilon: float) -> None:
    """Put frozen batch norms in place of the trainable ones."""
    for name, child in module.named_children():
        if isinstance(child, nn.BatchNorm2d):
            setattr(module, name, FrozenBatchNorm2d(child.num_features, epsilon))
        else:
            _freeze_norms(child, epsilon)
