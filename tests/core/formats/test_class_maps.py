"""Class maps through the exports: as pixels where a format has classes, else counted as lost."""

from __future__ import annotations

import contextlib
import io
import json
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO

from core.document.annotation import Annotation
from core.document.images import Dataset
from core.document.mask import Mask
from core.document.semantic import SemanticMap
from core.formats.exporting import EXPORT_FORMATS, ExportKind, export_layer
from core.formats.registry import read_annotations
from core.imaging.rasterise import rasterise
from core.scoring.overlap import score_image
from tests.core.formats.datasets import SIZE, dataset_of, square, write_picture

UNLABELLED, VOID = 65534, 65535


def _classes() -> npt.NDArray[np.uint16]:
    classes = np.full(SIZE.shape, UNLABELLED, np.uint16)
    classes[:10] = 1
    classes[10:, :12] = 2
    classes[20:, 28:] = VOID
    return classes


def _dataset(folder: Path, *, with_object: bool = False) -> Dataset:
    write_picture(folder / "a.png")
    dataset = dataset_of({"a.png": [square(20, 12, 4)] if with_object else []}, root=folder)
    semantic = MappingProxyType({1: SemanticMap(1, _classes())})
    document = replace(dataset.load(1), semantic=semantic)
    return replace(dataset, load={1: document}.__getitem__)


def _read(path: Path) -> npt.NDArray[np.uint8]:
    return np.asarray(Image.open(path))


def test_label_pngs_hold_the_map_and_objects_in_front(tmp_path: Path) -> None:
    dataset = _dataset(tmp_path, with_object=True)
    report = export_layer(dataset, 1, tmp_path / "out", ExportKind.PNG_CLASSES)
    found = _read(tmp_path / "out" / "masks" / "a.png")
    expected = np.where(_classes() > 2, 0, _classes())
    expected[12:16, 20:24] = 1
    assert np.array_equal(found, expected)
    assert report.verified


def test_voc_holds_the_map_in_its_class_picture_alone(tmp_path: Path) -> None:
    dataset = _dataset(tmp_path, with_object=True)
    report = export_layer(dataset, 1, tmp_path / "out", ExportKind.VOC)
    classes, objects = (
        _read(tmp_path / "out" / folder / "a.png")
        for folder in ("SegmentationClass", "SegmentationObject")
    )
    seen = np.zeros(SIZE.shape, np.bool_)
    seen[12:16, 20:24] = True
    assert np.array_equal(objects, seen), "the class map is no object"
    expected = np.where(_classes() < UNLABELLED, _classes(), 0)
    expected[seen] = 1
    assert np.array_equal(classes, expected)
    text = (tmp_path / "out" / "Annotations" / "a.xml").read_text()
    assert text.count("<object>") == 1
    assert report.verified
    assert report.counts["annotations"] == 1


def test_classes_beside_the_objects_of_voc_come_in_as_regions_behind_them(tmp_path: Path) -> None:
    dataset = _dataset(tmp_path, with_object=True)
    export_layer(dataset, 1, tmp_path / "out", ExportKind.VOC)
    imported = read_annotations(tmp_path / "out", tmp_path)
    (image,) = imported.images
    names = {label.id: label.name for label in imported.labels}
    ordered = sorted(image.annotations, key=lambda item: item.order)
    assert [names[item.label_id] for item in ordered] == ["cell", "dust", "cell"]
    assert [rasterise(item.geometry, SIZE).area for item in ordered] == [
        int((_classes() == 1).sum()),
        int((_classes() == 2).sum()),
        16,
    ]
    report = imported.report
    assert report.annotations == report.found_annotations == 3
    assert "belong to no object" in "\n".join(map(str, report.entries))


def test_a_map_alone_is_written_without_any_object(tmp_path: Path) -> None:
    dataset = _dataset(tmp_path)
    report = export_layer(dataset, 1, tmp_path / "out", ExportKind.VOC)
    found = _read(tmp_path / "out" / "SegmentationClass" / "a.png")
    labelled = _classes() < UNLABELLED
    assert np.array_equal(found[labelled], _classes()[labelled])
    assert not np.isin(found[~labelled], (1, 2)).any()
    assert report.verified


def test_panoptic_has_one_segment_for_each_class(tmp_path: Path) -> None:
    dataset = _dataset(tmp_path)
    report = export_layer(dataset, 1, tmp_path / "out.json", ExportKind.COCO_PANOPTIC)
    content = json.loads((tmp_path / "out.json").read_text())
    assert [item["isthing"] for item in content["categories"]] == [0, 0]
    (image,) = content["annotations"]
    areas = {item["category_id"]: item["area"] for item in image["segments_info"]}
    assert sorted(areas.values()) == sorted([(_classes() == 1).sum(), (_classes() == 2).sum()])
    colors = _read(tmp_path / "out" / image["file_name"])
    assert (colors.any(axis=2) == (_classes() < UNLABELLED)).all()
    assert report.verified


def test_a_class_that_also_has_objects_is_one_of_things(tmp_path: Path) -> None:
    dataset = _dataset(tmp_path, with_object=True)
    export_layer(dataset, 1, tmp_path / "out.json", ExportKind.COCO_PANOPTIC)
    content = json.loads((tmp_path / "out.json").read_text())
    assert {item["name"]: item["isthing"] for item in content["categories"]} == {
        "cell": 1,
        "dust": 0,
    }


def test_coco_has_the_classes_as_masks(tmp_path: Path) -> None:
    export_layer(_dataset(tmp_path), 1, tmp_path / "out.json", ExportKind.COCO_RLE)
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO(str(tmp_path / "out.json"))
    areas = {
        item["category_id"]: int(coco_mask.area(coco.annToRLE(item))) for item in coco.anns.values()
    }
    assert sorted(areas.values()) == sorted([(_classes() == 1).sum(), (_classes() == 2).sum()])


@pytest.mark.parametrize("kind", list(ExportKind))
def test_a_format_without_classes_of_pixels_says_what_it_loses(
    tmp_path: Path, kind: ExportKind
) -> None:
    chosen = EXPORT_FORMATS[kind]
    report = export_layer(_dataset(tmp_path), 1, tmp_path / f"out{chosen.suffix}", kind)
    lost = [entry for entry in report.losses if "classes of pixels" in entry.reason]
    assert bool(lost) is not chosen.has_pixel_classes
    assert all(entry.pixels == int((_classes() < UNLABELLED).sum()) for entry in lost)


def test_a_painted_map_is_scored_against_objects_of_a_reference(tmp_path: Path) -> None:
    dataset = _dataset(tmp_path)
    document = dataset.load(1)
    item = Annotation(9, 2, 1, Mask.from_array(_classes() == 1))
    scored = replace(document, annotations=MappingProxyType({9: item}))
    score = score_image(scored, dataset.state, 2, 1)
    assert score.per_label[1].iou == 1.0
