"""Attributes and groups go through COCO files and come back the same."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from core.document.annotation import AttributeValue
from core.document.geometry import Keypoints
from core.formats.coco import read_coco, write_coco
from core.formats.combining import combine
from tests.core.formats.datasets import coco_file, dataset_of, edited, record, square, write_picture

VALUES: Mapping[str, AttributeValue] = MappingProxyType(
    {"pose": "left", "age": 3, "share": 0.25, "occluded": False}
)


def _content(path: Path) -> Any:
    return json.loads(path.read_text())


def test_values_of_new_objects_and_images_come_back(tmp_path: Path) -> None:
    write_picture(tmp_path / "a.png")
    dataset = dataset_of({"a.png": [square(2, 3, 6)]}, root=tmp_path)
    item = dataset.load(1).annotations[1]
    dataset = edited(dataset, {1: replace(item, attributes=VALUES, group_id=12)})
    image_values: Mapping[str, AttributeValue] = {"weather": "rain", "ok": True}
    dataset = replace(dataset, state=replace(dataset.state, image_attributes={1: image_values}))
    assert write_coco(dataset, 1, tmp_path / "out.json").verified
    back = read_coco(tmp_path / "out.json").images[0]
    assert dict(back.attributes) == image_values
    assert dict(back.annotations[0].attributes) == dict(VALUES)
    assert {key: type(value) for key, value in back.annotations[0].attributes.items()} == {
        key: type(value) for key, value in VALUES.items()
    }
    assert back.annotations[0].group_id == 12


def test_edited_values_leave_everything_else_of_a_record_alone(tmp_path: Path) -> None:
    odd = record(9, attributes={"pose": "up", "list": [1]}, note={"x": 1.10})
    images = [{"id": 5, "file_name": "a.png", "width": 32, "height": 24, "attributes": {"d": 1}}]
    source = coco_file(tmp_path, [odd], images=images)
    combined = combine([read_coco(source)])
    item = next(iter(combined.dataset.load(1).annotations.values()))
    changed = replace(item, attributes=VALUES, edited=True)
    state = replace(combined.dataset.state, image_attributes={1: {"d": 2}})
    dataset = replace(edited(combined.dataset, {item.id: changed}), state=state)
    out = tmp_path / "out.json"
    write_coco(dataset, 1, out, source=combined.sources[1])
    found = _content(out)
    assert found["annotations"] == [{**odd, "attributes": {"list": [1], **VALUES}}]
    assert found["images"] == [{**images[0], "attributes": {"d": 2}}]


def test_what_was_not_touched_goes_out_as_it_came_in(tmp_path: Path) -> None:
    images = [{"id": 5, "file_name": "a.png", "attributes": {"d": 1, "e": [2]}, "width": 32.0}]
    odd = record(9, group_id=3, attributes={"pose": "up"})
    source = coco_file(tmp_path, [odd, record(10, group_id="seven")], images=images)
    combined = combine([read_coco(source)])
    write_coco(combined.dataset, 1, tmp_path / "out.json", source=combined.sources[1])
    assert _content(tmp_path / "out.json") == _content(source)


def test_keypoints_that_a_label_gained_reach_its_category(tmp_path: Path) -> None:
    points = [1.5, 2, 2, 0, 0, 0, 7, 8, 1]
    pose = {"keypoints": points, "num_keypoints": 2, "segmentation": []}
    categories = [{"id": 0, "name": "cell", "keypoints": ["a", "b", "c"], "skeleton": [[1, 2]]}]
    source = coco_file(tmp_path, [record(9, **pose)], categories=categories)
    combined = combine([read_coco(source)])
    label = replace(
        combined.dataset.state.labels[1], keypoint_names=("a", "b", "d"), skeleton=((1, 3),)
    )
    state = replace(combined.dataset.state, labels={1: label})
    write_coco(
        replace(combined.dataset, state=state), 1, tmp_path / "out.json", source=combined.sources[1]
    )
    found = _content(tmp_path / "out.json")
    assert found["categories"][0] == {
        **categories[0],
        "keypoints": ["a", "b", "d"],
        "skeleton": [[1, 3]],
    }
    assert found["annotations"] == _content(source)["annotations"]
    back = read_coco(tmp_path / "out.json")
    assert back.labels[0].keypoint_names == ("a", "b", "d")
    assert isinstance(back.images[0].annotations[0].geometry, Keypoints)
