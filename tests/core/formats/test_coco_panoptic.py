"""COCO panoptic: ids in colours, records kept, faults one by one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from core.document.geometry import Box
from core.formats.coco_panoptic import read_coco_panoptic, write_coco_panoptic
from core.formats.combining import combine
from core.formats.dataset import ImportedDataset
from core.formats.exporting import ExportKind, export_layer
from core.imaging.rasterise import rasterise
from tests.core.formats.datasets import SIZE, dataset_of, edited, square, write_picture

SEGMENTS = [
    {"id": 1000, "category_id": 3, "area": 24, "bbox": [3, 2, 6, 4], "iscrowd": 0, "odd": [1]},
    {"id": 70000, "category_id": 9, "area": 180, "bbox": [12, 10, 18, 10], "iscrowd": 1},
]
CATEGORIES = [
    {"id": 3, "name": "cell", "isthing": 1, "color": [1, 2, 3]},
    {"id": 9, "name": "ground", "isthing": 0},
]


def _ids() -> np.ndarray:
    ids = np.zeros(SIZE.shape, np.uint32)
    ids[2:6, 3:9] = 1000
    ids[10:20, 12:30] = 70000
    return ids


def _file(folder: Path, segments: Any = SEGMENTS, ids: np.ndarray | None = None) -> Path:
    write_picture(folder / "a.png")
    png = folder / "set" / "a.png"
    png.parent.mkdir()
    numbers = _ids() if ids is None else ids
    channels = [(numbers >> shift & 255).astype(np.uint8) for shift in (0, 8, 16)]
    Image.fromarray(np.stack(channels, axis=2)).save(png)
    content = {
        "info": {"year": 2018},
        "images": [{"id": 5, "file_name": "a.png", "width": 32, "height": 24, "license": 2}],
        "annotations": [
            {"image_id": 5, "file_name": "a.png", "segments_info": segments, "more": True}
        ],
        "categories": CATEGORIES,
    }
    path = folder / "set.json"
    path.write_text(json.dumps(content))
    return path


def _areas(imported: ImportedDataset) -> list[int]:
    (image,) = imported.images
    return [rasterise(item.geometry, SIZE).area for item in image.annotations]


def test_segments_are_masks_with_labels(tmp_path: Path) -> None:
    imported = read_coco_panoptic(_file(tmp_path))
    assert _areas(imported) == [24, 180]
    assert [label.name for label in imported.labels] == ["cell", "ground"]
    assert [item.is_crowd for item in imported.images[0].annotations] == [False, True]
    assert imported.report.entries == ()


def test_categories_that_do_not_say_so_are_things(tmp_path: Path) -> None:
    path = _file(tmp_path)
    content = json.loads(path.read_text())
    content["categories"] = [{"id": 3, "name": "cell"}, {"id": 9, "name": "ground"}]
    path.write_text(json.dumps(content))
    combined = combine([read_coco_panoptic(path)])
    out = tmp_path / "out" / "set.json"
    layer = next(iter(combined.sources))
    export_layer(combined.dataset, layer, out, ExportKind.COCO_PANOPTIC, combined.sources[layer])
    written = json.loads(out.read_text())["categories"]
    assert written == [
        {"id": 3, "name": "cell", "isthing": 1},
        {"id": 9, "name": "ground", "isthing": 1},
    ]


def test_what_nobody_edited_goes_out_as_it_came_in(tmp_path: Path) -> None:
    path = _file(tmp_path)
    combined = combine([read_coco_panoptic(path)])
    out = tmp_path / "out" / "set.json"
    kind = ExportKind.COCO_PANOPTIC
    report = export_layer(combined.dataset, 1, out, kind, combined.sources[1])
    assert (report.verified, report.losses) == (True, ())
    assert json.loads(out.read_bytes()) == json.loads(path.read_bytes())
    with (
        Image.open(out.parent / "set" / "a.png") as new,
        Image.open(path.parent / "set/a.png") as old,
    ):
        assert np.array_equal(np.array(new), np.array(old))


def test_an_edited_segment_gets_a_new_area_and_keeps_its_fields(tmp_path: Path) -> None:
    combined = combine([read_coco_panoptic(_file(tmp_path))])
    annotation = combined.dataset.load(1).in_layer(1)[0]
    dataset = edited(combined.dataset, {annotation.id: annotation.with_geometry(square(0, 0, 3))})
    out = tmp_path / "out.json"
    export_layer(dataset, 1, out, ExportKind.COCO_PANOPTIC, combined.sources[1])
    first = json.loads(out.read_bytes())["annotations"][0]["segments_info"][0]
    assert first == {**SEGMENTS[0], "area": 9, "bbox": [0, 0, 3, 3]}


@pytest.mark.parametrize(
    ("segments", "annotations", "words"),
    [
        ([SEGMENTS[0]], 1, "180 pixels of the PNG have the id 70000"),
        ([*SEGMENTS, {"id": 5, "category_id": 3}], 2, "no pixel of the PNG has the id 5"),
        ([SEGMENTS[0], {**SEGMENTS[1], "category_id": 77}], 2, "no category has the id 77"),
        ([*SEGMENTS, 7], 2, "no pixel"),
        ({"0": SEGMENTS[0], "1": SEGMENTS[1]}, 2, "object instead of a list"),
    ],
)
def test_faults_are_reported_one_by_one(
    tmp_path: Path, segments: Any, annotations: int, words: str
) -> None:
    report = read_coco_panoptic(_file(tmp_path, segments)).report
    assert report.annotations == annotations
    assert words in "\n".join(map(str, report.entries))


def test_pixels_that_no_segment_has_are_counted(tmp_path: Path) -> None:
    report = read_coco_panoptic(_file(tmp_path, [SEGMENTS[0]])).report
    assert sum(entry.pixels for entry in report.left_out) == 180


def test_a_png_of_another_size_or_none(tmp_path: Path) -> None:
    path = _file(tmp_path, ids=np.ones((5, 5), np.uint32))
    report = read_coco_panoptic(path).report
    assert (report.annotations, report.found_annotations) == (0, 2)
    assert "5 × 5" in report.left_out[0].reason
    (tmp_path / "set" / "a.png").unlink()
    assert "could not be read" in read_coco_panoptic(path).report.left_out[0].reason


def test_what_lies_behind_is_covered_and_counted(tmp_path: Path) -> None:
    dataset = dataset_of({"a.png": [square(1, 1, 6), square(3, 3, 6), square(1, 1, 2)]})
    report = write_coco_panoptic(dataset, 1, tmp_path / "out.json")
    assert report.verified
    assert [entry.pixels for entry in report.losses] == [20]
    (annotation,) = json.loads((tmp_path / "out.json").read_bytes())["annotations"]
    assert [item["area"] for item in annotation["segments_info"]] == [16, 36, 4]


def test_an_object_that_is_covered_entirely_is_left_out(tmp_path: Path) -> None:
    dataset = dataset_of({"a.png": [square(3, 3, 2), square(1, 1, 9), Box(20, 2, 4, 4)]})
    report = write_coco_panoptic(dataset, 1, tmp_path / "out.json")
    assert report.counts["annotations"] == 2
    first = next(entry for entry in report.losses if entry.left_out)
    assert (first.item, first.pixels) == ("object 1 of a.png", 4)
