"""Writing COCO: untouched records as they came in, edited ones patched, pixels proved."""

import contextlib
import io
import json
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pycocotools.coco import COCO

from core.document.annotation import Geometry, Label, LayerRole
from core.document.geometry import Box, Keypoints, Polygon, RotatedBox, Scribble, Size, Visibility
from core.document.images import ImageRecord
from core.document.mask import Mask
from core.errors import WriteError
from core.formats.coco import read_coco, read_coco_results, write_coco, write_proposals
from core.formats.combining import combine
from core.imaging.rasterise import rasterise
from core.models.proposal import Proposal, ProposalKey, ProposalSet
from tests.core.formats.datasets import (
    SIZE,
    coco_file,
    dataset_of,
    edited,
    holed_polygon,
    record,
    ring_mask,
    square,
    write_picture,
)


def _content(path: Path) -> Any:
    return json.loads(path.read_text())


def _pycocotools(path: Path) -> COCO:
    with contextlib.redirect_stdout(io.StringIO()):
        return COCO(str(path))


def _drawn(coco: COCO, annotation: Any) -> np.ndarray:
    with warnings.catch_warnings():
        # pycocotools 2.0.x has not followed numpy 2.4's __array__ signature.
        warnings.simplefilter("ignore", DeprecationWarning)
        return np.asarray(coco.annToMask(annotation), np.bool_)


ODD_RECORDS = [
    record(9, note={"nested": [1, None]}, iscrowd=0),
    record(3, segmentation=[], category_id=7, attributes={"occluded": True, "list": [1]}),
    record(4, segmentation={"size": [24, 32], "counts": [100, 20, 648]}, iscrowd=1, area=20),
    record(12, keypoints=[1, 2, 2], num_keypoints=1),
    record(13, segmentation=[[1, 2]]),
    {"id": 14, "image_id": 5, "category_id": 0, "bbox": [1, 2, 3, 4]},
]


def test_what_was_not_edited_goes_out_as_it_came_in(tmp_path: Path) -> None:
    source = coco_file(tmp_path, ODD_RECORDS, licenses=[{"id": 1}], unknown={"x": 1.10})
    combined = combine([read_coco(source)])
    out = tmp_path / "out.json"
    report = write_coco(combined.dataset, 1, out, source=combined.sources[1])
    assert _content(out) == _content(source)
    assert list(_content(out)) == list(_content(source))
    assert "150.123456789" in out.read_text()
    assert report.verified
    assert report.losses == ()


def test_annotations_keep_their_records_even_without_the_rest_of_the_file(tmp_path: Path) -> None:
    source = coco_file(tmp_path, ODD_RECORDS)
    combined = combine([read_coco(source)])
    out = tmp_path / "out.json"
    assert write_coco(combined.dataset, 1, out).verified
    assert _content(out)["annotations"] == _content(source)["annotations"]
    assert [item["id"] for item in _content(out)["images"]] == [5]
    assert [item["id"] for item in _content(out)["categories"]] == [0, 7]


def test_an_edit_changes_only_what_was_edited(tmp_path: Path) -> None:
    source = coco_file(tmp_path, ODD_RECORDS)
    combined = combine([read_coco(source)])
    document = combined.dataset.load(1)
    first, *_, last = document.in_layer(1)
    dust = next(
        label.id for label in combined.dataset.state.labels.values() if label.name == "dust"
    )
    changed = edited(
        combined.dataset,
        {first.id: first.with_geometry(ring_mask()), last.id: last.with_label(dust)},
    )
    out = tmp_path / "out.json"
    report = write_coco(changed, 1, out, source=combined.sources[1])
    before, after = _content(source)["annotations"], _content(out)["annotations"]
    assert report.verified
    assert after[1:-1] == before[1:-1]
    assert after[-1] == {**before[-1], "category_id": 7}
    fields = {key for key in before[0] if before[0][key] != after[0][key]}
    assert fields == {"segmentation", "bbox", "area"}
    assert after[0]["area"] == ring_mask().area


def test_a_renamed_label_is_written_under_its_new_name(tmp_path: Path) -> None:
    source = coco_file(tmp_path, [record()])
    combined = combine([read_coco(source)])
    state = combined.dataset.state
    labels = {
        **state.labels,
        1: replace(state.labels[1], name="blob"),
        3: Label(3, "new", "#123456"),
    }
    dataset = replace(combined.dataset, state=replace(state, labels=labels))
    out = tmp_path / "out.json"
    write_coco(dataset, 1, out, source=combined.sources[1])
    categories = _content(out)["categories"]
    assert categories[0] == {"id": 0, "name": "blob", "supercategory": "x"}
    assert [item["name"] for item in categories] == ["blob", "dust", "new"]
    assert len({item["id"] for item in categories}) == 3


def test_a_repeated_id_becomes_a_new_one(tmp_path: Path) -> None:
    combined = combine([read_coco(coco_file(tmp_path, [record(1), record(1)]))])
    out = tmp_path / "out.json"
    report = write_coco(combined.dataset, 1, out, source=combined.sources[1])
    assert [item["id"] for item in _content(out)["annotations"]] == [1, 2]
    assert "occurs twice" in str(report.losses[0])


@pytest.mark.parametrize("masks", ["rle", "polygons"])
def test_pycocotools_draws_the_same_pixels(tmp_path: Path, masks: Any) -> None:
    shapes: list[Geometry] = [
        ring_mask(),
        holed_polygon(),
        Polygon.from_points([(1.5, 2.5), (20.25, 3.0), (9.75, 22.1)]),
        RotatedBox(16, 12, 10, 5, 30),
    ]
    out = tmp_path / "out.json"
    report = write_coco(dataset_of({"a.png": shapes}), 1, out, masks=masks)
    assert report.verified
    coco = _pycocotools(out)
    for shape, written in zip(shapes, coco.loadAnns(coco.getAnnIds()), strict=True):
        expected = rasterise(shape, SIZE)
        assert np.array_equal(_drawn(coco, written), expected.to_array(SIZE))
        assert written["area"] == expected.area
        is_text = isinstance(written["segmentation"], dict)
        assert is_text == (masks == "rle" and shape in (shapes[0], shapes[1]))


def test_boxes_keypoints_and_what_cannot_be_said(tmp_path: Path) -> None:
    keypoints = Keypoints(((1.5, 2.0, Visibility.VISIBLE), (0, 0, Visibility.UNLABELLED)))
    shapes: list[Geometry] = [Box(1.25, 2, 3, 4), keypoints, Scribble(np.array([[1.0, 1.0]]), 2.0)]
    out = tmp_path / "out.json"
    report = write_coco(dataset_of({"a.png": shapes}, crowds=frozenset({1})), 1, out)
    box, points = _content(out)["annotations"]
    assert (box["bbox"], box["segmentation"], box["iscrowd"]) == ([1.25, 2, 3, 4], [], 1)
    assert (points["keypoints"], points["num_keypoints"]) == ([1.5, 2.0, 2, 0, 0, 0], 1)
    assert [loss.left_out for loss in report.losses] == [True]
    assert report.verified
    assert report.counts["annotations"] == 2


def test_reading_what_was_written_gives_the_same_shapes(tmp_path: Path) -> None:
    shapes: list[Geometry] = [
        ring_mask(),
        Box(1.25, 2, 3, 4),
        Polygon.from_points([(1, 2), (20.3, 3), (9, 22)]),
    ]
    out = tmp_path / "out.json"
    dataset = dataset_of({"a.png": shapes, "b.png": [], "c.png": [square(1, 1, 3)]})
    write_coco(dataset, 1, out)
    again = read_coco(out)
    assert [image.name for image in again.images] == ["a.png", "b.png", "c.png"]
    assert [item.geometry for item in again.images[0].annotations] == shapes


def test_shapes_of_a_turned_picture_are_turned_back(tmp_path: Path) -> None:
    from PIL import Image

    tags = Image.Exif()
    tags[0x0112] = 8
    write_picture(tmp_path / "a.jpg", exif=tags)
    images = [{"id": 5, "file_name": "a.jpg", "width": 32, "height": 24}]
    source = coco_file(tmp_path, [record(1), record(2)], images=images, picture=False)
    combined = combine([read_coco(source)])
    out = tmp_path / "out.json"
    assert write_coco(combined.dataset, 1, out, source=combined.sources[1]).verified
    assert _content(out) == _content(source)
    _, second = combined.dataset.load(1).in_layer(1)
    assert combined.dataset.load(1).size == Size(24, 32)
    # One edit: the other record stays, and the new shape comes out in the stored frame.
    changed = edited(combined.dataset, {second.id: second.with_geometry(Box(2, 1, 3, 5))})
    assert write_coco(changed, 1, out).verified
    box = _content(out)["annotations"][1]["bbox"]
    assert box == [32 - 6, 2, 5, 3]
    assert _content(out)["images"][0]["width"] == 32


def test_a_predictions_layer_is_written_with_scores(tmp_path: Path) -> None:
    coco_file(tmp_path, [])
    results = tmp_path / "results.json"
    results.write_text('[{"image_id": 5, "category_id": 7, "bbox": [1, 2, 3, 4], "score": 0.25}]')
    combined = combine([read_coco_results(results)])
    out = tmp_path / "out.json"
    assert write_coco(combined.dataset, 1, out).verified
    (written,) = _pycocotools(out).dataset["annotations"]
    assert written["score"] == 0.25
    assert written["area"] == 12
    assert written["id"] == 1


def test_proposals_come_back_as_predictions(tmp_path: Path) -> None:
    write_picture(tmp_path / "x" / "a.png")
    image = ImageRecord(4, "x/a.png", SIZE)
    items = (
        Proposal(1, ring_mask(), 0.9, "cell", "m"),
        Proposal(2, Box(1, 2, 3.5, 4), 0.1, "", "m"),
    )
    proposals = ProposalSet(ProposalKey("d", "m", "w"), SIZE, items)
    path = tmp_path / "proposals.json"
    report = write_proposals(path, [image], [proposals])
    assert report.verified
    again = read_coco_results(path)
    assert again.role_hint is LayerRole.PREDICTIONS
    (found,) = again.images
    assert found.name == "x/a.png"
    assert [item.geometry for item in found.annotations] == [ring_mask(), Box(1, 2, 3.5, 4)]
    assert [item.provenance.score for item in found.annotations] == [0.9, 0.1]
    assert [label.name for label in again.labels] == ["cell", "object"]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(WriteError, match="folder exists"):
        write_coco(dataset_of({"a.png": [square(1, 1, 2)]}), 1, tmp_path / "no" / "out.json")


def test_masks_outside_the_image_are_cut_off_and_said(tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    report = write_coco(dataset_of({"a.png": [square(30, 20, 10)]}), 1, out)
    assert "92 pixels lie outside" in str(report.losses[0])
    assert read_coco(out).images[0].annotations[0].geometry == Mask.from_array(
        square(30, 20, 10).to_array(SIZE)
    )


def test_every_record_of_a_real_file_is_equal(tmp_path: Path, shared_data: Path) -> None:
    source = shared_data / "coco_tiny" / "instances.json"
    combined = combine([read_coco(source)])
    out = tmp_path / "out.json"
    report = write_coco(combined.dataset, 1, out, source=combined.sources[1])
    assert report.verified
    assert report.counts["annotations"] == 705
    assert _content(out) == _content(source)
