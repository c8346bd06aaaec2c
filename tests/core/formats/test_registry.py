"""Detection says why; known formats that are not read yet are named."""

import json
from pathlib import Path

import pytest

from core.errors import FormatError, ReadError
from core.formats.exporting import ExportKind, export_layer
from core.formats.labels_text import read_label_names
from core.formats.registry import detect_format, read_annotations
from tests.core.formats.datasets import coco_file, dataset_of, record, square, write_picture


def test_a_folder_with_one_coco_file(tmp_path: Path) -> None:
    path = coco_file(tmp_path, [record()])
    (tmp_path / "settings.json").write_text("{}")
    found = detect_format(tmp_path)
    assert (found.name, found.path) == ("coco", path)
    assert "annotations" in found.why
    assert read_annotations(tmp_path).report.annotations == 1


def test_several_coco_files_ask_for_a_choice(tmp_path: Path) -> None:
    path = coco_file(tmp_path, [record()])
    (tmp_path / "more.json").write_bytes(path.read_bytes())
    with pytest.raises(FormatError, match=r"instances\.json, more\.json"):
        detect_format(tmp_path)


def test_a_folder_of_images_has_no_annotations(tmp_path: Path) -> None:
    write_picture(tmp_path / "a.png")
    with pytest.raises(FormatError, match="no annotations"):
        detect_format(tmp_path)


def test_an_exported_voc_folder_is_known(tmp_path: Path) -> None:
    dataset = dataset_of({"a.png": [square(1, 1, 4)]})
    assert export_layer(dataset, 1, tmp_path, ExportKind.VOC).verified
    assert detect_format(tmp_path).name == "voc"
    assert detect_format(tmp_path / "Annotations" / "a.xml").name == "voc"
    assert read_annotations(tmp_path).report.annotations == 1


@pytest.mark.parametrize("kind", [ExportKind.COCO_RLE, ExportKind.COCO_POLYGONS])
def test_an_exported_coco_file_is_known(tmp_path: Path, kind: ExportKind) -> None:
    dataset = dataset_of({"a.png": [square(1, 1, 4)]})
    assert export_layer(dataset, 1, tmp_path / "out.json", kind).verified
    assert detect_format(tmp_path / "out.json").name == "coco"


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.json", {"shapes": [], "imagePath": "x"}, "labelme"),
        ("a.json", {"_via_settings": {}}, "VIA"),
        ("a.json", [{"data": {}, "annotations": []}], "Label Studio"),
        ("a.json", {"images": [], "annotations": [{"segments_info": []}]}, "panoptic"),
        ("a.json", {"x": 1}, "no COCO"),
        ("a.txt", {}, "JSON files"),
        ("a.xml", {}, "no Pascal VOC"),
    ],
)
def test_other_formats_are_named(tmp_path: Path, name: str, content: object, expected: str) -> None:
    path = tmp_path / name
    path.write_text(json.dumps(content))
    with pytest.raises(FormatError, match=expected):
        detect_format(path)


def test_results_are_known(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    path.write_text('[{"image_id": 1, "score": 0.5, "bbox": [1, 2, 3, 4]}]')
    assert detect_format(path).name == "coco results"


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="no file or folder"):
        detect_format(tmp_path / "gone")


def test_label_names(tmp_path: Path) -> None:
    path = tmp_path / "classes.txt"
    path.write_bytes("\ufeffcat\r\n\n  big dog \ncat\nкошка".encode())
    assert read_label_names(path) == ("cat", "big dog", "кошка")
    path.write_text("\n\n")
    with pytest.raises(FormatError, match="no label names"):
        read_label_names(path)
    path.write_text("ok\n" + "x" * 1000)
    with pytest.raises(FormatError, match="line 2"):
        read_label_names(path)
