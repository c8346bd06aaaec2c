"""labelme: every shape, groups, pictures elsewhere, and what goes back as it came."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.document.annotation import Geometry
from core.document.geometry import (
    Box,
    Keypoints,
    Polygon,
    PolygonPart,
    RotatedBox,
    Scribble,
    Size,
    Visibility,
)
from core.document.mask import Mask
from core.formats.combining import combine
from core.formats.exporting import ExportKind, export_layer
from core.formats.labelme import read_labelme, write_labelme
from core.formats.labelme_shapes import geometry_of, mask_fields
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


def _shape(kind: str, points: Any, **fields: Any) -> dict[str, Any]:
    return {"label": "a", "shape_type": kind, "points": points, "group_id": None, **fields}


def _file(folder: Path, shapes: Any, name: str = "a.json", **fields: Any) -> Path:
    write_picture(folder / "a.png")
    content = {
        "version": "5.4.1",
        "flags": {},
        "shapes": shapes,
        "imagePath": "a.png",
        "imageData": None,
        "imageHeight": 24,
        "imageWidth": 32,
        **fields,
    }
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))
    return path


@pytest.mark.parametrize(
    ("shape", "geometry"),
    [
        (_shape("rectangle", [[9, 8], [2, 3]]), Box(2, 3, 7, 5)),
        (_shape("rectangle", [[2, 3], [9, 3], [9, 8], [2, 8]]), Box(2, 3, 7, 5)),
        (
            _shape("polygon", [[1, 1], [9, 1], [9, 9.5]]),
            Polygon.from_points([(1, 1), (9, 1), (9, 9.5)]),
        ),
        (_shape("point", [[3, 4]]), Keypoints(((3, 4, Visibility.VISIBLE),))),
        (_shape("mask", **mask_fields(square(4, 5, 3))), square(4, 5, 3)),
    ],
)
def test_shapes(shape: dict[str, Any], geometry: object) -> None:
    assert geometry_of(shape) == geometry


def test_a_circle_is_an_outline_close_to_it(tmp_path: Path) -> None:
    imported = read_labelme(_file(tmp_path, [_shape("circle", [[12, 12], [20, 12]])]))
    (annotation,) = imported.images[0].annotations
    area = rasterise(annotation.geometry, SIZE).area
    assert abs(area - np.pi * 64) < 8
    assert "circle" in str(imported.report.entries[0])


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        (_shape("polygon", [[1, 1], [2, 2]]), "at least 3 points and has 2"),
        (_shape("rectangle", [[1, 1], [1, 5]]), "no area"),
        (_shape("rectangle", [[1, 1], [None, 5]]), "not a number"),
        (_shape("circle", [[1, 1], [1, 1]]), "no radius"),
        (_shape("cuboid", [[1, 1], [2, 2]]), "cuboid"),
        (_shape("mask", [[0, 0], [1, 1]], mask="AAAA"), "cannot be read"),
        (_shape("mask", [[0, 0], [9, 9]], mask=mask_fields(square(0, 0, 3))["mask"]), "enclose"),
        (_shape("polygon", [[1e300, 1], [2, 2], [3, 1]]), "too large"),
        ("text", "no JSON object"),
    ],
)
def test_a_bad_shape_is_left_out_alone(tmp_path: Path, shape: Any, words: str) -> None:
    report = read_labelme(_file(tmp_path, [_shape("point", [[1, 1]]), shape])).report
    assert (report.annotations, report.found_annotations) == (1, 2)
    assert report.left_out[0].item == "shapes[1]"
    assert words in report.left_out[0].reason


def test_a_picture_in_a_mask_cannot_fill_the_memory(tmp_path: Path) -> None:
    import zlib

    def chunk(kind: bytes, data: bytes) -> bytes:
        crc = zlib.crc32(kind + data).to_bytes(4, "big")
        return len(data).to_bytes(4, "big") + kind + data + crc

    header = (60_000).to_bytes(4, "big") * 2 + bytes([1, 0, 0, 0, 0])
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")
    data = base64.b64encode(png).decode()
    shape = _shape("mask", [[0, 0], [59_999, 59_999]], mask=data)
    report = read_labelme(_file(tmp_path, [shape])).report
    assert report.annotations == 0
    assert "mask" in report.left_out[0].reason


def test_a_group_is_one_object(tmp_path: Path) -> None:
    first = _shape("polygon", [[1, 1], [9, 1], [9, 9]], group_id=3)
    second = _shape("rectangle", [[20, 10], [25, 15]], group_id=3)
    other = _shape("rectangle", [[20, 10], [25, 15]], group_id=3, label="b")
    imported = read_labelme(_file(tmp_path, [first, second, other]))
    joined, alone = imported.images[0].annotations
    assert isinstance(joined.geometry, Polygon)
    assert len(joined.geometry.parts) == 2
    assert alone.geometry == Box(20, 10, 5, 5)
    assert imported.report.left_out == ()


@pytest.mark.parametrize("path", ["..\\pictures\\a.png", "../pictures/a.png", "C:\\x\\a.png"])
def test_pictures_are_found_beside_or_near_the_file(tmp_path: Path, path: str) -> None:
    write_picture(tmp_path / "pictures" / "a.png")
    file = _file(tmp_path / "labels", [_shape("point", [[1, 1]])], imagePath=path)
    (tmp_path / "labels" / "a.png").unlink()
    imported = read_labelme(file, tmp_path / "pictures")
    assert imported.images[0].name == "a.png"
    assert not imported.images[0].missing


def test_no_path_leaves_the_folder(tmp_path: Path) -> None:
    write_picture(tmp_path / "secret.png")
    file = _file(tmp_path / "in", [], imagePath="../secret.png")
    (tmp_path / "in" / "a.png").unlink()
    (image,) = read_labelme(file).images
    assert image.missing
    assert ".." not in image.name


def test_an_old_file_without_types_and_size(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_picture(tmp_path / "a.png")
    shape = {"label": "a", "points": [[1, 1], [9, 1], [9, 9]]}
    path.write_text(json.dumps({"shapes": [shape], "imagePath": "a.png", "imageData": None}))
    imported = read_labelme(path)
    assert imported.images[0].size == SIZE
    assert imported.report.entries == ()


def test_a_folder_skips_files_of_other_programs(tmp_path: Path) -> None:
    _file(tmp_path, [_shape("point", [[1, 1]])])
    (tmp_path / "settings.json").write_text("{}")
    (tmp_path / "cut.json").write_text('{"shapes": [')
    imported = read_labelme(tmp_path)
    assert imported.report.annotations == 1
    assert [entry.file for entry in imported.report.left_out] == ["cut.json"]


def test_what_nobody_edited_goes_out_as_it_came_in(tmp_path: Path) -> None:
    shapes = [
        _shape("circle", [[12, 12], [20, 12]], flags={"x": True}, odd={"deep": [1, None]}),
        _shape("line", [[1, 1], [5.25, 9]], group_id=7),
        _shape("polygon", [[1, 1], [9, 1], [9, 9]], group_id=7, score=0.5),
        _shape("rectangle", [[9, 8], [2, 3]], description="d"),
        _shape("mask", **mask_fields(square(4, 5, 3))),
    ]
    path = _file(tmp_path, shapes, otherData={"who": "me"})
    combined = combine([read_labelme(path)])
    out = tmp_path / "out"
    report = export_layer(combined.dataset, 1, out, ExportKind.LABELME, combined.sources[1])
    assert (report.verified, report.losses) == (True, ())
    assert json.loads((out / "a.json").read_bytes()) == json.loads(path.read_bytes())


def test_an_edited_object_is_written_anew_and_the_others_stay(tmp_path: Path) -> None:
    shapes = [_shape("rectangle", [[9, 8], [2, 3]], odd=1), _shape("point", [[1, 1]], odd=2)]
    combined = combine([read_labelme(_file(tmp_path, shapes))])
    annotation = combined.dataset.load(1).in_layer(1)[0]
    moved = annotation.with_geometry(Box(1, 1, 4, 4))
    dataset = edited(combined.dataset, {annotation.id: moved})
    out = tmp_path / "out"
    assert export_layer(dataset, 1, out, ExportKind.LABELME, combined.sources[1]).verified
    first, second = json.loads((out / "a.json").read_bytes())["shapes"]
    assert first["points"] == [[1, 1], [5, 5]]
    assert second == shapes[1]


def test_an_edited_shape_keeps_what_is_not_known_of_it(tmp_path: Path) -> None:
    odd = _shape(
        "polygon",
        [[1, 1], [9, 1], [9, 9]],
        group_id=4,
        score=0.5,
        kie_linking=[[1, 2]],
        flags={"clear": True, "odd": None},
        attributes={"pose": "left"},
        description="by hand",
        difficult=True,
    )
    combined = combine([read_labelme(_file(tmp_path, [odd], flags={"sharp": False}))])
    (item,) = combined.dataset.load(1).annotations.values()
    moved = edited(combined.dataset, {item.id: item.with_geometry(square(2, 3, 5))})
    write_labelme(moved, 1, tmp_path / "moved", source=combined.sources[1])
    (after,) = _shapes(tmp_path / "moved")
    assert after == {**odd, **mask_fields(square(2, 3, 5)), "shape_type": "mask"}
    values = {**item.attributes, "pose": "right", "clear": False, "wet": True, "age": 3}
    del values["difficult"]
    named = edited(combined.dataset, {item.id: replace(item, attributes=values, edited=True)})
    state = replace(named.state, image_attributes={1: {"sharp": True, "weather": "rain"}})
    write_labelme(replace(named, state=state), 1, tmp_path / "named", source=combined.sources[1])
    (after,) = _shapes(tmp_path / "named")
    assert after == {
        **odd,
        "flags": {"odd": None, "clear": False, "wet": True},
        "attributes": {"pose": "right", "age": 3},
        "difficult": False,
    }
    file = json.loads((tmp_path / "named" / "a.json").read_text())
    assert (file["flags"], file["attributes"]) == ({"sharp": True}, {"weather": "rain"})


def test_objects_of_one_group_that_get_one_name_stay_two(tmp_path: Path) -> None:
    shapes = [
        _shape("polygon", [[1, 1], [9, 1], [9, 9]], group_id=4),
        {**_shape("polygon", [[11, 1], [19, 1], [19, 9]], group_id=4), "label": "b"},
    ]
    combined = combine([read_labelme(_file(tmp_path, shapes))])
    first, second = combined.dataset.load(1).in_layer(1)
    renamed = edited(combined.dataset, {second.id: second.with_label(first.label_id)})
    write_labelme(renamed, 1, tmp_path / "out", source=combined.sources[1])
    assert [item["group_id"] for item in _shapes(tmp_path / "out")] == [4, None]
    (again,) = read_labelme(tmp_path / "out", tmp_path).images
    assert len(again.annotations) == 2


def _shapes(folder: Path) -> Any:
    return json.loads((folder / "a.json").read_text())["shapes"]


def test_everything_is_written(tmp_path: Path) -> None:
    shapes: list[Geometry] = [
        Box(1, 2, 3, 4),
        RotatedBox(12, 12, 8, 4, 30),
        holed_polygon(),
        Polygon((PolygonPart(np.array([[1, 1], [9, 1], [9, 9]])),) * 2),
        ring_mask(),
        Keypoints(((3, 4, Visibility.VISIBLE), (5, 6, Visibility.HIDDEN))),
        Scribble(np.array([[2.0, 2.0], [20.0, 9.0]]), 0.5),
    ]
    write_picture(tmp_path / "sub" / "a.png")
    dataset = dataset_of({"sub/a.png": shapes}, root=tmp_path)
    report = write_labelme(dataset, 1, tmp_path / "out")
    assert report.verified
    assert sum(entry.pixels for entry in report.losses) == 0
    imported = read_labelme(tmp_path / "out", tmp_path)
    found = [item.geometry for item in imported.images[0].annotations]
    assert imported.images[0].name == "sub/a.png"
    for shape, geometry in zip(shapes, found, strict=True):
        assert rasterise(shape, SIZE) == rasterise(geometry, SIZE)
    assert isinstance(found[4], Mask)
    assert any("not hidden" in entry.reason for entry in report.losses if entry.left_out)


def test_lines_lose_their_width_by_so_many_pixels(tmp_path: Path) -> None:
    wide = Scribble(np.array([[4.0, 4.0], [20.0, 9.0]]), 4.0)
    dataset = dataset_of({"a.png": [wide]}, size=Size(32, 24))
    (loss,) = write_labelme(dataset, 1, tmp_path).losses
    thin = rasterise(Scribble(wide.points, 0.5), SIZE)
    assert loss.pixels == rasterise(wide, SIZE).without(thin).area > 0
