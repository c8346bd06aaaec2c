"""YOLO folders: layouts, names, lines, and what goes back as it came."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.document.annotation import Geometry
from core.document.geometry import Box, Keypoints, Polygon, Size, Visibility
from core.formats.combining import combine
from core.formats.dataset import ImportedDataset
from core.formats.export_options import Pictures
from core.formats.exporting import ExportKind, export_layer
from core.formats.findings import Findings
from core.formats.yolo import read_yolo, write_yolo
from core.formats.yolo_names import read_names
from core.imaging.rasterise import rasterise
from tests.core.formats.datasets import dataset_of, holed_polygon, ring_mask, square, write_picture

SIZE = Size(40, 20)


def _set(folder: Path, lines: str, yaml: str = "names: [cat, dog]\n") -> Path:
    write_picture(folder / "images" / "train" / "a.png", SIZE)
    labels = folder / "labels" / "train" / "a.txt"
    labels.parent.mkdir(parents=True)
    labels.write_text(lines)
    (folder / "data.yaml").write_text(yaml)
    return folder


def _words(imported: ImportedDataset) -> str:
    return "\n".join(map(str, imported.report.entries))


def test_boxes_scores_and_outlines(tmp_path: Path) -> None:
    _set(tmp_path, "1 0.5 0.5 0.5 0.5\n0 0.5 0.5 1 1 0.75\n0 0 0 0.5 0 0.5 0.5\n")
    imported = read_yolo(tmp_path)
    (image,) = imported.images
    box, scored, outline = image.annotations
    assert image.name == "images/train/a.png"
    assert box.geometry == Box(10, 5, 20, 10)
    assert scored.provenance.score == 0.75
    assert outline.geometry == Polygon.from_points([(0, 0), (20, 0), (20, 10)])
    assert [label.name for label in imported.labels] == ["cat", "dog"]
    assert imported.report.entries == ()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("person 0.5 0.5 0.1 0.1", "“person” is not a whole number"),
        ("0 0.5 0.5", "and this one has 3"),
        ("0 0.5 nan 0.1 0.1", "finite"),
        ("0 0.5 0.5 0 0.1", "no area"),
        ("0 12000 3 4 5", "share of the picture"),
        ("0 a b c d", "not a number"),
        ("-1 0.5 0.5 0.1 0.1", "not a whole number"),
    ],
)
def test_a_bad_line_is_left_out_alone(tmp_path: Path, line: str, words: str) -> None:
    _set(tmp_path, f"0 0.5 0.5 0.5 0.5\n{line}\n")
    imported = read_yolo(tmp_path)
    assert (imported.report.annotations, imported.report.found_annotations) == (1, 2)
    (entry,) = imported.report.left_out
    assert (entry.file, entry.item) == ("labels/train/a.txt", "line 2")
    assert words in entry.reason


def test_names_with_gaps_and_words_that_yaml_takes_for_truth(tmp_path: Path) -> None:
    (tmp_path / "data.yaml").write_text("names: {0: no, 7: on, 9: '3.10'}\n")
    names = read_names(tmp_path / "data.yaml", Findings("data.yaml"))
    assert names.names == {0: "no", 7: "on", 9: "3.10"}


def test_yaml_makes_no_objects(tmp_path: Path) -> None:
    bomb = "\n".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 40))
    path = tmp_path / "data.yaml"
    path.write_text(f"a0: &a0 [x]\n{bomb}\nnames: [*a39, !!python/object/apply:os.abort [], ok]\n")
    findings = Findings("data.yaml")
    assert read_names(path, findings).names == {2: "ok"}
    assert len(findings.entries) == 2


def test_a_class_without_a_name_gets_a_label(tmp_path: Path) -> None:
    _set(tmp_path, "5 0.5 0.5 0.5 0.5\n")
    imported = read_yolo(tmp_path)
    assert [label.name for label in imported.labels] == ["cat", "dog", "class 5"]
    assert "class 5 has no name" in _words(imported)


def test_poses(tmp_path: Path) -> None:
    yaml = "kpt_shape: [2, 3]\nnames: {0: hand}\n"
    line = "0 0.5 0.5 0.5 0.5 0.25 0.5 2 0.5 0.5 1"
    _set(tmp_path, line + "\n", yaml)
    imported = read_yolo(tmp_path)
    (annotation,) = imported.images[0].annotations
    assert annotation.geometry == Keypoints(
        ((10, 10, Visibility.VISIBLE), (20, 10, Visibility.HIDDEN))
    )
    combined = combine([imported])
    kind = ExportKind.YOLO_BOXES
    assert export_layer(combined.dataset, 1, tmp_path / "out", kind, combined.sources[1]).verified
    assert (tmp_path / "out/labels/images/train/a.txt").read_text() == line + "\n"
    assert "kpt_shape" in (tmp_path / "out/data.yaml").read_text()


def test_empty_is_checked_and_missing_is_unlabelled(tmp_path: Path) -> None:
    _set(tmp_path, "")
    write_picture(tmp_path / "images" / "train" / "b.png", SIZE)
    imported = read_yolo(tmp_path)
    assert [image.name for image in imported.images] == ["images/train/a.png", "images/train/b.png"]
    assert "1 images have no label file" in _words(imported)
    assert imported.report.left_out == ()


def test_without_the_picture_nothing_is_guessed(tmp_path: Path) -> None:
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "a.txt").write_text("0 0.5 0.5 0.5 0.5\n")
    report = read_yolo(tmp_path).report
    assert (report.annotations, report.found_annotations) == (0, 1)
    assert report.missing_images == ("images/a.jpg",)
    assert "cannot be told" in report.left_out[0].reason


@pytest.mark.parametrize("picture", ["train/images/a.png", "a.png"])
def test_other_layouts(tmp_path: Path, picture: str) -> None:
    write_picture(tmp_path / picture, SIZE)
    labels = tmp_path / picture.replace("images", "labels").replace(".png", ".txt")
    labels.parent.mkdir(parents=True, exist_ok=True)
    labels.write_text("0 0.5 0.5 0.5 0.5\n")
    (tmp_path / "classes.txt").write_text("cat\n")
    imported = read_yolo(tmp_path)
    assert [image.name for image in imported.images] == [picture]
    assert imported.report.annotations == 1


def test_lines_that_nobody_edited_go_out_as_they_came(tmp_path: Path) -> None:
    lines = "1 0.1250001 0.5 0.2 0.30\n0 5e-1 .5 0.1 0.1 0.93\n"
    _set(tmp_path, lines, "names: {0: cat, 1: dog, 8: bird}\n")
    combined = combine([read_yolo(tmp_path)])
    out = tmp_path / "out"
    kind = ExportKind.YOLO_BOXES
    assert export_layer(combined.dataset, 1, out, kind, combined.sources[1]).losses == ()
    assert (out / "labels/images/train/a.txt").read_text() == lines
    names = read_names(out / "data.yaml", Findings("")).names
    assert names == {0: "cat", 1: "dog", 8: "bird"}


def test_outlines_with_holes_and_parts_keep_every_pixel(tmp_path: Path) -> None:
    shapes: list[Geometry] = [ring_mask(), holed_polygon(), square(3, 3, 5)]
    write_picture(tmp_path / "a.png")
    dataset = dataset_of({"a.png": shapes}, root=tmp_path)
    report = write_yolo(dataset, 1, tmp_path / "out", shapes="polygons")
    assert report.verified
    assert sum(entry.pixels for entry in report.losses) == 0
    (image,) = read_yolo(tmp_path / "out", tmp_path).images
    size = dataset.load(1).size
    assert [rasterise(item.geometry, size) for item in image.annotations] == [
        rasterise(shape, size) for shape in shapes
    ]


def test_boxes_say_by_how_many_pixels_they_differ(tmp_path: Path) -> None:
    dataset = dataset_of({"a.png": [ring_mask()]})
    report = write_yolo(dataset, 1, tmp_path, shapes="boxes")
    (loss,) = report.losses
    bounds = rasterise(ring_mask().bounds, dataset.load(1).size)
    assert loss.pixels == bounds.without(ring_mask()).area > 0
    assert str(loss.pixels) in loss.reason
    assert loss.left_out


def test_what_lies_outside_is_cut_off(tmp_path: Path) -> None:
    dataset = dataset_of({"a.png": [Box(-5, -5, 15, 15)]})
    write_yolo(dataset, 1, tmp_path, shapes="boxes")
    (line,) = (tmp_path / "labels/a.txt").read_text().splitlines()
    assert line == "0 0.15625 0.20833333333333334 0.3125 0.4166666666666667"


def test_images_nobody_worked_on_get_no_file(tmp_path: Path) -> None:
    dataset = dataset_of({"a.png": [square(1, 1, 4)], "b.png": []})
    write_yolo(dataset, 1, tmp_path, shapes="boxes")
    assert [path.name for path in (tmp_path / "labels").iterdir()] == ["a.txt"]


def test_pictures_are_copied_when_asked(tmp_path: Path) -> None:
    write_picture(tmp_path / "in" / "sub" / "a.png")
    dataset = dataset_of({"sub/a.png": [square(1, 1, 4)]}, root=tmp_path / "in")
    write_yolo(dataset, 1, tmp_path / "out", shapes="boxes", pictures=Pictures.COPY)
    copied = tmp_path / "out/images/sub/a.png"
    assert copied.read_bytes() == (tmp_path / "in/sub/a.png").read_bytes()
    assert read_yolo(tmp_path / "out").report.annotations == 1


def test_two_pictures_of_one_stem_do_not_overwrite_each_other(tmp_path: Path) -> None:
    dataset = dataset_of({"a.png": [square(1, 1, 4)], "a.jpg": [square(2, 2, 5)]})
    report = write_yolo(dataset, 1, tmp_path, shapes="boxes")
    names = sorted(path.name for path in (tmp_path / "labels").iterdir())
    assert names == ["a_jpg.txt", "a_png.txt"]
    assert sum("same name" in entry.reason for entry in report.losses) == 2


def test_half_pixels_survive_the_division(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    boxes = [
        Box(*(rng.integers(0, 120, 2) / 10).tolist(), *(rng.integers(1, 100, 2) / 10).tolist())
        for _ in range(200)
    ]
    write_picture(tmp_path / "a.png")
    dataset = dataset_of({"a.png": boxes}, root=tmp_path)
    report = write_yolo(dataset, 1, tmp_path / "out", shapes="boxes")
    assert report.verified
    (image,) = read_yolo(tmp_path / "out", tmp_path).images
    for item, box in zip(image.annotations, boxes, strict=True):
        assert isinstance(item.geometry, Box)
        assert abs(item.geometry.x - box.x) < 1e-8
        assert abs(item.geometry.right - box.right) < 1e-8
