"""The 80 categories of COCO, whose numbers have gaps, and the 20 of Pascal VOC, in order."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

COCO_CATEGORIES: tuple[str, ...] = (
    "person",
    "bicycle",
    "car",
    "motorcycle",
    "airplane",
    "bus",
    "train",
    "truck",
    "boat",
    "traffic light",
    "fire hydrant",
    "stop sign",
    "parking meter",
    "bench",
    "bird",
    "cat",
    "dog",
    "horse",
    "sheep",
    "cow",
    "elephant",
    "bear",
    "zebra",
    "giraffe",
    "backpack",
    "umbrella",
    "handbag",
    "tie",
    "suitcase",
    "frisbee",
    "skis",
    "snowboard",
    "sports ball",
    "kite",
    "baseball bat",
    "baseball glove",
    "skateboard",
    "surfboard",
    "tennis racket",
    "bottle",
    "wine glass",
    "cup",
    "fork",
    "knife",
    "spoon",
    "bowl",
    "banana",
    "apple",
    "sandwich",
    "orange",
    "broccoli",
    "carrot",
    "hot dog",
    "pizza",
    "donut",
    "cake",
    "chair",
    "couch",
    "potted plant",
    "bed",
    "dining table",
    "toilet",
    "tv",
    "laptop",
    "mouse",
    "remote",
    "keyboard",
    "cell phone",
    "microwave",
    "oven",
    "toaster",
    "sink",
    "refrigerator",
    "book",
    "clock",
    "vase",
    "scissors",
    "teddy bear",
    "hair drier",
    "toothbrush",
)

VOC_CATEGORIES: tuple[str, ...] = (
    "aeroplane",
    "bicycle",
    "bird",
    "boat",
    "bottle",
    "bus",
    "car",
    "cat",
    "chair",
    "cow",
    "diningtable",
    "dog",
    "horse",
    "motorbike",
    "person",
    "pottedplant",
    "sheep",
    "sofa",
    "train",
    "tvmonitor",
)

COCO_NUMBERS = 91
_GAPS = frozenset({12, 26, 29, 30, 45, 66, 68, 69, 71, 83})
_COCO_NAMES: Mapping[int, str] = MappingProxyType(
    dict(
        zip(
            (number for number in range(1, COCO_NUMBERS) if number not in _GAPS),
            COCO_CATEGORIES,
            strict=True,
        )
    )
)


def coco_name(number: int) -> str:
    """Name of a category by its number in the COCO file (1 to 90); empty for the gaps."""
    return _COCO_NAMES.get(number, "")


def class_name(categories: tuple[str, ...], number: int) -> str:
    """Name of a network's class, 0 being the background; empty when it has none."""
    if categories == COCO_CATEGORIES:
        return coco_name(number)
    return categories[number - 1] if 1 <= number <= len(categories) else ""


def class_count(categories: tuple[str, ...]) -> int:
    """How many classes a network with these categories has, the background among them."""
    return COCO_NUMBERS if categories == COCO_CATEGORIES else len(categories) + 1
