"""Captions have no shape: they stay with the file and go back into their places."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.formats.coco import read_coco, write_coco
from core.formats.combining import combine
from core.formats.exporting import ExportKind, export_layer
from core.headless.converting import ConversionStatus, convert
from core.project.opening import open_source
from tests.core.formats.datasets import coco_file, dataset_of, record, square, write_picture

WORDS = {"id": 41, "image_id": 5, "caption": "A cell, and some dust.", "by": {"x": 1.10}}
MORE = {"id": "42", "image_id": 5, "caption": "The same."}
IMAGES = [
    {"id": 5, "file_name": "a.png", "width": 32, "height": 24},
    {"id": 6, "file_name": "b.png", "width": 32, "height": 24},
]


def _content(path: Path) -> Any:
    return json.loads(path.read_text())


@pytest.mark.parametrize(
    "records", [[WORDS, record(9), MORE, record(3)], [record(9), WORDS], [WORDS, MORE]]
)
def test_they_go_out_as_they_came_in(tmp_path: Path, records: list[Any]) -> None:
    source = coco_file(tmp_path, records, images=IMAGES)
    imported = read_coco(source)
    shapes = sum("segmentation" in item for item in records)
    assert (imported.report.annotations, imported.report.found_annotations) == (shapes, shapes)
    assert imported.report.left_out == ()
    assert "captions" in "\n".join(map(str, imported.report.entries))
    combined = combine([imported])
    report = write_coco(combined.dataset, 1, tmp_path / "out.json", source=combined.sources[1])
    assert report.verified
    assert _content(tmp_path / "out.json") == _content(source)
    assert report.counts["annotations"] == shapes


def test_a_project_keeps_them(tmp_path: Path) -> None:
    source = coco_file(tmp_path, [WORDS, record(9)], images=IMAGES[:1])
    with_project = open_source(source, author="tester").project
    try:
        records = with_project.source_records(1)
        report = export_layer(
            with_project.snapshot(), 1, tmp_path / "out.json", ExportKind.COCO_RLE, records
        )
    finally:
        with_project.close()
    assert report.verified
    assert _content(tmp_path / "out.json") == _content(source)


def test_new_objects_get_other_ids_and_other_formats_say_that_they_have_no_words(
    tmp_path: Path,
) -> None:
    combined = combine([read_coco(coco_file(tmp_path, [WORDS], images=IMAGES))])
    document = combined.dataset.load(1)
    item = next(iter(dataset_of({"a.png": [square(1, 1, 3)]}).load(1).annotations.values()))
    drawn = {1: replace(document, annotations={7: item}), 2: combined.dataset.load(2)}
    dataset = replace(combined.dataset, load=drawn.__getitem__)
    write_coco(dataset, 1, tmp_path / "out.json", source=combined.sources[1])
    assert [item["id"] for item in _content(tmp_path / "out.json")["annotations"]] == [41, 42]
    only_b = replace(dataset, images=dataset.images[1:])
    write_coco(only_b, 1, tmp_path / "b.json", source=combined.sources[1])
    assert _content(tmp_path / "b.json")["annotations"] == []
    report = export_layer(dataset, 1, tmp_path / "out", ExportKind.YOLO_BOXES, combined.sources[1])
    (entry,) = [item for item in report.losses if "captions" in item.reason]
    assert entry.left_out


def test_a_file_of_captions_alone_is_converted(tmp_path: Path) -> None:
    source = coco_file(tmp_path, [WORDS], images=IMAGES[:1], categories=[])
    done = convert(source, tmp_path / "out.json", ExportKind.COCO_RLE)
    assert done.status is ConversionStatus.COMPLETE
    assert _content(tmp_path / "out.json")["annotations"] == [WORDS]
    lossy = convert(source, tmp_path / "yolo", ExportKind.YOLO_BOXES)
    assert lossy.status is ConversionStatus.WITH_LOSSES


def test_a_caption_of_an_image_that_is_not_there_is_left_out(tmp_path: Path) -> None:
    write_picture(tmp_path / "a.png")
    lost = {**WORDS, "image_id": 99}
    report = read_coco(coco_file(tmp_path, [lost], images=IMAGES[:1])).report
    assert "no image has the id 99" in str(report.left_out[0])
