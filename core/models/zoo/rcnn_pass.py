"""One pass of torchvision's R-CNNs that keeps what its own ``forward`` throws away.

``forward`` drops the objectness of the region proposals and pastes every mask
over the whole picture. Here the same steps are run one by one, so that one pass
gives proposals with objectness, boxes, and soft masks of 28 × 28; the boxes are
those of ``forward`` to the bit.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torchvision.models.detection.generalized_rcnn import GeneralizedRCNN
from torchvision.models.detection.image_list import ImageList
from torchvision.models.detection.rpn import concat_box_prediction_layers
from torchvision.models.detection.transform import resize_boxes, resize_keypoints

from core.models.zoo.layer_watch import layers_of

Features = OrderedDict[str, Tensor]


@dataclass(frozen=True, slots=True, eq=False)
class RegionProposals:
    """Boxes (N, 4) in the network's picture, with objectness (N,) in [0, 1], best first."""

    images: ImageList
    features: Features
    boxes: Tensor
    objectness: Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Detections:
    """Boxes (N, 4) in the original picture, scores (N,), labels (N,), masks (N, 1, 28, 28).

    ``keypoints`` are (N, K, 3) in the original picture, ``keypoint_logits`` (N, K).
    """

    boxes: Tensor
    scores: Tensor
    labels: Tensor
    masks: Tensor | None = None
    keypoints: Tensor | None = None
    keypoint_logits: Tensor | None = None

    @classmethod
    def of(cls, result: Mapping[str, Tensor]) -> Detections:
        """From what a network of torchvision gives for a picture."""
        return cls(
            result["boxes"],
            result["scores"],
            result["labels"],
            result.get("masks"),
            result.get("keypoints"),
            result.get("keypoints_scores"),
        )


def propose_regions(model: GeneralizedRCNN, image: Tensor) -> RegionProposals:
    """Run a picture (3, H, W) in [0, 1] up to the filtered region proposals."""
    images, _ = model.transform([image])
    features: Features = model.backbone(images.tensors)
    maps = list(features.values())
    rpn = model.rpn
    objectness, deltas = rpn.head(maps)
    anchors = rpn.anchor_generator(images, maps)
    per_level = [level[0].numel() for level in objectness]
    objectness, deltas = concat_box_prediction_layers(objectness, deltas)
    decoded = rpn.box_coder.decode(deltas, anchors).view(1, -1, 4)
    boxes, scores = rpn.filter_proposals(decoded, objectness, images.image_sizes, per_level)
    return RegionProposals(images, features, boxes[0], scores[0])


def detect(model: GeneralizedRCNN, regions: RegionProposals, height: int, width: int) -> Detections:
    """Classify, refine and mask region proposals; boxes come out in the original picture."""
    sizes = regions.images.image_sizes
    found, _ = model.roi_heads(regions.features, [regions.boxes], sizes)
    inner = Detections.of(found[0])
    keypoints = inner.keypoints
    return replace(
        inner,
        boxes=resize_boxes(inner.boxes, sizes[0], (height, width)),
        keypoints=None
        if keypoints is None
        else resize_keypoints(keypoints, sizes[0], (height, width)),
    )


def to_original(regions: RegionProposals, height: int, width: int) -> Tensor:
    """The proposals' boxes (N, 4) in the original picture."""
    boxes: Tensor = resize_boxes(regions.boxes, regions.images.image_sizes[0], (height, width))
    return boxes


def expected_layer_calls(model: GeneralizedRCNN, *, heads: bool) -> int:
    """How many layers one pass calls; the region head runs once for every level."""
    levels = len(model.rpn.anchor_generator.sizes)
    count = len(layers_of(model.backbone)) + levels * len(layers_of(model.rpn.head))
    return count + (len(layers_of(model.roi_heads)) if heads else 0)


@torch.no_grad()
def input_tensor(pixels: object, device: str) -> Tensor:
    """Float32 (H, W, 3) NumPy pixels as a tensor (3, H, W) on a device."""
    return torch.as_tensor(pixels).permute(2, 0, 1).contiguous().to(device)
