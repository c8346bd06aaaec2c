"""Provenance and comments in the extra fields of COCO records."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from core.document.annotation import Annotation, Label, Layer, LayerRole, Provenance, ReviewState
from core.document.comment import Comment
from core.document.document import ImageDocument, ImageState, ProjectState
from core.document.geometry import Box, Size
from core.document.images import Dataset, ImageRecord
from core.formats.coco import read_coco, write_coco
from core.formats.coco_comments import changed_comments
from core.formats.combining import combine
from tests.core.formats.datasets import coco_file, record

SIZE = Size(40, 30)
NET = Provenance(
    "model", "ann", "unet", "abc123", 0.75, MappingProxyType({"threshold": 0.5}), 0.125
)


def _dataset(folder: Path, *items: Annotation, comments: tuple[Comment, ...] = ()) -> Dataset:
    state = ProjectState(
        labels={1: Label(1, "cell", "#112233")}, layers={1: Layer(1, LayerRole.MINE, "Mine")}
    )
    document = ImageDocument(
        1, SIZE, {item.id: item for item in items}, comments={item.id: item for item in comments}
    )
    return Dataset(folder, (ImageRecord(1, "a.png", SIZE),), state, {1: document}.__getitem__)


def _written(folder: Path, dataset: Dataset) -> dict[str, Any]:
    report = write_coco(dataset, 1, folder / "out.json")
    assert report.verified
    found: dict[str, Any] = json.loads((folder / "out.json").read_text("utf-8"))
    return found


def test_what_a_model_proposed_says_which_and_how_much_was_edited(tmp_path: Path) -> None:
    drawn = Annotation(2, 1, 1, Box(20, 2, 3, 3), 1, provenance=Provenance("polygon", "bob"))
    item = Annotation(1, 1, 1, Box(1, 2, 3, 4), provenance=NET)
    content = _written(tmp_path, _dataset(tmp_path, item, drawn))
    first, second = content["annotations"]
    assert first["provenance"] == {
        "source": "model",
        "model": "unet",
        "weights_hash": "abc123",
        "score": 0.75,
        "author": "ann",
        "parameters": {"threshold": 0.5},
        "edited_fraction": 0.125,
    }
    assert second["provenance"] == {"source": "polygon", "author": "bob"}, "a person drew it"


def test_comments_are_written_with_their_image_and_object(tmp_path: Path) -> None:
    item = Annotation(77, 1, 1, Box(1, 2, 3, 4))
    said = (
        Comment(1, 2.5, 3.5, "too small", "ann", 77, "bad outline", made_at=2.0),
        Comment(2, 9, 9, "what is this?", "bob", resolved=True, made_at=1.0),
        Comment(3, 0, 0, "about another layer's object", annotation_id=999),
    )
    content = _written(tmp_path, _dataset(tmp_path, item, comments=said))
    first, second = content["images"][0]["comments"]
    assert (first["text"], first["resolved"]) == ("what is this?", True)
    assert "annotation_id" not in first
    assert second["annotation_id"] == content["annotations"][0]["id"]
    assert (second["reason"], second["x"], second["y"]) == ("bad outline", 2.5, 3.5)


def test_a_file_without_comments_and_edits_goes_out_as_it_came_in(tmp_path: Path) -> None:
    source = _dataset(tmp_path, Annotation(1, 1, 1, Box(1, 2, 3, 4), provenance=NET))
    write_coco(source, 1, tmp_path / "first.json")
    read = read_coco(tmp_path / "first.json", tmp_path, probe_images=False)
    (item,) = read.images[0].annotations
    kept = replace(item, layer_id=1, label_id=1)
    content = _written(tmp_path, _dataset(tmp_path, kept))
    again = json.loads((tmp_path / "first.json").read_text("utf-8"))
    assert content["annotations"] == again["annotations"]


def test_an_edited_record_is_given_what_is_known_now(tmp_path: Path) -> None:
    raw = json.dumps({"id": 5, "image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4],
                      "area": 12, "segmentation": [], "iscrowd": 0, "extra": "kept"})  # fmt: skip
    item = Annotation(1, 1, 1, Box(2, 2, 3, 4), provenance=NET, raw=raw, edited=True)
    (record,) = _written(tmp_path, _dataset(tmp_path, item))["annotations"]
    assert record["extra"] == "kept"
    assert record["provenance"]["edited_fraction"] == 0.125


@pytest.mark.parametrize(("orientation", "place"), [(1, (3, 5)), (6, (5, 37))])
def test_places_turn_with_the_picture(orientation: int, place: tuple[float, float]) -> None:
    found = changed_comments([Comment(1, 3, 5, "here")], {}, {}, SIZE, orientation)["comments"]
    assert isinstance(found, list)
    assert (found[0]["x"], found[0]["y"]) == place


FOREIGN = {
    "provenance": ["a chain", "of owners"],
    "review": {"stars": 5},
}


def test_fields_of_other_programs_are_not_taken_for_ours_and_stay(tmp_path: Path) -> None:
    images = [
        {"id": 5, "file_name": "a.png", "width": 32, "height": 24}
        | {"state": "CA", "comments": "none so far"}
    ]
    source = coco_file(tmp_path, [record(3, **FOREIGN)], images=images)
    imported = read_coco(source)
    (image,) = imported.images
    (item,) = image.annotations
    assert (image.state, image.comments) == (None, ())
    assert (item.review, item.provenance.model) == (ReviewState.UNREVIEWED, "")
    combined = combine([imported])
    document = combined.dataset.load(1)
    touched = replace(item, review=ReviewState.APPROVED, edited=True, layer_id=1, label_id=1,
                      provenance=NET)  # fmt: skip
    said = Comment(4, 1, 2, "a word")
    changed = replace(document, annotations={item.id: touched}, comments={4: said})
    state = replace(combined.dataset.state, states={1: ImageState.APPROVED})
    dataset = replace(combined.dataset, state=state, load={1: changed}.__getitem__)
    write_coco(dataset, 1, tmp_path / "out.json", source=combined.sources[1], with_reviews=True)
    after = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert after["annotations"] == [record(3, **FOREIGN)]
    assert after["images"] == images


@pytest.mark.parametrize(
    "comments",
    [
        [{"x": 1}, {"x": 1, "y": 2, "text": 7}, 5, None],
        [{"x": 1e300, "y": 2, "text": "far"}, {"x": True, "y": [], "text": ""}],
        {"x": 1, "y": 1, "text": "no list"},
    ],
)
def test_what_is_no_comment_stays_in_the_record(tmp_path: Path, comments: object) -> None:
    images = [{"id": 5, "file_name": "a.png", "width": 32, "height": 24, "comments": comments}]
    source = coco_file(tmp_path, [record()], images=images)
    combined = combine([read_coco(source)])
    assert not combined.dataset.load(1).comments
    write_coco(combined.dataset, 1, tmp_path / "out.json", source=combined.sources[1])
    assert json.loads((tmp_path / "out.json").read_text("utf-8"))["images"] == images


def test_half_a_list_of_comments_says_so(tmp_path: Path) -> None:
    good = {"x": 1, "y": 2, "text": "here", "made_at": 10**400, "annotation_id": [1]}
    images = [{"id": 5, "file_name": "a.png", "width": 32, "height": 24, "comments": [good, 7]}]
    imported = read_coco(coco_file(tmp_path, [record()], images=images))
    (found,) = imported.images[0].comments
    assert (found.x, found.y, found.text, found.made_at, found.annotation_id) == (
        *(1.0, 2.0, "here"),
        *(0.0, None),
    )
    assert "1 of its comments" in str(imported.report.entries[0])


def test_how_a_record_was_read_elsewhere_means_nothing_here(tmp_path: Path) -> None:
    parameters = {"exif_orientation": 6, "voc_convention": "edges", "threshold": 0.5, "list": [1]}
    said = {"model": "unet", "parameters": parameters, "score": "high", "edited_fraction": 7}
    (image,) = read_coco(coco_file(tmp_path, [record(provenance=said)])).images
    found = image.annotations[0].provenance
    assert dict(found.parameters) == {"threshold": 0.5}
    assert (found.model, found.score, found.edited_fraction) == ("unet", None, 1.0)
    assert found.source == "instances.json"
