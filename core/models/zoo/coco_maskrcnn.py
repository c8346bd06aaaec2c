"""torchvision's ``maskrcnn_resnet50_fpn`` as its COCO weights were trained.

Asked for with its weights, torchvision uses frozen batch norms with epsilon 0;
asked for without them it builds another network, and a state dict loaded into
that one runs but answers otherwise. This is the first of the two, from any file.
"""

from __future__ import annotations

from torchvision.models.detection import MaskRCNN
from torchvision.models.detection.backbone_utils import resnet_fpn_backbone
from torchvision.ops.misc import FrozenBatchNorm2d

COCO_CLASS_COUNT = 91


def build_coco_maskrcnn(lowest_score: float, max_candidates: int) -> MaskRCNN:
    """The network without its weights; nothing is downloaded."""
    backbone = resnet_fpn_backbone(
        backbone_name="resnet50", weights=None, norm_layer=FrozenBatchNorm2d
    )
    model = MaskRCNN(
        backbone,
        num_classes=COCO_CLASS_COUNT,
        box_score_thresh=lowest_score,
        box_detections_per_img=max_candidates,
    )
    for module in model.modules():
        if isinstance(module, FrozenBatchNorm2d):
            module.eps = 0.0
    return model
