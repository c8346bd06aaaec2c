"""What a data set says beside shapes and labels: written and read again, or named as lost."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest

from core.document.annotation import (
    Annotation,
    AttributeValue,
    Layer,
    LayerRole,
    Provenance,
    ReviewState,
)
from core.document.comment import Comment
from core.document.document import ImageDocument, ImageState, ProjectState
from core.document.geometry import Keypoints, Visibility
from core.document.images import Dataset
from core.document.mask import Mask
from core.document.semantic import SemanticMap
from core.formats.combining import combine
from core.formats.dataset import ExportReport
from core.formats.details import Detail
from core.formats.export_options import ExportOptions
from core.formats.exporting import EXPORT_FORMATS, ExportKind, export_layer
from core.formats.registry import format_named
from tests.core.formats.datasets import SIZE, dataset_of, square, write_picture

POINTS = Keypoints(((3, 4, Visibility.VISIBLE), (5, 6, Visibility.HIDDEN)))
NET = Provenance(
    "model", "ann", "unet", "abc123", 0.75, MappingProxyType({"threshold": 0.5}), 0.125
)
ATTRIBUTES: Mapping[str, AttributeValue] = MappingProxyType(
    {"pose": "left", "clear": True, "age": 7, "share": 0.25}
)
ALL = ExportOptions(with_reviews=True)
WORDS = {
    Detail.ATTRIBUTES: "1 objects have attributes (pose, clear, age, share)",
    Detail.GROUPS: "1 objects belong to groups",
    Detail.POINTS: "1 objects have keypoints beside their shape",
    Detail.REVIEWS: "1 objects have been reviewed (approved)",
    Detail.ORIGINS: "of 1 objects it is known who or what made them (ann, unet, score)",
    Detail.IMAGE_ATTRIBUTES: "1 images have attributes (weather, sharp)",
    Detail.IMAGE_STATES: "1 images have a state (approved)",
    Detail.COMMENTS: "1 comments were made",
    Detail.SKELETONS: "1 labels name their keypoints (cell)",
}


def _full(root: Path) -> Dataset:
    """One object on one image, with all that can be said of both, and nothing else."""
    write_picture(root / "a.png")
    dataset = dataset_of({"a.png": [square(2, 3, 6)]}, root=root)
    document = dataset.load(1)
    item = replace(
        document.annotations[1],
        attributes=ATTRIBUTES,
        group_id=12,
        keypoints=POINTS,
        review=ReviewState.APPROVED,
        provenance=NET,
    )
    comment = Comment(9, 2.5, 3.5, "too small", "ann", 1, "bad outline", made_at=2.5)
    full = replace(document, annotations={1: item}, comments={9: comment})
    label = replace(dataset.state.labels[1], keypoint_names=("head", "foot"), skeleton=((1, 2),))
    state = replace(
        dataset.state,
        labels={**dataset.state.labels, 1: label},
        states={1: ImageState.APPROVED},
        image_attributes={1: {"weather": "rain", "sharp": False}},
    )
    return replace(dataset, state=state, load={1: full}.__getitem__)


def _reasons(report: ExportReport) -> list[str]:
    return [entry.reason for entry in report.losses]


def _item(dataset: Dataset) -> Annotation:
    return next(iter(dataset.load(1).annotations.values()))


def _comment(document: ImageDocument) -> tuple[object, ...]:
    (found,) = document.comments.values()
    about = found.annotation_id in document.annotations
    return found.x, found.y, found.text, found.author, about, found.reason, found.made_at


VALUES: dict[Detail, Callable[[Dataset], object]] = {
    # VOC has flags that every object says, if only that they do not hold.
    Detail.ATTRIBUTES: lambda data: {key: _item(data).attributes[key] for key in ATTRIBUTES},
    Detail.GROUPS: lambda data: _item(data).group_id,
    Detail.POINTS: lambda data: _item(data).keypoints,
    Detail.REVIEWS: lambda data: _item(data).review,
    Detail.ORIGINS: lambda data: _item(data).provenance,
    Detail.IMAGE_ATTRIBUTES: lambda data: dict(data.state.attributes_of_image(1)),
    Detail.IMAGE_STATES: lambda data: data.state.state_of(1),
    Detail.COMMENTS: lambda data: _comment(data.load(1)),
    Detail.SKELETONS: lambda data: [
        (label.name, label.keypoint_names, label.skeleton)
        for label in data.state.labels.values()
        if label.keypoint_names
    ],
}


@pytest.mark.parametrize("kind", list(ExportKind), ids=lambda kind: kind.value)
def test_every_detail_is_read_again_or_named_as_lost(tmp_path: Path, kind: ExportKind) -> None:
    start = _full(tmp_path)
    form = EXPORT_FORMATS[kind]
    (tmp_path / "out").mkdir()
    target = tmp_path / "out" / f"set{form.suffix}"
    report = export_layer(start, 1, target, kind, options=ALL)
    assert report.verified
    end = combine([format_named(form.family).read(target, tmp_path)]).dataset
    for detail in Detail:
        assert (WORDS[detail] in _reasons(report)) is (detail not in form.says), detail
        if detail in form.says:
            assert VALUES[detail](end) == VALUES[detail](start), detail
    lost = [entry for entry in report.losses if entry.reason in WORDS.values()]
    assert all(entry.left_out and "no place for that" in entry.action for entry in lost)


@pytest.mark.parametrize("kind", [ExportKind.COCO_RLE, ExportKind.COCO_POLYGONS])
def test_what_review_said_is_written_when_it_is_asked_for(tmp_path: Path, kind: ExportKind) -> None:
    start = _full(tmp_path)
    report = export_layer(start, 1, tmp_path / "set.json", kind)
    (found,) = (entry for entry in report.losses if entry.reason == WORDS[Detail.REVIEWS])
    assert not found.left_out, "it can be had"
    assert "not asked for" in found.action
    assert '"review"' not in (tmp_path / "set.json").read_text("utf-8")


def test_a_plain_set_loses_nothing_anywhere(tmp_path: Path) -> None:
    write_picture(tmp_path / "a.png")
    start = dataset_of({"a.png": [square(2, 3, 6)]}, root=tmp_path)
    for kind in ExportKind:
        (tmp_path / kind.value).mkdir()
        target = tmp_path / kind.value / f"set{EXPORT_FORMATS[kind].suffix}"
        reasons = _reasons(export_layer(start, 1, target, kind))
        assert [reason for reason in reasons if reason in WORDS.values()] == []


def test_other_layers_are_named_with_what_they_have(tmp_path: Path) -> None:
    start = _full(tmp_path)
    document = start.load(1)
    other = replace(document.annotations[1], id=2, layer_id=2)
    classes = np.full(SIZE.shape, 1, np.uint16)
    full = replace(
        document,
        annotations={**document.annotations, 2: other},
        semantic={3: SemanticMap(3, classes)},
    )
    layers = {
        **start.state.layers,
        2: Layer(2, LayerRole.REFERENCE, "Truth"),
        3: Layer(3, LayerRole.MINE, "Classes"),
        4: Layer(4, LayerRole.MINE, "Empty"),
    }
    dataset = replace(start, state=replace(start.state, layers=layers), load={1: full}.__getitem__)
    report = export_layer(dataset, 1, tmp_path / "set.json", ExportKind.COCO_RLE)
    named = [entry.item for entry in report.losses if "one layer" in entry.reason]
    assert named == ["layer “Truth”", "layer “Classes”"]
    assert not any(entry.left_out for entry in report.losses)


def test_what_was_not_chosen_is_no_loss(tmp_path: Path) -> None:
    only_rejected = ExportOptions(reviews=frozenset({ReviewState.REJECTED}))
    report = export_layer(
        _full(tmp_path), 1, tmp_path / "out", ExportKind.YOLO_BOXES, options=only_rejected
    )
    assert WORDS[Detail.ATTRIBUTES] not in _reasons(report)
    assert WORDS[Detail.IMAGE_ATTRIBUTES] in _reasons(report)


def test_an_untouched_record_says_it_in_its_own_format_only(tmp_path: Path) -> None:
    start = _full(tmp_path)
    export_layer(start, 1, tmp_path / "first.json", ExportKind.COCO_RLE, options=ALL)
    read = combine([format_named("coco").read(tmp_path / "first.json", tmp_path)])
    again = export_layer(
        read.dataset, 1, tmp_path / "again.json", ExportKind.COCO_RLE, read.sources[1]
    )
    assert again.losses == ()
    first, second = (
        json.loads((tmp_path / name).read_text()) for name in ("first.json", "again.json")
    )
    assert first == second
    elsewhere = export_layer(read.dataset, 1, tmp_path / "out", ExportKind.YOLO_BOXES)
    assert set(WORDS.values()) <= set(_reasons(elsewhere))


def test_what_people_did_since_reaches_a_record_and_nothing_else_of_it(tmp_path: Path) -> None:
    start = _full(tmp_path)
    export_layer(start, 1, tmp_path / "first.json", ExportKind.COCO_RLE, options=ALL)
    read = combine([format_named("coco").read(tmp_path / "first.json", tmp_path)])
    document = read.dataset.load(1)
    (item,) = document.annotations.values()
    said = Comment(5, 1, 1, "and here?", "bob", made_at=9)
    changed = replace(
        document,
        annotations={item.id: replace(item, review=ReviewState.REJECTED)},
        comments={**document.comments, 5: said},
    )
    state: ProjectState = replace(read.dataset.state, states={1: ImageState.REJECTED})
    dataset = replace(read.dataset, state=state, load={1: changed}.__getitem__)
    export_layer(dataset, 1, tmp_path / "again.json", ExportKind.COCO_RLE, read.sources[1], ALL)
    first, second = (
        json.loads((tmp_path / name).read_text()) for name in ("first.json", "again.json")
    )
    assert second["annotations"] == [{**first["annotations"][0], "review": "rejected"}]
    (image,) = second["images"]
    assert image["state"] == "rejected"
    assert image["comments"][0] == first["images"][0]["comments"][0]
    assert image["comments"][1]["text"] == "and here?"
    assert {**image, "comments": 0, "state": 0} == {**first["images"][0], "comments": 0, "state": 0}


def test_a_mask_beside_which_nothing_is_known_is_only_a_mask(tmp_path: Path) -> None:
    write_picture(tmp_path / "a.png")
    start = dataset_of({"a.png": [square(2, 3, 6)]}, root=tmp_path)
    export_layer(start, 1, tmp_path / "set.json", ExportKind.COCO_RLE)
    content = json.loads((tmp_path / "set.json").read_text())
    assert isinstance(_item(start).geometry, Mask)
    assert content["annotations"][0].keys() == {
        *("id", "image_id", "category_id", "segmentation", "bbox", "area", "iscrowd")
    }
    assert content["images"][0].keys() == {"id", "file_name", "width", "height"}
