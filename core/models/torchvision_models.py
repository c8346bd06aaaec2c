"""torchvision's detectors and segmenters as specifications, told without importing torch.

A table instead of torchvision's own enumeration, because that one imports torch;
a test compares the two, so that a new release of torchvision cannot differ unseen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from core.models.categories import COCO_CATEGORIES, VOC_CATEGORIES
from core.models.specification import ModelFamily, ModelSpec, SettingValue, WeightsSpec

_HOST = "https://download.pytorch.org/models/"
_DETECTION = "core.models.zoo.detection_adapter:DetectionAdapter"
_REGIONS = "core.models.zoo.detection_adapter:RegionAdapter"
_SEGMENTATION = "core.models.zoo.segmentation_adapter:SegmentationAdapter"
_MEBIBYTE = 2**20


def _input(**settings: SettingValue) -> Mapping[str, SettingValue]:
    return MappingProxyType({"normalisation": "none", **settings})


_FULL_INPUT = _input(short_side_px=800, long_side_px=1333)
_SMALL_INPUT = _input(short_side_px=320, long_side_px=640)
_SSD_INPUT = _input(fixed_side_px=300)
_SSDLITE_INPUT = _input(fixed_side_px=320)
_SEGMENTATION_INPUT: Mapping[str, SettingValue] = MappingProxyType(
    {"normalisation": "imagenet", "short_side_px": 520}
)


@dataclass(frozen=True, slots=True)
class _Row:
    """A network of torchvision with its weights ``NAME-HASH.pth``, whose size is in MiB."""

    id: str
    name: str
    family: ModelFamily
    architecture: str
    file: str
    mebibytes: float
    preprocessing: Mapping[str, SettingValue]
    cpu_seconds: float
    description: str
    regions: str = ""
    """Id of its region proposals as a model of their own; empty when it has none."""
    regions_cpu_seconds: float = 0.0

    def specification(self) -> ModelSpec:
        """The row as an entry of the registry."""
        semantic = self.family is ModelFamily.SEMANTIC
        return ModelSpec(
            id=self.id,
            name=f"{self.name} ({'VOC classes' if semantic else 'COCO'})",
            family=self.family,
            builder=_SEGMENTATION if semantic else _DETECTION,
            weights=WeightsSpec(
                url=_HOST + self.file,
                sha256=self.file.rpartition("-")[2].removesuffix(".pth"),
                size_bytes=round(self.mebibytes * _MEBIBYTE),
                licence="BSD-3-Clause, trained on COCO 2017",
            ),
            categories=self._categories(),
            preprocessing=self.preprocessing,
            architecture=self.architecture,
            cpu_seconds=self.cpu_seconds,
            description=self.description,
        )

    def _categories(self) -> tuple[str, ...]:
        match self.family:
            case ModelFamily.SEMANTIC:
                return VOC_CATEGORIES
            case ModelFamily.KEYPOINTS:
                return ("person",)
            case _:
                return COCO_CATEGORIES


_DETECTORS = (
    _Row(
        "fasterrcnn-mobilenet-320-coco",
        "Faster R-CNN, MobileNet, 320 px",
        ModelFamily.BOXES,
        "fasterrcnn_mobilenet_v3_large_320_fpn",
        "fasterrcnn_mobilenet_v3_large_320_fpn-907ea3f9.pth",
        74.239,
        _SMALL_INPUT,
        0.15,
        "Boxes of 80 classes from a small picture: quick, for large objects.",
        "rpn-fasterrcnn-mobilenet-320-coco",
        0.1,
    ),
    _Row(
        "fasterrcnn-mobilenet-coco",
        "Faster R-CNN, MobileNet",
        ModelFamily.BOXES,
        "fasterrcnn_mobilenet_v3_large_fpn",
        "fasterrcnn_mobilenet_v3_large_fpn-fb6a3cc7.pth",
        74.239,
        _FULL_INPUT,
        1.05,
        "Boxes of 80 classes at the speed of a CPU.",
        "rpn-fasterrcnn-mobilenet-coco",
        0.4,
    ),
    _Row(
        "fasterrcnn-coco",
        "Faster R-CNN, ResNet-50",
        ModelFamily.BOXES,
        "fasterrcnn_resnet50_fpn",
        "fasterrcnn_resnet50_fpn_coco-258fb6c6.pth",
        159.743,
        _FULL_INPUT,
        4.83,
        "Boxes of 80 classes.",
        "rpn-fasterrcnn-coco",
        4.6,
    ),
    _Row(
        "fasterrcnn-v2-coco",
        "Faster R-CNN v2, ResNet-50",
        ModelFamily.BOXES,
        "fasterrcnn_resnet50_fpn_v2",
        "fasterrcnn_resnet50_fpn_v2_coco-dd69338a.pth",
        167.104,
        _FULL_INPUT,
        7.5,
        "Boxes of 80 classes, the most exact of the Faster R-CNNs.",
        "rpn-fasterrcnn-v2-coco",
        5.2,
    ),
    _Row(
        "retinanet-coco",
        "RetinaNet, ResNet-50",
        ModelFamily.BOXES,
        "retinanet_resnet50_fpn",
        "retinanet_resnet50_fpn_coco-eeacb38b.pth",
        130.267,
        _FULL_INPUT,
        5.17,
        "Boxes of 80 classes in one stage, trained with focal loss.",
    ),
    _Row(
        "retinanet-v2-coco",
        "RetinaNet v2, ResNet-50",
        ModelFamily.BOXES,
        "retinanet_resnet50_fpn_v2",
        "retinanet_resnet50_fpn_v2_coco-5905b1c5.pth",
        146.037,
        _FULL_INPUT,
        5.25,
        "Boxes of 80 classes in one stage, the second recipe.",
    ),
    _Row(
        "fcos-coco",
        "FCOS, ResNet-50",
        ModelFamily.BOXES,
        "fcos_resnet50_fpn",
        "fcos_resnet50_fpn_coco-99b0c9b7.pth",
        123.608,
        _FULL_INPUT,
        4.72,
        "Boxes of 80 classes in one stage and without anchors.",
    ),
    _Row(
        "ssd-coco",
        "SSD300, VGG-16",
        ModelFamily.BOXES,
        "ssd300_vgg16",
        "ssd300_vgg16_coco-b556d3b4.pth",
        135.988,
        _SSD_INPUT,
        0.83,
        "Boxes of 80 classes from a picture squeezed to 300 × 300.",
    ),
    _Row(
        "ssdlite-coco",
        "SSDlite, MobileNet",
        ModelFamily.BOXES,
        "ssdlite320_mobilenet_v3_large",
        "ssdlite320_mobilenet_v3_large_coco-a79551df.pth",
        13.418,
        _SSDLITE_INPUT,
        0.08,
        "Boxes of 80 classes from a picture squeezed to 320 × 320: the quickest, 14 MB.",
    ),
    _Row(
        "maskrcnn-coco",
        "Mask R-CNN",
        ModelFamily.INSTANCES,
        "maskrcnn_resnet50_fpn",
        "maskrcnn_resnet50_fpn_coco-bf2d0c1e.pth",
        169.84,
        _FULL_INPUT,
        9.71,
        "A mask for people, animals, vehicles, things: the 80 classes of COCO.",
        "rpn-coco",
        4.5,
    ),
    _Row(
        "maskrcnn-v2-coco",
        "Mask R-CNN v2",
        ModelFamily.INSTANCES,
        "maskrcnn_resnet50_fpn_v2",
        "maskrcnn_resnet50_fpn_v2_coco-73cbd019.pth",
        177.219,
        _FULL_INPUT,
        12.15,
        "A mask for things of 80 classes, the most exact one; for a GPU.",
        "rpn-maskrcnn-v2-coco",
        5.1,
    ),
    _Row(
        "keypointrcnn-coco",
        "Keypoint R-CNN",
        ModelFamily.KEYPOINTS,
        "keypointrcnn_resnet50_fpn",
        "keypointrcnn_resnet50_fpn_coco-fc266e95.pth",
        226.054,
        _FULL_INPUT,
        11.24,
        "Seventeen joints of every person.",
        "rpn-keypointrcnn-coco",
        4.6,
    ),
)

_SEGMENTERS = (
    _Row(
        "lraspp-voc",
        "LR-ASPP, MobileNet",
        ModelFamily.SEMANTIC,
        "lraspp_mobilenet_v3_large",
        "lraspp_mobilenet_v3_large-d234d4ea.pth",
        12.49,
        _SEGMENTATION_INPUT,
        0.23,
        "A class for every pixel, 20 classes: the quickest, 13 MB.",
    ),
    _Row(
        "deeplabv3-mobilenet-voc",
        "DeepLabV3, MobileNet",
        ModelFamily.SEMANTIC,
        "deeplabv3_mobilenet_v3_large",
        "deeplabv3_mobilenet_v3_large-fc3c493d.pth",
        42.301,
        _SEGMENTATION_INPUT,
        0.43,
        "A class for every pixel, 20 classes, with dilated convolutions.",
    ),
    _Row(
        "deeplabv3-resnet50-voc",
        "DeepLabV3, ResNet-50",
        ModelFamily.SEMANTIC,
        "deeplabv3_resnet50",
        "deeplabv3_resnet50_coco-cd0a2569.pth",
        160.515,
        _SEGMENTATION_INPUT,
        5.86,
        "A class for every pixel, 20 classes, with dilated convolutions.",
    ),
    _Row(
        "deeplabv3-resnet101-voc",
        "DeepLabV3, ResNet-101",
        ModelFamily.SEMANTIC,
        "deeplabv3_resnet101",
        "deeplabv3_resnet101_coco-586e9e4e.pth",
        233.217,
        _SEGMENTATION_INPUT,
        8.5,
        "A class for every pixel, 20 classes, the most exact of the DeepLabs.",
    ),
    _Row(
        "fcn-resnet50-voc",
        "FCN, ResNet-50",
        ModelFamily.SEMANTIC,
        "fcn_resnet50",
        "fcn_resnet50_coco-1167a1af.pth",
        135.009,
        _SEGMENTATION_INPUT,
        4.79,
        "A class for every pixel, 20 classes, fully convolutional.",
    ),
    _Row(
        "fcn-resnet101-voc",
        "FCN, ResNet-101",
        ModelFamily.SEMANTIC,
        "fcn_resnet101",
        "fcn_resnet101_coco-7ecb50ca.pth",
        207.711,
        _SEGMENTATION_INPUT,
        7.7,
        "A class for every pixel, 20 classes, fully convolutional and deeper.",
    ),
)


def torchvision_models() -> tuple[ModelSpec, ...]:
    """Twelve detectors, six segmenters, and the region proposals of every R-CNN."""
    return (
        *(row.specification() for row in (*_DETECTORS, *_SEGMENTERS)),
        *_region_proposals(),
    )


def _region_proposals() -> Iterator[ModelSpec]:
    for row in _DETECTORS:
        if row.regions:
            yield replace(
                row.specification(),
                id=row.regions,
                name=f"Region proposals of {row.name} (COCO)",
                family=ModelFamily.PROPOSALS,
                builder=_REGIONS,
                cpu_seconds=row.regions_cpu_seconds,
                description="Boxes that hold a thing of any kind, with their objectness.",
            )
