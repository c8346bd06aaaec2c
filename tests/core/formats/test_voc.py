"""Pascal VOC: both conventions, files as they came in, label pictures, and what they cannot say."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from core.document.annotation import Annotation, Geometry
from core.document.geometry import Box, Keypoints, Size, Visibility
from core.document.mask import Mask
from core.errors import FormatError
from core.formats.combining import combine
from core.formats.dataset import ImportedDataset
from core.formats.export_options import Pictures
from core.formats.voc import read_voc, write_voc
from core.formats.voc_masks import palette
from core.imaging.rasterise import rasterise
from tests.core.formats.datasets import (
    SIZE,
    dataset_of,
    edited,
    holed_polygon,
    ring_mask,
    square,
    write_picture,
)

OBJECT = (
    "<object><name>{name}</name><pose>Left</pose><truncated>1</truncated><difficult>no</difficult>"
    "<bndbox><ymin>{1}</ymin><xmin>{0}</xmin><ymax>{3}</ymax><xmax>{2}</xmax></bndbox></object>"
)


def _voc(folder: Path, *edges: tuple[float, ...], size: str = "", **options: Any) -> Path:
    stem = options.get("stem", "a")
    if options.get("picture", True):
        write_picture(folder / "JPEGImages" / f"{stem}.png")
    objects = "\n  ".join(OBJECT.format(*item, name=options.get("name", "cell")) for item in edges)
    size = size or "<size><width>32</width><height>24</height><depth>3</depth></size>"
    filename = options.get("filename", f"{stem}.png")
    text = (
        f"<annotation>\n<!-- by hand --><folder>x</folder><filename>{filename}</filename>"
        f"{size}\n  {objects}<extra>kept</extra></annotation>"
    )
    path = folder / "Annotations" / f"{stem}.xml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(
        options.get("head", "").encode() + text.encode(options.get("encoding", "utf-8"))
    )
    return folder


def _all(dataset: ImportedDataset) -> list[Annotation]:
    return [item for image in dataset.images for item in image.annotations]


def test_pixels_counted_from_one_are_the_default(tmp_path: Path) -> None:
    dataset = read_voc(_voc(tmp_path, (1, 1, 32, 24), (5, 6, 5, 6)))
    assert [item.geometry for item in _all(dataset)] == [Box(0, 0, 32, 24), Box(4, 5, 1, 1)]
    assert "counted from 1" in dataset.report.entries[0].reason


def test_a_zero_anywhere_means_edges(tmp_path: Path) -> None:
    dataset = read_voc(_voc(tmp_path, (0, 1, 32, 24), (5, 6, 8.5, 9)))
    assert [item.geometry for item in _all(dataset)] == [Box(0, 1, 32, 23), Box(5, 6, 3.5, 3)]
    dataset = read_voc(tmp_path, convention="one-based")
    assert _all(dataset)[1].geometry == Box(4, 5, 4.5, 4)


def test_flags_and_pose_become_attributes(tmp_path: Path) -> None:
    (annotation,) = _all(read_voc(_voc(tmp_path, (1, 1, 3, 3))))
    assert dict(annotation.attributes) == {"truncated": True, "difficult": False, "pose": "Left"}


def test_boxes_that_are_odd_come_in_and_are_named(tmp_path: Path) -> None:
    dataset = read_voc(_voc(tmp_path, (9, 8, 3, 2), (-5, 1, 99, 9), (60, 60, 70, 70)))
    assert _all(dataset)[0].geometry == Box(2, 1, 7, 7)
    reasons = [entry.reason for entry in dataset.report.entries[1:]]
    assert [
        word in reason for word, reason in zip(("swapped", "reaches", "lies"), reasons, strict=True)
    ]


def test_an_object_without_a_usable_box_is_left_out(tmp_path: Path) -> None:
    folder = _voc(tmp_path, (1, 1, 3, 3), (4, 4, 9, 9))
    path = folder / "Annotations" / "a.xml"
    path.write_text(path.read_text().replace("<xmin>4</xmin>", "<xmin>four</xmin>"))
    report = read_voc(folder).report
    assert (report.annotations, report.found_annotations) == (1, 2)
    assert report.left_out[0].item == "object 2.bndbox"


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE a [<!ENTITY x "xx">]><annotation><filename>&x;</filename></annotation>',
        "<annotation><object>",
        "<annotations/>",
        "",
        "no xml",
    ],
)
def test_a_bad_file_is_named_and_the_others_come_in(tmp_path: Path, text: str) -> None:
    folder = _voc(tmp_path, (1, 1, 3, 3))
    (folder / "Annotations" / "bad.xml").write_text(text)
    report = read_voc(folder).report
    assert (report.images, report.found_images) == (1, 2)
    assert [entry.file for entry in report.left_out] == ["bad.xml"]


@pytest.mark.parametrize("encoding", ["utf-16", "gbk"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    head = "" if encoding == "utf-16" else '<?xml version="1.0" encoding="GBK"?>'
    dataset = read_voc(_voc(tmp_path, (1, 1, 3, 3), name="猫", encoding=encoding, head=head))
    assert [label.name for label in dataset.labels] == ["猫"]


@pytest.mark.parametrize(
    "filename", ["a", "a.xml", "", "other.png", "..\\..\\a.png", "C:\\p\\a.png"]
)
def test_the_picture_is_found_by_the_name_of_the_file(tmp_path: Path, filename: str) -> None:
    dataset = read_voc(_voc(tmp_path, (1, 1, 3, 3), filename=filename))
    assert [(image.name, image.missing) for image in dataset.images] == [("a.png", False)]


def test_missing_pictures_never_point_outside(tmp_path: Path) -> None:
    folder = _voc(tmp_path, (1, 1, 3, 3), picture=False, filename="../../x.png")
    lists = folder / "ImageSets" / "Main" / "train.txt"
    lists.parent.mkdir(parents=True)
    lists.write_text("a\n../../../etc/passwd\n/etc/passwd\nnew 1\n")
    dataset = read_voc(folder)
    assert sorted(image.name for image in dataset.images) == ["new.jpg", "x.png"]
    assert all(image.missing for image in dataset.images)


def test_the_size_of_the_picture_is_trusted(tmp_path: Path) -> None:
    for size in ("<size><width>0</width><height>0</height></size>", "<size/>", "<other/>"):
        dataset = read_voc(_voc(tmp_path, (1, 1, 3, 3), size=size))
        assert dataset.images[0].size == SIZE
        assert any("no size" in entry.reason for entry in dataset.report.entries)


def test_an_empty_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="no Pascal VOC"):
        read_voc(tmp_path)


def test_files_without_edits_are_byte_for_byte_the_same(tmp_path: Path) -> None:
    source = _voc(tmp_path / "in", (1.5, 1, 30, 20), (9, 9, 3, 2))
    combined = combine([read_voc(source)])
    report = write_voc(combined.dataset, 1, tmp_path / "out", source=combined.sources[1])
    name = "Annotations/a.xml"
    assert (tmp_path / "out" / name).read_bytes() == (source / name).read_bytes()
    assert report.verified


def test_an_edit_changes_only_its_object(tmp_path: Path) -> None:
    source = _voc(tmp_path / "in", (1.5, 1, 30, 20), (3, 2, 9, 9), (0, 1, 4, 5))
    combined = combine([read_voc(source)])
    second = combined.dataset.load(1).in_layer(1)[1]
    dataset = edited(combined.dataset, {second.id: second.with_geometry(Box(2.25, 3, 4, 5))})
    report = write_voc(dataset, 1, tmp_path / "out", source=combined.sources[1])
    text = (tmp_path / "out" / "Annotations" / "a.xml").read_text()
    assert report.verified
    assert "by hand" not in text or "kept" in text
    assert all(part in text for part in ("<xmin>1.5</xmin>", "<xmin>2.25</xmin>", "<extra>kept"))
    again = read_voc(tmp_path / "out", combined.dataset.image_root)
    expected = [item.geometry for item in dataset.load(1).in_layer(1)]
    assert [item.geometry for item in _all(again)] == expected
    assert [dict(item.attributes) for item in _all(again)] == [dict(second.attributes)] * 3


@pytest.mark.parametrize("convention", ["one-based", "edges"])
def test_masks_boxes_and_empty_images_come_back(tmp_path: Path, convention: Any) -> None:
    shapes: dict[str, list[Geometry]] = {
        "a.png": [ring_mask(), Box(20, 1, 5, 6), square(20, 12, 4)],
        "b.png": [Box(0, 0, 32, 24)],
        "c.png": [],
    }
    report = write_voc(dataset_of(shapes), 1, tmp_path, convention=convention)
    assert report.verified
    again = read_voc(tmp_path, convention=convention)
    assert [image.name for image in again.images] == ["a.png", "b.png", "c.png"]
    found = [[item.geometry for item in image.annotations] for image in again.images]
    assert found == [
        [shapes["a.png"][0], shapes["a.png"][2], shapes["a.png"][1]],
        shapes["b.png"],
        [],
    ]
    names = {label.id: label.name for label in again.labels}
    assert [names[item.label_id] for item in again.images[0].annotations] == [
        "cell",
        "cell",
        "dust",
    ]


def test_label_pictures_hold_indices_with_the_palette_of_the_devkit(tmp_path: Path) -> None:
    dataset = dataset_of({"a.png": [square(1, 1, 5), square(10, 1, 5), square(20, 1, 5)]})
    write_voc(dataset, 1, tmp_path)
    with Image.open(tmp_path / "SegmentationClass" / "a.png") as image:
        assert image.mode == "P"
        assert (image.getpalette() or [])[3:9] == [128, 0, 0, 0, 128, 0]
        classes = np.array(image)
    with Image.open(tmp_path / "SegmentationObject" / "a.png") as image:
        objects = np.array(image)
    assert [int(classes[2, x]) for x in (0, 2, 12, 22)] == [0, 1, 2, 1]
    assert [int(objects[2, x]) for x in (0, 2, 12, 22)] == [0, 1, 2, 3]
    assert palette()[255] == (224, 224, 192)
    assert (tmp_path / "labelmap.txt").read_text().splitlines()[2] == "cell:128,0,0::"


def test_what_the_format_cannot_say_is_listed_exactly(tmp_path: Path) -> None:
    keypoints = Keypoints(((1, 1, Visibility.VISIBLE),))
    shapes: list[Geometry] = [
        square(2, 2, 10),
        square(8, 8, 6),
        holed_polygon(),
        keypoints,
        square(25, 15, 3),
    ]
    report = write_voc(dataset_of({"a.png": shapes}, crowds=frozenset({5})), 1, tmp_path)
    text = "\n".join(map(str, report.losses))
    assert report.verified
    assert "no form for keypoints" in text
    assert "outlines have no form" in text
    assert "no crowds" in text
    masks = [rasterise(shape, SIZE) for shape in (shapes[0], shapes[1], shapes[2], shapes[4])]
    covered = masks[0].area - masks[0].without(masks[1]).without(masks[2]).area
    assert f"{covered} of its pixels lie under other objects" in text


def test_objects_beyond_254_are_said(tmp_path: Path) -> None:
    size = Size(300, 8)
    pixels = [Mask.from_array(np.ones((2, 1), np.bool_), x, 3) for x in range(260)]
    report = write_voc(dataset_of({"a.png": pixels}, size=size), 1, tmp_path)
    assert report.verified
    assert "6 are beyond that" in "\n".join(map(str, report.losses))
    with Image.open(tmp_path / "SegmentationObject" / "a.png") as image:
        assert np.unique(np.array(image)).tolist() == list(range(256))
    assert report.counts["annotations"] == 260


def test_images_of_one_name_in_two_folders_do_not_overwrite_each_other(tmp_path: Path) -> None:
    shapes = {
        "x/a.png": [square(1, 1, 2)],
        "y/a.jpg": [square(2, 2, 2)],
        "y/A.png": [square(3, 3, 2)],
        "x__a.png": [square(4, 4, 2)],
    }
    report = write_voc(dataset_of(shapes), 1, tmp_path)
    assert report.verified
    files = sorted(path.name.casefold() for path in (tmp_path / "Annotations").iterdir())
    assert len(set(files)) == 4
    assert len([loss for loss in report.losses if "same name" in loss.reason]) == 3


def test_boxes_below_a_pixel_are_widened_and_said(tmp_path: Path) -> None:
    dataset = dataset_of({"a.png": [Box(3, 4, 0.5, 2)]})
    report = write_voc(dataset, 1, tmp_path)
    assert report.verified
    assert "narrower than a pixel" in str(report.losses[0])
    assert _all(read_voc(tmp_path))[0].geometry == Box(3, 4, 1, 2)
    assert write_voc(dataset, 1, tmp_path, convention="edges").losses == ()


def test_label_pictures_of_an_earlier_export_are_named(tmp_path: Path) -> None:
    write_voc(dataset_of({"a.png": [square(1, 1, 2)]}), 1, tmp_path)
    report = write_voc(dataset_of({"a.png": []}), 1, tmp_path)
    assert ["older Segmentation" in loss.reason for loss in report.losses] == [True, True]


def test_lists_of_image_sets(tmp_path: Path) -> None:
    dataset = dataset_of({"a.png": [square(1, 1, 2)], "b.png": [Box(1, 1, 3, 3)], "c.png": []})
    write_voc(dataset, 1, tmp_path)
    lists = tmp_path / "ImageSets"
    assert (lists / "Main" / "trainval.txt").read_text() == "a\nb\nc\n"
    assert (lists / "Main" / "cell_trainval.txt").read_text() == "a  1\nb  1\nc -1\n"
    assert (lists / "Segmentation" / "trainval.txt").read_text() == "a\n"


def test_pictures_are_copied_on_request_byte_for_byte(tmp_path: Path) -> None:
    picture = write_picture(tmp_path / "in" / "a.png")
    dataset = dataset_of({"a.png": [], "gone.png": []}, root=tmp_path / "in")
    report = write_voc(dataset, 1, tmp_path / "out", pictures=Pictures.COPY)
    assert (tmp_path / "out" / "JPEGImages" / "a.png").read_bytes() == picture.read_bytes()
    assert [loss.item for loss in report.losses if loss.left_out] == ["gone.png"]


def test_real_files_come_out_as_they_were(tmp_path: Path, shared_data: Path) -> None:
    source = shared_data / "formats" / "voc_messy"
    combined = combine([read_voc(source)])
    assert write_voc(combined.dataset, 1, tmp_path, source=combined.sources[1]).verified
    for path in (source / "Annotations").iterdir():
        assert (tmp_path / "Annotations" / path.name).read_bytes() == path.read_bytes()
