"""Detection says why it chose; what is no annotation file is refused in words."""

import json
from pathlib import Path

import pytest

from core.errors import FormatError, MaskwrightError, ReadError
from core.formats.exporting import EXPORT_FORMATS, ExportKind, export_layer
from core.formats.labels_text import read_label_names
from core.formats.registry import detect_format, format_named, read_annotations
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


VIA_REGIONS = {"a.png12": {"filename": "a.png", "size": 12, "regions": []}}
TASK = {"data": {"image": "/data/a.png"}, "annotations": [{"result": []}]}
PANOPTIC = {"images": [], "annotations": [{"image_id": 1, "segments_info": []}]}


@pytest.mark.parametrize(
    ("name", "content", "expected", "why"),
    [
        ("a.json", {"shapes": [], "imagePath": "x"}, "labelme", "list of shapes"),
        ("a.json", {"_via_settings": {}, "_via_img_metadata": {}}, "via", "_via_img_metadata"),
        ("a.json", VIA_REGIONS, "via", "regions"),
        ("a.json", [TASK], "label studio", "tasks"),
        ("a.json", PANOPTIC, "coco panoptic", "segments_info"),
    ],
)
def test_formats_are_told_by_their_content(
    tmp_path: Path, name: str, content: object, expected: str, why: str
) -> None:
    path = tmp_path / name
    path.write_text(json.dumps(content))
    found = detect_format(path)
    assert found.name == expected
    assert why in found.why


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.json", '{"x": 1}', "no COCO"),
        ("a.json", "{", "no valid JSON"),
        ("a.txt", "some words", "no annotation file"),
        ("a.yaml", "names", "no annotation file"),
        ("a.xml", "<a/>", "root <a> instead"),
    ],
)
def test_what_is_not_read_is_refused_in_words(
    tmp_path: Path, name: str, text: str, words: str
) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(FormatError, match=words):
        detect_format(path)


@pytest.mark.parametrize("kind", list(ExportKind))
def test_what_is_written_is_known_and_read_again(tmp_path: Path, kind: ExportKind) -> None:
    write_picture(tmp_path / "pictures" / "a.png")
    dataset = dataset_of({"a.png": [square(1, 1, 4)]}, root=tmp_path / "pictures")
    form = EXPORT_FORMATS[kind]
    target = tmp_path / "out" / f"set{form.suffix}"
    target.parent.mkdir()
    assert export_layer(dataset, 1, target, kind).verified
    found = detect_format(target)
    assert found.name == form.family
    assert read_annotations(target, tmp_path / "pictures").report.annotations == 1


@pytest.mark.parametrize("kind", list(ExportKind))
def test_every_kind_has_a_title(kind: ExportKind) -> None:
    assert EXPORT_FORMATS[kind].kind is kind
    assert EXPORT_FORMATS[kind].title


def test_a_format_that_does_not_exist_is_answered_with_all_names() -> None:
    with pytest.raises(MaskwrightError, match=r"coco-panoptic, labelme, via"):
        format_named("pascal")
    assert format_named("label-studio").name == "label studio"


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
