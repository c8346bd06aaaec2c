"""Small files and datasets for the tests of formats."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from PIL import Image

from core.document.annotation import Annotation, Geometry, Label, Layer, LayerRole
from core.document.document import ImageDocument, ProjectState
from core.document.geometry import Polygon, PolygonPart, Size
from core.document.images import Dataset, ImageRecord
from core.document.mask import Mask

SIZE = Size(32, 24)
CATEGORIES = [{"id": 0, "name": "cell", "supercategory": "x"}, {"id": 7, "name": "dust"}]


def write_picture(path: Path, size: Size = SIZE, **options: Any) -> Path:
    """A grey picture of this size."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (size.width, size.height), (90, 90, 90)).save(path, **options)
    return path


def coco_file(
    folder: Path,
    annotations: object,
    *,
    images: object = None,
    categories: object = CATEGORIES,
    picture: bool = True,
    **extra: object,
) -> Path:
    """A COCO file with one image ``a.png`` of 32 × 24 and id 5."""
    if picture:
        write_picture(folder / "a.png")
    if images is None:
        images = [{"id": 5, "file_name": "a.png", "width": 32, "height": 24, "license": None}]
    content = {
        "info": {"year": 2020},
        "images": images,
        "annotations": annotations,
        "categories": categories,
        **extra,
    }
    path = folder / "instances.json"
    path.write_text(json.dumps(content))
    return path


def record(number: int = 1, **fields: object) -> dict[str, object]:
    """A COCO annotation with a triangle, unless the fields say otherwise."""
    return {
        "id": number,
        "image_id": 5,
        "category_id": 0,
        "segmentation": [[2.25, 3.1, 20.0, 4.0, 11.5, 20.75]],
        "bbox": [2.25, 3.1, 17.75, 17.65],
        "area": 150.123456789,
        "iscrowd": 0,
        **fields,
    }


def dataset_of(
    shapes: Mapping[str, Sequence[Geometry]],
    *,
    root: Path = Path("nowhere"),
    size: Size = SIZE,
    role: LayerRole = LayerRole.MINE,
    crowds: frozenset[int] = frozenset(),
    names: Sequence[str] = ("cell", "dust"),
) -> Dataset:
    """A dataset with layer 1, these labels in turns, and these shapes by image path."""
    documents, records = {}, []
    number = 0
    for image_id, (path, geometries) in enumerate(shapes.items(), start=1):
        annotations = {}
        for order, geometry in enumerate(geometries):
            number += 1
            annotations[number] = Annotation(
                id=number,
                layer_id=1,
                label_id=1 + order % len(names),
                geometry=geometry,
                order=order,
                is_crowd=number in crowds,
            )
        documents[image_id] = ImageDocument(image_id, size, MappingProxyType(annotations))
        records.append(ImageRecord(image_id, path, size))
    state = ProjectState(
        labels=MappingProxyType(
            {
                number: Label(number, name, ("#ff0000", "#00ff00", "#0000ff")[number % 3])
                for number, name in enumerate(names, start=1)
            }
        ),
        layers=MappingProxyType({1: Layer(1, role, "mine")}),
    )
    return Dataset(root, tuple(records), state, documents.__getitem__)


def edited(dataset: Dataset, change: Mapping[int, Annotation]) -> Dataset:
    """The dataset with some annotations, by their id, replaced."""

    def load(image_id: int) -> ImageDocument:
        document = dataset.load(image_id)
        annotations = {
            key: change.get(key, annotation) for key, annotation in document.annotations.items()
        }
        return replace(document, annotations=MappingProxyType(annotations))

    return replace(dataset, load=load)


def square(left: int, top: int, side: int) -> Mask:
    """A square mask."""
    return Mask.from_array(np.ones((side, side), np.bool_), left, top)


def ring_mask() -> Mask:
    """A mask with a hole and a second piece."""
    pixels = np.zeros(SIZE.shape, np.bool_)
    pixels[2:14, 3:18] = True
    pixels[5:9, 7:12] = False
    pixels[18:21, 25:31] = True
    return Mask.from_array(pixels)


def holed_polygon() -> Polygon:
    """A polygon of two parts, the first with a hole, on odd coordinates."""
    first = PolygonPart(
        np.array([[1.3, 1.2], [20.7, 2.1], [19.2, 15.6], [2.4, 14.9]]),
        (np.array([[6.1, 5.2], [11.7, 5.4], [11.2, 10.3], [6.4, 9.8]]),),
    )
    second = PolygonPart(np.array([[22.0, 16.0], [30.5, 16.5], [26.0, 22.5]]))
    return Polygon((first, second))
