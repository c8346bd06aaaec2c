"""A Mask R-CNN of 1.4 million weights, for cells and other blobs.

The heads and losses are torchvision's (He and others, 2017; with the feature
pyramid of Lin and others, 2017); the backbone is five short stages of plain
convolutions, small enough to be trained on a CPU in minutes.
"""

from __future__ import annotations

from collections import OrderedDict

from torch import Tensor, nn
from torchvision.models.detection import MaskRCNN
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.faster_rcnn import FastRCNNPredictor, TwoMLPHead
from torchvision.models.detection.mask_rcnn import MaskRCNNHeads, MaskRCNNPredictor
from torchvision.models.detection.rpn import RPNHead
from torchvision.ops import FeaturePyramidNetwork, MultiScaleRoIAlign

STAGE_FILTERS = (24, 32, 64, 128, 192)
PYRAMID_FILTERS = 64
ANCHOR_SIZES_PX = ((12, 18), (27, 40), (60, 90), (135, 200))
ASPECT_RATIOS = (0.5, 1.0, 2.0)


class PyramidBackbone(nn.Module):
    """Five stages, each halving the picture, and a feature pyramid over the last four.

    Gives maps "0" to "3" of strides 4, 8, 16 and 32 with ``out_channels`` each.
    """

    def __init__(self) -> None:
        super().__init__()
        before = (3, *STAGE_FILTERS)
        self.stages = nn.ModuleList(
            nn.Sequential(*_convolution(first, second, 2), *_convolution(second, second, 1))
            for first, second in zip(before, STAGE_FILTERS, strict=False)
        )
        self.pyramid = FeaturePyramidNetwork(list(STAGE_FILTERS[1:]), PYRAMID_FILTERS)
        self.out_channels = PYRAMID_FILTERS

    def forward(self, images: Tensor) -> OrderedDict[str, Tensor]:
        """Feature maps by name, finest first."""
        features = self.stages[0](images)
        kept: OrderedDict[str, Tensor] = OrderedDict()
        for level, stage in enumerate(self.stages[1:]):
            features = stage(features)
            kept[str(level)] = features
        pyramid: OrderedDict[str, Tensor] = self.pyramid(kept)
        return pyramid


def build_tiny_maskrcnn(
    short_side_px: int = 512, long_side_px: int = 832, classes: int = 1
) -> MaskRCNN:
    """An untrained network of so many classes besides the background.

    Pictures given to it lie in [0, 1] and are resized so that the short side
    has ``short_side_px`` unless the long one would exceed ``long_side_px``.
    """
    levels = [str(level) for level in range(len(ANCHOR_SIZES_PX))]
    anchors = AnchorGenerator(ANCHOR_SIZES_PX, (ASPECT_RATIOS,) * len(ANCHOR_SIZES_PX))
    return MaskRCNN(
        PyramidBackbone(),
        min_size=short_side_px,
        max_size=long_side_px,
        image_mean=[0.4, 0.4, 0.4],
        image_std=[0.3, 0.3, 0.3],
        rpn_anchor_generator=anchors,
        rpn_head=RPNHead(PYRAMID_FILTERS, anchors.num_anchors_per_location()[0]),
        # Lower than the usual 0.7: cells hardly overlap, and duplicates push others out of 100.
        rpn_nms_thresh=0.5,
        rpn_pre_nms_top_n_train=600,
        rpn_post_nms_top_n_train=400,
        rpn_pre_nms_top_n_test=1000,
        rpn_post_nms_top_n_test=600,
        rpn_batch_size_per_image=128,
        box_roi_pool=MultiScaleRoIAlign(levels, output_size=7, sampling_ratio=2),
        box_head=TwoMLPHead(PYRAMID_FILTERS * 7 * 7, 192),
        box_predictor=FastRCNNPredictor(192, classes + 1),
        box_batch_size_per_image=96,
        box_score_thresh=0.01,
        box_nms_thresh=0.4,
        box_detections_per_img=300,
        mask_roi_pool=MultiScaleRoIAlign(levels, output_size=14, sampling_ratio=2),
        mask_head=MaskRCNNHeads(PYRAMID_FILTERS, (PYRAMID_FILTERS,) * 3, 1),
        mask_predictor=MaskRCNNPredictor(PYRAMID_FILTERS, PYRAMID_FILTERS, classes + 1),
    )


def _convolution(inputs: int, outputs: int, stride: int) -> tuple[nn.Module, ...]:
    return (
        nn.Conv2d(inputs, outputs, kernel_size=3, stride=stride, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )
