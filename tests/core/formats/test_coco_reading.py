"""Reading COCO: every kind of segmentation, and every fault named and survived."""

import json
from pathlib import Path

import numpy as np
import pycocotools.mask as coco_mask
import pytest

from core.document.annotation import Annotation, LayerRole
from core.document.geometry import Box, Keypoints, Polygon, Size
from core.document.mask import Mask
from core.errors import FormatError, ReadError
from core.formats.coco import read_coco, read_coco_results
from core.formats.dataset import ImportedDataset
from tests.core.formats.datasets import CATEGORIES, SIZE, coco_file, record, write_picture


def _only(dataset: ImportedDataset) -> Annotation:
    (annotation,) = (item for image in dataset.images for item in image.annotations)
    return annotation


def _places(dataset: ImportedDataset) -> list[str]:
    return [entry.item for entry in dataset.report.entries]


def _truth() -> np.ndarray:
    pixels = np.zeros(SIZE.shape, np.uint8)
    pixels[3:9, 4:20] = 1
    pixels[5:7, 8:10] = 0
    return pixels


def _compressed() -> dict[str, object]:
    encoded = coco_mask.encode(np.asfortranarray(_truth()))
    return {"size": encoded["size"], "counts": encoded["counts"].decode()}


def _uncompressed() -> dict[str, object]:
    flat = _truth().ravel(order="F")
    borders = np.flatnonzero(np.diff(flat)) + 1
    counts = np.diff(np.concatenate([[0], borders, [flat.size]])).tolist()
    return {"size": list(SIZE.shape), "counts": counts}


@pytest.mark.parametrize(
    "segmentation",
    [
        _compressed(),
        _uncompressed(),
        [_compressed()],
        {**_compressed(), "counts": f"b'{_compressed()['counts']}'"},
    ],
)
def test_run_lengths_of_every_kind_give_the_same_pixels(
    tmp_path: Path, segmentation: object
) -> None:
    path = coco_file(tmp_path, [record(segmentation=segmentation, iscrowd=1)])
    annotation = _only(read_coco(path))
    assert annotation.geometry == Mask.from_array(_truth())
    assert annotation.is_crowd


def test_parts_of_an_outline_keep_their_exact_coordinates(tmp_path: Path) -> None:
    rings = [[2.123456789, 3, 20, 4, 11.5, 20.75], [22.0, 3, 30, 4, 25, 9]]
    geometry = _only(read_coco(coco_file(tmp_path, [record(segmentation=rings)]))).geometry
    assert isinstance(geometry, Polygon)
    assert [part.exterior.ravel().tolist() for part in geometry.parts] == rings


def test_a_box_without_outline_stays_a_box(tmp_path: Path) -> None:
    empty: list[object] = [[], None]
    for segmentation in empty:
        path = coco_file(tmp_path, [record(segmentation=segmentation, bbox=[1.5, 2, 3, 4.25])])
        dataset = read_coco(path)
        assert _only(dataset).geometry == Box(1.5, 2, 3, 4.25)
        assert dataset.report.entries == ()


def test_keypoints_without_outline_are_the_shape(tmp_path: Path) -> None:
    fields: dict[str, object] = {
        "segmentation": [],
        "keypoints": [1, 2, 2, 0, 0, 0, 5.5, 6, 1],
        "num_keypoints": 2,
    }
    geometry = _only(read_coco(coco_file(tmp_path, [record(1, **fields)]))).geometry
    assert isinstance(geometry, Keypoints)
    assert [(x, y, int(v)) for x, y, v in geometry.points] == [(1, 2, 2), (0, 0, 0), (5.5, 6, 1)]


def test_labels_keep_the_ids_of_the_file_even_zero(tmp_path: Path) -> None:
    dataset = read_coco(coco_file(tmp_path, [record()]))
    assert [(label.name, label.source_id) for label in dataset.labels] == [("cell", 0), ("dust", 7)]
    assert min(label.id for label in dataset.labels) == 1
    assert dataset.role_hint is LayerRole.REFERENCE


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_other_encodings_of_unicode(tmp_path: Path, encoding: str) -> None:
    path = coco_file(tmp_path, [record(note="käse")])
    path.write_bytes(path.read_text().encode(encoding))
    assert read_coco(path).report.annotations == 1


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"segmentation": [[1, 2, 3, 4, 5]], "bbox": None}, "annotations[1].segmentation[0]"),
        ({"segmentation": [[1, 2, 3, 4, 1e300, 5]], "bbox": None}, "segmentation[0]"),
        ({"segmentation": "polygon", "bbox": None}, "annotations[1].segmentation"),
        ({"segmentation": {"size": [24, 32], "counts": [1, 2]}, "bbox": None}, "segmentation"),
        ({"segmentation": {"size": [9**9, 9**9], "counts": "1"}, "bbox": None}, "segmentation"),
        ({"segmentation": {"counts": "1"}, "bbox": None}, "segmentation"),
        ({"segmentation": [], "bbox": [1, 2, "a", 4]}, "annotations[1].bbox"),
        ({"segmentation": [], "bbox": [1, 2, 0, 4]}, "annotations[1].bbox"),
        ({"segmentation": [], "bbox": []}, "annotations[1]"),
        ({"image_id": 99}, "annotations[1].image_id"),
        ({"image_id": None}, "annotations[1].image_id"),
    ],
)
def test_a_record_that_cannot_be_used_is_left_out_and_the_others_come_in(
    tmp_path: Path, fields: dict[str, object], place: str
) -> None:
    dataset = read_coco(coco_file(tmp_path, [record(1), record(2, **fields), record(3)]))
    report = dataset.report
    assert (report.annotations, report.found_annotations) == (2, 3)
    assert len(report.left_out) >= 1
    assert place in report.left_out[0].item
    assert "1 of 3 annotations were left out" in report.summary


def test_a_bad_outline_falls_back_to_the_box_and_says_so(tmp_path: Path) -> None:
    dataset = read_coco(coco_file(tmp_path, [record(segmentation=[[1, 2]], bbox=[1, 2, 3, 4])]))
    assert _only(dataset).geometry == Box(1, 2, 3, 4)
    assert "the box is used" in str(dataset.report.entries[0])


def test_nan_is_read_as_missing(tmp_path: Path) -> None:
    path = coco_file(tmp_path, [record(area=float("nan"), bbox=[1, float("inf"), 2, 3])])
    dataset = read_coco(path)
    assert isinstance(_only(dataset).geometry, Polygon)
    assert "NaN" in dataset.report.entries[0].reason


def test_unknown_and_repeated_categories(tmp_path: Path) -> None:
    categories = [*CATEGORIES, {"id": 7, "name": "other"}, {"name": "no id"}]
    path = coco_file(tmp_path, [record(category_id=55)], categories=categories)
    dataset = read_coco(path)
    assert [label.name for label in dataset.labels] == ["cell", "dust", "category 55"]
    assert _places(dataset) == ["categories[2]", "categories[3]", "annotations[0].category_id"]


def test_repeated_ids_do_not_lose_objects(tmp_path: Path) -> None:
    dataset = read_coco(coco_file(tmp_path, [record(1), record(1)]))
    assert dataset.report.annotations == 2
    assert _places(dataset) == ["annotations[1].id"]


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "/etc/hostname",
        "C:\\x.png",
        "\\\\host\\x.png",
        "a\0b.png",
        "..",
        "http://h/x",
    ],
)
def test_names_that_leave_the_folder_are_refused(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "deep" / "er"
    folder.mkdir(parents=True)
    images = [{"id": 5, "file_name": name, "width": 32, "height": 24}]
    dataset = read_coco(coco_file(folder, [record()], images=images, picture=False))
    assert any("file_name" in place for place in _places(dataset))
    for image in dataset.images:
        resolved = (dataset.image_root / image.name).resolve()
        assert resolved.is_relative_to(dataset.image_root.resolve())


def test_a_name_with_other_folders_is_found_by_its_end(tmp_path: Path) -> None:
    write_picture(tmp_path / "pictures" / "b.png")
    images = [{"id": 5, "file_name": "D:\\mine\\b.png", "width": 32, "height": 24}]
    dataset = read_coco(coco_file(tmp_path, [record()], images=images, picture=False))
    assert dataset.images[0].name == "pictures/b.png"
    assert not dataset.images[0].missing


def test_missing_images_are_named_and_the_rest_works(tmp_path: Path) -> None:
    images = [
        {"id": 5, "file_name": "a.png", "width": 32, "height": 24},
        {"id": 6, "file_name": "gone.png", "width": 9, "height": 8},
    ]
    path = coco_file(tmp_path, [record(1), record(2, image_id=6)], images=images)
    dataset = read_coco(path)
    assert dataset.report.missing_images == ("gone.png",)
    assert [image.missing for image in dataset.images] == [False, True]
    assert dataset.report.annotations == 2
    assert dataset.images[1].size == Size(9, 8)


def test_images_are_found_in_the_usual_folders(tmp_path: Path) -> None:
    write_picture(tmp_path / "images" / "train" / "a.png")
    folder = tmp_path / "annotations"
    folder.mkdir()
    path = coco_file(folder, [record()], picture=False).rename(folder / "instances_train.json")
    dataset = read_coco(path)
    assert dataset.image_root == tmp_path / "images" / "train"
    assert dataset.report.missing_images == ()


def test_the_picture_is_trusted_for_its_size(tmp_path: Path) -> None:
    images = [{"id": 5, "file_name": "a.png", "width": "40", "height": 40}]
    dataset = read_coco(coco_file(tmp_path, [record()], images=images))
    assert dataset.images[0].size == SIZE
    assert "the size of the picture is used" in str(dataset.report.entries[0])


def test_annotations_of_a_picture_that_lies_on_its_side_are_turned_upright(tmp_path: Path) -> None:
    exif = write_picture(tmp_path / "plain.jpg").parent
    from PIL import Image

    tags = Image.Exif()
    tags[0x0112] = 6
    write_picture(exif / "a.jpg", exif=tags)
    images = [{"id": 5, "file_name": "a.jpg", "width": 32, "height": 24}]
    path = coco_file(
        tmp_path, [record(segmentation=[], bbox=[1, 2, 5, 3])], images=images, picture=False
    )
    dataset = read_coco(path)
    assert dataset.images[0].size == Size(24, 32)
    # The stored left edge is the upright top; the stored top is the upright right.
    assert _only(dataset).geometry == Box(24 - 5, 1, 3, 5)


def test_whole_files_that_are_none(tmp_path: Path) -> None:
    cases = {
        "truncated.json": b'{"images": [{"id": 1',
        "list.json": b"[1, 2]",
        "number.json": b"3",
        "empty.json": b"",
        "deep.json": b"[" * 100_000,
        "other.json": b'{"shapes": []}',
        "binary.json": bytes(range(256)),
    }
    for name, data in cases.items():
        path = tmp_path / name
        path.write_bytes(data)
        with pytest.raises(FormatError, match=name):
            read_coco(path)
    with pytest.raises(ReadError, match="gone"):
        read_coco(tmp_path / "gone.json")


def test_results_take_images_and_labels_of_the_file_beside_them(tmp_path: Path) -> None:
    coco_file(tmp_path, [])
    path = tmp_path / "results.json"
    results = [
        {"image_id": 5, "category_id": 7, "bbox": [1, 2, 3, 4], "score": 0.25},
        {"image_id": 5, "category_id": 0, "segmentation": _compressed(), "score": 0.75},
    ]
    path.write_text(json.dumps(results))
    dataset = read_coco_results(path)
    assert dataset.role_hint is LayerRole.PREDICTIONS
    (image,) = dataset.images
    names = {label.id: label.name for label in dataset.labels}
    assert image.name == "a.png"
    assert [names[item.label_id] for item in image.annotations] == ["dust", "cell"]
    assert [item.provenance.score for item in image.annotations] == [0.25, 0.75]
    assert image.annotations[1].geometry == Mask.from_array(_truth())


def test_results_alone_find_images_by_the_number_in_their_name(tmp_path: Path) -> None:
    write_picture(tmp_path / "COCO_val_000000000005.png")
    path = tmp_path / "results.json"
    path.write_text('[{"image_id": 5, "category_id": 1, "bbox": [1, 2, 3, 4], "score": 1}]')
    assert read_coco_results(path).images[0].name == "COCO_val_000000000005.png"
    (tmp_path / "COCO_val_000000000005.png").unlink()
    with pytest.raises(FormatError, match="by number"):
        read_coco_results(path)
