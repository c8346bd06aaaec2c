"""Sound files of every format that is read; the fuzz targets damage them."""

from __future__ import annotations

import base64
import io
import json
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image
from pycocotools.mask import encode

from core.document.geometry import Size
from core.formats.exporting import ExportKind
from tests.core.formats.datasets import record

SIZE = Size(32, 24)


def _png(pixels: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def _counts() -> str:
    """A compressed run length of the picture, of a square."""
    pixels = np.zeros(SIZE.shape, np.uint8, order="F")
    pixels[5:15, 4:20] = 1
    return str(encode(pixels)["counts"], "ascii")


def _brush() -> list[int]:
    """The brush of Label Studio: nothing painted on the first half, all on the rest."""
    count = SIZE.width * SIZE.height * 4
    bits = f"{count:032b}" + f"{7:05b}" + f"{15:04b}" * 4
    for value in (0, 255):
        bits += f"1{0:02b}{count // 2 - 1:016b}{value:08b}"
    bits += "0" * (-len(bits) % 8)
    return list(int(bits, 2).to_bytes(len(bits) // 8, "big"))


def _ids() -> np.ndarray:
    ids = np.zeros((*SIZE.shape, 3), np.uint8)
    ids[2:6, 3:9, 0] = 1
    ids[10:20, 12:30, 1] = 1
    return ids


MASK = base64.b64encode(_png(np.ones((3, 3), np.bool_))).decode()
LABELME = {
    "version": "5.4.1",
    "shapes": [
        {"label": "a", "points": [[1, 1], [9, 1], [9, 9]], "shape_type": "polygon", "group_id": 1},
        {"label": "a", "points": [[9, 9], [2, 3]], "shape_type": "rectangle", "group_id": 1},
        {"label": "b", "points": [[9, 9], [12, 9]], "shape_type": "circle", "flags": {"x": True}},
        {"label": "c", "points": [[4, 5], [6, 7]], "shape_type": "mask", "mask": MASK},
        {"label": "d", "points": [[1, 1], [5, 5]], "shape_type": "line", "score": 0.5},
        {"label": "d", "points": [[1, 1]], "shape_type": "point"},
    ],
    "imagePath": "a.png",
    "imageData": None,
    "imageHeight": 24,
    "imageWidth": 32,
}
VIA = {
    "_via_settings": {"ui": {}},
    "_via_img_metadata": {
        "a.png7": {
            "filename": "a.png",
            "regions": [
                {
                    "shape_attributes": {"name": "rect", "x": 1, "y": 2, "width": 3, "height": 4},
                    "region_attributes": {"name": "cell", "type": {"a": True}},
                },
                {
                    "shape_attributes": {
                        "name": "polygon",
                        "all_points_x": [1, 9, 9],
                        "all_points_y": [1, 1, 9],
                    },
                    "region_attributes": {"name": "cell"},
                },
                {
                    "shape_attributes": {"name": "ellipse", "cx": 9, "cy": 9, "rx": 4, "ry": 2},
                    "region_attributes": {},
                },
            ],
        }
    },
}
_SIZES = {"original_width": 32, "original_height": 24, "image_rotation": 0}
STUDIO = [
    {
        "data": {"image": "/data/a.png"},
        "annotations": [
            {
                "completed_by": 3,
                "result": [
                    {
                        "type": "rectanglelabels",
                        "value": {
                            "x": 1,
                            "y": 2,
                            "width": 30,
                            "height": 40,
                            "rotation": 20,
                            "rectanglelabels": ["cell"],
                        },
                        **_SIZES,
                    },
                    {
                        "type": "brushlabels",
                        "value": {"rle": _brush(), "brushlabels": ["a"]},
                        **_SIZES,
                    },
                ],
            }
        ],
    }
]
PANOPTIC = {
    "images": [{"id": 5, "file_name": "a.png", "width": 32, "height": 24}],
    "annotations": [
        {
            "image_id": 5,
            "file_name": "a.png",
            "segments_info": [
                {"id": 1, "category_id": 3, "area": 24, "bbox": [3, 2, 6, 4], "iscrowd": 0},
                {"id": 256, "category_id": 3, "area": 180, "bbox": [12, 10, 18, 10]},
            ],
        }
    ],
    "categories": [{"id": 3, "name": "cell", "isthing": 1}],
}
COCO = {
    "info": {},
    "images": [
        {"id": 5, "file_name": "a.png", "width": 32, "height": 24, "extra": {"name": "x"}}
        | {"state": "approved", "comments": [{"x": 1, "y": 2.5, "text": "?", "annotation_id": 1}]}
    ],
    "annotations": [
        record(
            1, review="rejected", provenance={"model": "m", "score": 0.5, "parameters": {"a": 1}}
        ),
        {"id": 6, "image_id": 5, "caption": "two cells"},
        record(2, segmentation={"size": [24, 32], "counts": [100, 20, 648]}, keypoints=[1, 2, 2]),
        record(3, segmentation={"size": [24, 32], "counts": _counts()}, attributes={"a": 1}),
        record(4, segmentation=[1, 1, 9, 1, 9, 9], iscrowd=1),
        record(5, segmentation=[], bbox=[1, 2, 3, 4]),
    ],
    "categories": [{"id": 0, "name": "cell", "color": [1, 2, 3], "skeleton": [[1, 2]]}],
}
RESULTS = [
    {"image_id": 5, "category_id": 0, "bbox": [1, 2, 3, 4], "score": 0.5},
    {"image_id": 5, "category_id": 0, "score": 0.25,
     "segmentation": {"size": [24, 32], "counts": _counts()}},
]  # fmt: skip
NAMED_RESULTS = [
    {"image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4], "score": 0.5, "file_name": "a.png",
     "category_name": "cell"},
]  # fmt: skip
XML = b"""<?xml version="1.0" encoding="UTF-8"?>
<annotation verified="yes"><folder>VOC</folder><filename>a.png</filename>
<size><width>32</width><height>24</height><depth>3</depth></size><segmented>1</segmented>
<object><name>cat</name><pose>Left</pose><truncated>1</truncated><difficult>0</difficult>
<bndbox><xmin>1</xmin><ymin>2</ymin><xmax>9</xmax><ymax>8</ymax></bndbox>
<part><name>head</name><bndbox><xmin>1</xmin><ymin>2</ymin><xmax>3</xmax><ymax>4</ymax></bndbox>
</part><attributes><attribute><name>a</name><value>1</value></attribute></attributes></object>
<object><name>dog</name><polygon><x1>1</x1><y1>1</y1><x2>9</x2><y2>1</y2><x3>9</x3><y3>9</y3>
</polygon><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>9</xmax><ymax>9</ymax></bndbox></object>
</annotation>
"""
YOLO = b"0 0.5 0.5 0.25 0.25\n1 0 0 0.5 0 0.5 0.5\n0 0.5 0.5 0.1 0.1 0.9\n"
YAML = b"train: images\nkpt_shape: [2, 3]\nnames:\n  0: cat\n  1: dog\n"
TABLE = b"image,index,class\na,1,cell\na,2,dust\n"


@dataclass(frozen=True)
class Case:
    """Sound files below a folder; ``damaged`` names those that are damaged.

    ``read`` is the format, ``path`` what it is given. ``kind`` is the export
    that writes the same format back.
    """

    name: str
    read: str
    files: dict[str, bytes]
    damaged: tuple[str, ...]
    path: str
    kind: ExportKind


def _case(
    name: str,
    kind: ExportKind,
    path: str,
    files: dict[str, Any],
    *,
    damaged: tuple[str, ...] = (),
    read: str = "",
) -> Case:
    coded = {
        key: value if isinstance(value, bytes) else json.dumps(value).encode()
        for key, value in files.items()
    }
    return Case(name, read or name, coded, damaged or tuple(files), path, kind)


_INDICES = _png(_ids()[..., 0] + 2 * _ids()[..., 1])
_RLE, _LABELME = ExportKind.COCO_RLE, ExportKind.LABELME
CASES = (
    _case("coco", _RLE, "set.json", {"set.json": COCO}),
    _case(
        "coco results",
        _RLE,
        "results.json",
        {"results.json": RESULTS, "instances.json": COCO},
    ),
    _case(
        "coco results of a run",
        _RLE,
        "results.json",
        {"results.json": NAMED_RESULTS},
        read="coco results",
    ),
    _case(
        "coco panoptic",
        ExportKind.COCO_PANOPTIC,
        "set.json",
        {"set.json": PANOPTIC, "set/a.png": _png(_ids())},
    ),
    _case("voc", ExportKind.VOC, "voc", {"voc/Annotations/a.xml": XML}),
    _case(
        "voc with masks",
        ExportKind.VOC,
        "voc",
        {
            "voc/Annotations/a.xml": XML,
            "voc/SegmentationObject/a.png": _INDICES,
            "voc/SegmentationClass/a.png": _INDICES,
            "voc/ImageSets/Segmentation/train.txt": b"a\n",
        },
        read="voc",
    ),
    _case(
        "yolo",
        ExportKind.YOLO_POLYGONS,
        "labels",
        {"labels/a.txt": YOLO, "data.yaml": YAML},
    ),
    _case("labelme", _LABELME, "a.json", {"a.json": LABELME}),
    _case("via", _LABELME, "via.json", {"via.json": VIA}),
    _case("label studio", _LABELME, "s.json", {"s.json": STUDIO}),
    _case(
        "png",
        ExportKind.PNG_INSTANCES,
        ".",
        {"masks/a.png": _INDICES, "instances.csv": TABLE},
    ),
    _case(
        "png of classes",
        ExportKind.PNG_CLASSES,
        ".",
        {"masks/a.png": _INDICES, "classes.csv": b"index,name\n1,cell\n2,dust\n"},
        read="png",
    ),
)
