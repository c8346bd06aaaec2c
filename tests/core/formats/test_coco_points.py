"""Keypoints beside an outline: in the project, moved with it, and written back."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from core.document.annotation import Annotation
from core.document.geometry import Keypoints, Polygon, Visibility
from core.document.images import Dataset
from core.editing.annotations import move_annotations
from core.formats.coco import read_coco, write_coco
from core.formats.combining import combine
from core.project import codec
from tests.core.formats.datasets import coco_file, dataset_of, edited, record, square

POINTS = [5.5, 6, 2, 0, 0, 0, 9, 10.25, 1]
CATEGORIES = [{"id": 0, "name": "cell", "keypoints": ["a", "b", "c"], "skeleton": [[1, 2]]}]
MEANT = Keypoints(
    (
        (5.5, 6.0, Visibility.VISIBLE),
        (0.0, 0.0, Visibility.UNLABELLED),
        (9.0, 10.25, Visibility.HIDDEN),
    )
)


def _records(path: Path) -> Any:
    return json.loads(path.read_text())["annotations"]


def _source(folder: Path, **more: object) -> Path:
    both = record(3, keypoints=POINTS, num_keypoints=2, **more)
    return coco_file(folder, [both], categories=CATEGORIES)


def _only(dataset: Dataset) -> Annotation:
    return next(iter(dataset.load(1).annotations.values()))


def test_both_come_in_and_nothing_is_reported(tmp_path: Path) -> None:
    imported = read_coco(_source(tmp_path))
    (item,) = imported.images[0].annotations
    assert isinstance(item.geometry, Polygon)
    assert item.keypoints == MEANT
    assert imported.report.entries == ()


def test_both_go_out_as_they_came_in(tmp_path: Path) -> None:
    source = _source(tmp_path)
    combined = combine([read_coco(source)])
    report = write_coco(combined.dataset, 1, tmp_path / "out.json", source=combined.sources[1])
    assert report.verified
    assert _records(tmp_path / "out.json") == _records(source)


def test_a_move_takes_the_points_along_into_the_file(tmp_path: Path) -> None:
    source = _source(tmp_path)
    combined = combine([read_coco(source)])
    item = _only(combined.dataset)
    change = move_annotations(combined.dataset.load(1), [item.id], 2, 1)
    assert change is not None
    ((_, moved),) = change.images[1].annotations.updated
    out = tmp_path / "out.json"
    report = write_coco(edited(combined.dataset, {item.id: moved}), 1, out)
    assert report.verified
    (before,), (after,) = _records(source), _records(out)
    assert after["keypoints"] == [7.5, 7, 2, 0, 0, 0, 11, 11.25, 1]
    assert after["segmentation"][0][:2] == [4.25, 4.1]
    assert {key for key in before if before[key] != after[key]} == {
        *("segmentation", "bbox", "keypoints")
    } | ({"area"} if before["area"] != after["area"] else set())


def test_an_edited_outline_leaves_the_points_alone(tmp_path: Path) -> None:
    combined = combine([read_coco(_source(tmp_path))])
    item = _only(combined.dataset)
    changed = edited(combined.dataset, {item.id: item.with_geometry(square(2, 3, 6))})
    write_coco(changed, 1, tmp_path / "out.json")
    (after,) = _records(tmp_path / "out.json")
    assert (after["keypoints"], after["num_keypoints"]) == (POINTS, 2)


def test_points_that_were_taken_away_are_gone_from_the_file(tmp_path: Path) -> None:
    combined = combine([read_coco(_source(tmp_path))])
    item = _only(combined.dataset)
    changed = edited(combined.dataset, {item.id: replace(item, keypoints=None, edited=True)})
    write_coco(changed, 1, tmp_path / "out.json")
    (after,) = _records(tmp_path / "out.json")
    assert (after["keypoints"], after["num_keypoints"]) == ([0.0, 0.0, 0] * 3, 0)
    assert after["segmentation"] == record()["segmentation"]


def test_a_new_object_has_both(tmp_path: Path) -> None:
    dataset = dataset_of({"a.png": [square(2, 3, 6)]})
    changed = edited(dataset, {1: replace(_only(dataset), keypoints=MEANT)})
    assert write_coco(changed, 1, tmp_path / "out.json").verified
    (written,) = _records(tmp_path / "out.json")
    assert (written["keypoints"], written["num_keypoints"]) == (POINTS, 2)
    assert written["segmentation"]["size"] == [24, 32]


def test_a_file_that_lost_its_points_does_not_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = dataset_of({"a.png": [square(2, 3, 6)]})
    changed = edited(dataset, {1: replace(_only(dataset), keypoints=MEANT)})
    monkeypatch.setattr("core.formats.coco_records.points_fields", lambda _: {})
    assert not write_coco(changed, 1, tmp_path / "out.json").verified


def test_points_turn_with_the_picture_and_back(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    source = _source(tmp_path)
    Image.new("RGB", (32, 24)).save(tmp_path / "a.png", exif=exif)
    combined = combine([read_coco(source)])
    shown = _only(combined.dataset).keypoints
    assert shown is not None
    assert shown.points[0] == (24 - 6, 5.5, Visibility.VISIBLE)
    item = _only(combined.dataset)
    touched = edited(combined.dataset, {item.id: replace(item, edited=True, group_id=4)})
    write_coco(touched, 1, tmp_path / "out.json", source=combined.sources[1])
    (after,) = _records(tmp_path / "out.json")
    assert after == {**_records(source)[0], "group_id": 4}


def test_records_of_older_projects_have_no_points() -> None:
    item = replace(_only(dataset_of({"a.png": [square(2, 3, 6)]})), keypoints=MEANT, group_id=4)
    fields = codec.annotation_fields(item)
    assert codec.annotation_from(fields) == item
    assert codec.annotation_from(fields[:14]) == replace(item, keypoints=None)
    assert codec.annotation_from(fields[:12]) == replace(item, keypoints=None, group_id=None)
