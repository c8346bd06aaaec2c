"""torchvision's semantic segmenters as their weights were trained; nothing is downloaded."""

from __future__ import annotations

from torch import nn
from torchvision.models import segmentation

from core.errors import ModelError
from core.models.categories import class_count
from core.models.specification import ModelSpec

SEGMENTERS = frozenset(
    {
        "deeplabv3_mobilenet_v3_large",
        "deeplabv3_resnet101",
        "deeplabv3_resnet50",
        "fcn_resnet101",
        "fcn_resnet50",
        "lraspp_mobilenet_v3_large",
    }
)


def build_segmenter(spec: ModelSpec) -> nn.Module:
    """The network that ``spec.architecture`` names, for its categories.

    Files of FCN and DeepLabV3 hold an auxiliary classifier, so it is built; it
    serves training only. Raises ModelError for an architecture that torchvision
    does not have.
    """
    name = spec.architecture
    if name not in SEGMENTERS:
        known = ", ".join(sorted(SEGMENTERS))
        raise ModelError(
            f'{spec.name}: there is no segmenter "{name}".', f"The architectures are: {known}."
        )
    options = {} if name.startswith("lraspp") else {"aux_loss": True}
    model: nn.Module = getattr(segmentation, name)(
        weights=None, weights_backbone=None, num_classes=class_count(spec.categories), **options
    )
    return model


def without_auxiliary(model: nn.Module) -> nn.Module:
    """The network without the classifier that only training needs, changed in place."""
    if getattr(model, "aux_classifier", None) is not None:
        model.register_module("aux_classifier", None)
    return model
