"""What is exported is loaded by the programs that people train and score with."""

from __future__ import annotations

import contextlib
import io
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pycocotools.coco import COCO

from core.document.annotation import Geometry
from core.document.geometry import Box
from core.document.images import Dataset
from core.document.mask import Mask
from core.formats.coco import read_coco
from core.formats.export_options import ExportOptions, Pictures, Split
from core.formats.exporting import ExportKind, export_layer
from core.imaging.rasterise import rasterise
from tests.core.formats.datasets import (
    SIZE,
    dataset_of,
    holed_polygon,
    ring_mask,
    square,
    write_picture,
)

COCO_KINDS = (ExportKind.COCO_RLE, ExportKind.COCO_POLYGONS)
BOTH = Split((("train", 50.0), ("val", 50.0)), seed=1)


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    """Masks with holes, polygons of parts, a box and a crowd on two JPEGs, one below a folder."""
    shapes: dict[str, list[Geometry]] = {
        "a.jpg": [ring_mask(), holed_polygon(), Box(1.5, 2, 9, 8)],
        "folder/b.jpg": [square(3, 3, 9), ring_mask()],
    }
    for name in shapes:
        write_picture(tmp_path / "pictures" / name)
    return dataset_of(shapes, root=tmp_path / "pictures", crowds=frozenset({5}))


def quietly(load: Any, *arguments: Any, **options: Any) -> Any:
    """Other people's loaders print, and warn of what numpy will do one day."""
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return load(*arguments, **options)


def pixels_of(dataset: Dataset, image_id: int) -> list[Mask]:
    return [rasterise(item.geometry, SIZE) for item in dataset.load(image_id).in_layer(1)]


@pytest.mark.parametrize("kind", COCO_KINDS)
def test_pycocotools_sees_the_same_pixels(
    tmp_path: Path, dataset: Dataset, kind: ExportKind
) -> None:
    path = tmp_path / "out.json"
    export_layer(dataset, 1, path, kind)
    coco = quietly(COCO, str(path))
    for image in coco.imgs.values():
        (record,) = (item for item in dataset.images if item.path == image["file_name"])
        expected = pixels_of(dataset, record.id)
        found = coco.loadAnns(coco.getAnnIds(imgIds=[image["id"]]))
        assert len(found) == len(expected)
        for annotation, pixels in zip(found, expected, strict=True):
            if annotation["segmentation"]:
                assert Mask.from_array(quietly(coco.annToMask, annotation)) == pixels


@pytest.mark.parametrize("kind", COCO_KINDS)
def test_faster_coco_eval_scores_it_as_perfect_against_itself(
    tmp_path: Path, dataset: Dataset, kind: ExportKind
) -> None:
    import faster_coco_eval

    path = tmp_path / "out.json"
    # Objects with pixels only: a box without a segmentation has no mask to be scored.
    chosen = dataset_of({"a.jpg": [ring_mask(), holed_polygon(), square(20, 2, 7)]})
    export_layer(chosen, 1, path, kind)
    truth = quietly(faster_coco_eval.COCO, str(path))
    found = [
        {
            "image_id": item["image_id"],
            "category_id": item["category_id"],
            "segmentation": truth.annToRLE(item),
            "bbox": item["bbox"],
            "score": 0.9,
        }
        for item in truth.anns.values()
    ]
    for style in ("bbox", "segm"):
        results = quietly(truth.loadRes, found)
        evaluation = quietly(faster_coco_eval.COCOeval_faster, truth, results, style)
        for step in (evaluation.evaluate, evaluation.accumulate, evaluation.summarize):
            quietly(step)
        assert evaluation.stats[0] == pytest.approx(1.0)


def test_torchvision_loads_coco(tmp_path: Path, dataset: Dataset) -> None:
    from torchvision.datasets import CocoDetection

    path = tmp_path / "out" / "set.json"
    path.parent.mkdir()
    export_layer(dataset, 1, path, ExportKind.COCO_RLE, None, ExportOptions(pictures=Pictures.COPY))
    loaded = quietly(CocoDetection, str(tmp_path / "out" / "images"), str(path))
    assert len(loaded) == 2
    for image, target in loaded:
        assert image.size == (SIZE.width, SIZE.height)
        assert len(target) in (2, 3)
    assert len(read_coco(path).images) == 2


def test_torchvision_loads_voc(tmp_path: Path) -> None:
    from torchvision.datasets import VOCDetection, VOCSegmentation

    shapes = {f"{name}.jpg": [ring_mask(), square(19, 15, 5)] for name in "abcd"}
    for name in shapes:
        write_picture(tmp_path / "pictures" / name)
    dataset = dataset_of(shapes, root=tmp_path / "pictures")
    target = tmp_path / "VOCdevkit" / "VOC2012"
    options = ExportOptions(split=BOTH, pictures=Pictures.LINK)
    assert export_layer(dataset, 1, target, ExportKind.VOC, None, options).verified
    for part in ("train", "val", "trainval"):
        count = 4 if part == "trainval" else 2
        boxes = VOCDetection(str(tmp_path), year="2012", image_set=part)
        assert len(boxes) == count
        image, found = boxes[0]
        assert image.size == (SIZE.width, SIZE.height)
        objects = found["annotation"]["object"]
        assert [item["name"] for item in objects] == ["cell", "dust"]
        # The devkit counts pixels from 1, both edges inside.
        assert objects[1]["bndbox"] == {"xmin": "20", "ymin": "16", "xmax": "24", "ymax": "20"}
        masks = VOCSegmentation(str(tmp_path), year="2012", image_set=part)
        assert len(masks) == count
        _, classes = masks[0]
        assert isinstance(classes, Image.Image)
        assert np.count_nonzero(np.array(classes) == 1) == ring_mask().area
