"""Label PNGs: indices of 8 and 16 bits, colours, class files, void."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.document.mask import Mask
from core.errors import FormatError
from core.formats.label_png import read_label_png, write_label_png
from core.formats.label_png_pixels import regions
from core.imaging.rasterise import rasterise
from tests.core.formats.datasets import SIZE, dataset_of, square, write_picture


def _labels(folder: Path, pixels: np.ndarray, name: str = "a.png") -> Path:
    write_picture(folder / "images" / name)
    path = folder / "masks" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return folder


def _two_squares(dtype: type = np.uint8, second: int = 2) -> np.ndarray:
    pixels: np.ndarray = np.zeros(SIZE.shape, dtype)
    pixels[2:6, 3:9] = 1
    pixels[10:20, 12:30] = second
    return pixels


def test_a_class_file_names_the_indices(tmp_path: Path) -> None:
    _labels(tmp_path, _two_squares())
    (tmp_path / "classes.txt").write_text("background\ncell\ndust\n")
    imported = read_label_png(tmp_path)
    names = {label.id: label.name for label in imported.labels}
    (image,) = imported.images
    assert image.name == "a.png"
    assert [names[item.label_id] for item in image.annotations] == ["cell", "dust"]
    assert [rasterise(item.geometry, SIZE).area for item in image.annotations] == [24, 180]


def test_a_class_file_without_background_starts_at_1_and_says_so(tmp_path: Path) -> None:
    _labels(tmp_path, _two_squares())
    (tmp_path / "classes.txt").write_text("cell\ndust\n")
    imported = read_label_png(tmp_path)
    assert [label.name for label in imported.labels] == ["cell", "dust"]
    assert "the first line is index 1" in str(imported.report.entries[0])


def test_colours_that_a_file_explains(tmp_path: Path) -> None:
    table = np.array([[0, 0, 0], [9, 8, 7], [200, 0, 0]], np.uint8)
    _labels(tmp_path, table[_two_squares()])
    (tmp_path / "labelmap.txt").write_text("background:0,0,0::\ncell:9,8,7::\n")
    imported = read_label_png(tmp_path)
    assert imported.report.annotations == 1
    (loss,) = imported.report.left_out
    assert (loss.pixels, loss.file) == (180, "a.png")


def test_colours_that_nothing_explains(tmp_path: Path) -> None:
    _labels(tmp_path, np.zeros((*SIZE.shape, 3), np.uint8))
    imported = read_label_png(tmp_path)
    assert "holds colours" in imported.report.left_out[0].reason


def test_datumaro_names_and_its_background(tmp_path: Path) -> None:
    _labels(tmp_path, _two_squares())
    meta = {"label_map": {"0": "Void", "1": "Cell", "2": "Dust"}, "background_label": "0"}
    (tmp_path / "dataset_meta.json").write_text(json.dumps(meta))
    assert [label.name for label in read_label_png(tmp_path).labels] == ["Cell", "Dust"]


def test_16_bits_and_void(tmp_path: Path) -> None:
    _labels(tmp_path, _two_squares(np.uint16, 65535))
    _labels(tmp_path, _two_squares(np.uint16, 255), "b.png")
    imported = read_label_png(tmp_path)
    assert [len(image.annotations) for image in imported.images] == [1, 2]
    assert any("180 pixels are void" in str(entry) for entry in imported.report.entries)


def test_another_size_is_left_out(tmp_path: Path) -> None:
    _labels(tmp_path, np.ones((5, 5), np.uint8))
    report = read_label_png(tmp_path).report
    assert "5 × 5" in report.left_out[0].reason
    assert (report.annotations, report.images) == (0, 1)


def test_a_folder_without_pngs(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="no label PNG"):
        read_label_png(tmp_path)


def test_more_than_254_objects_need_16_bits(tmp_path: Path) -> None:
    squares = [square(x, y, 1) for y in range(24) for x in range(0, 32, 2)]
    write_picture(tmp_path / "a.png")
    dataset = dataset_of({"a.png": squares}, root=tmp_path)
    out = tmp_path / "out"
    report = write_label_png(dataset, 1, out, meaning="instances")
    assert (report.verified, report.losses) == (True, ())
    with Image.open(out / "masks" / "a.png") as image:
        assert image.mode.startswith("I")
    imported = read_label_png(out, tmp_path)
    found = {rasterise(item.geometry, SIZE) for item in imported.images[0].annotations}
    assert found == set(squares)
    assert {label.name for label in imported.labels} == {"cell", "dust"}


def test_crowds_are_void_and_same_classes_merge(tmp_path: Path) -> None:
    shapes = [square(1, 1, 4), square(6, 1, 4), square(12, 1, 4), square(18, 1, 4)]
    dataset = dataset_of({"a.png": shapes}, crowds=frozenset({2}))
    report = write_label_png(dataset, 1, tmp_path, meaning="classes")
    assert report.verified
    with Image.open(tmp_path / "masks" / "a.png") as image:
        pixels = np.array(image)
        assert image.mode == "P"
    assert set(np.unique(pixels).tolist()) == {0, 1, 2, 255}
    assert any("2 objects share their class" in entry.reason for entry in report.losses)
    assert (tmp_path / "classes.txt").read_text() == "background\ncell\ndust\n"


def test_objects_in_front_cover_those_behind(tmp_path: Path) -> None:
    dataset = dataset_of({"a.png": [square(1, 1, 6), square(3, 3, 6)]})
    (loss,) = write_label_png(dataset, 1, tmp_path, meaning="instances").losses
    assert loss.pixels == 16
    assert loss.item == "object 1 of a.png"


def test_regions_are_those_of_every_index() -> None:
    pixels = _two_squares()
    found = dict(regions(pixels))
    assert found == {1: Mask.from_array(pixels == 1), 2: Mask.from_array(pixels == 2)}
    assert regions(np.zeros((3, 4), np.uint8)) == []
