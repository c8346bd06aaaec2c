"""VIA and Label Studio, which are read only."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.document.geometry import Box, Keypoints, Polygon, RotatedBox, Scribble, Size, Visibility
from core.document.mask import Mask
from core.formats.dataset import ImportedDataset
from core.formats.label_studio import read_label_studio
from core.formats.label_studio_brush import mask_of_brush
from core.formats.via import read_via
from core.imaging.rasterise import rasterise
from tests.core.formats.datasets import SIZE, write_picture


def _via(folder: Path, *regions: Any, old: bool = False, **fields: Any) -> ImportedDataset:
    write_picture(folder / "a.png")
    listed: Any = list(regions)
    if old:
        listed = {str(index): region for index, region in enumerate(regions)}
    content = {"a.png77": {"filename": "a.png", "size": 77, "regions": listed, **fields}}
    path = folder / "via.json"
    path.write_text(json.dumps(content))
    return read_via(path)


def _region(shape: dict[str, Any], **attributes: Any) -> dict[str, Any]:
    return {"shape_attributes": shape, "region_attributes": attributes or {"name": "cell"}}


RECT = {"name": "rect", "x": 1, "y": 2, "width": 3, "height": 4}


@pytest.mark.parametrize("old", [False, True])
def test_via_shapes(tmp_path: Path, old: bool) -> None:
    polygon = {"name": "polygon", "all_points_x": [1, 9, 9, 1], "all_points_y": [1, 1, 8, 1]}
    line = {"name": "polyline", "all_points_x": [1, 9], "all_points_y": [1, 1]}
    point = {"name": "point", "cx": 4, "cy": 5}
    shapes: tuple[dict[str, Any], ...] = (RECT, polygon, line, point)
    imported = _via(tmp_path, *(_region(shape) for shape in shapes), old=old)
    found = [item.geometry for item in imported.images[0].annotations]
    assert found == [
        Box(1, 2, 3, 4),
        Polygon.from_points([(1, 1), (9, 1), (9, 8)]),
        Scribble(np.array([[1.0, 1.0], [9.0, 1.0]]), 0.5),
        Keypoints(((4, 5, Visibility.VISIBLE),)),
    ]
    assert imported.labels[0].name == "cell"


def test_via_circles_and_ellipses_are_close_outlines(tmp_path: Path) -> None:
    circle = {"name": "circle", "cx": 12, "cy": 12, "r": 8}
    ellipse = {"name": "ellipse", "cx": 16, "cy": 12, "rx": 10, "ry": 4, "theta": math.pi / 2}
    imported = _via(tmp_path, _region(circle), _region(ellipse))
    first, second = (rasterise(i.geometry, SIZE) for i in imported.images[0].annotations)
    assert abs(first.area - 64 * math.pi) < 8
    assert second.box.height > second.box.width
    assert len(imported.report.entries) == 3


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ({**RECT, "width": 0}, "no area"),
        ({**RECT, "x": "1"}, "not a number"),
        ({"name": "polygon", "all_points_x": [1], "all_points_y": [1]}, "at least 3"),
        ({"name": "polygon", "all_points_x": [1, 2], "all_points_y": 3}, "two lists"),
        ({"name": "cloud"}, "cloud"),
        ("text", "None"),
    ],
)
def test_via_faults_are_left_out_alone(tmp_path: Path, shape: Any, words: str) -> None:
    report = _via(tmp_path, _region(RECT), _region(shape)).report
    assert (report.annotations, report.found_annotations) == (1, 2)
    assert words in report.left_out[0].reason


def test_via_takes_the_class_from_ticked_boxes(tmp_path: Path) -> None:
    first = _region(RECT, kind={"cell": True, "dust": False}, note="x")
    imported = _via(tmp_path, first, _region(RECT, kind={"dust": True}))
    assert [label.name for label in imported.labels] == ["cell", "dust"]
    assert imported.images[0].annotations[0].attributes == {"note": "x"}


def _task(*results: Any, image: str = "/data/upload/1/0123abcd-a.png", **more: Any) -> Any:
    return {"id": 1, "data": {"image": image}, "annotations": [{"result": list(results)}], **more}


def _result(kind: str, value: dict[str, Any], **more: Any) -> dict[str, Any]:
    labels = {f"{kind}labels": ["cell"]}
    size = {"original_width": 32, "original_height": 24, "image_rotation": 0}
    return {"type": f"{kind}labels", "value": {**value, **labels}, **size, **more}


def _studio(folder: Path, *tasks: Any) -> ImportedDataset:
    write_picture(folder / "a.png")
    path = folder / "export.json"
    path.write_text(json.dumps(tasks))
    return read_label_studio(path)


def test_label_studio_shapes(tmp_path: Path) -> None:
    box = {"x": 25, "y": 50, "width": 50, "height": 25, "rotation": 0}
    polygon = {"points": [[0, 0], [50, 0], [50, 50]]}
    imported = _studio(
        tmp_path,
        _task(
            _result("rectangle", box),
            _result("polygon", polygon),
            _result("keypoint", {"x": 50, "y": 50, "width": 1}),
            _result("ellipse", {"x": 50, "y": 50, "radiusX": 25, "radiusY": 25, "rotation": 0}),
        ),
    )
    (image,) = imported.images
    found = [item.geometry for item in image.annotations]
    assert image.name == "a.png"
    assert found[:3] == [
        Box(8, 12, 16, 6),
        Polygon.from_points([(0, 0), (16, 0), (16, 12)]),
        Keypoints(((16, 12, Visibility.VISIBLE),)),
    ]
    assert abs(rasterise(found[3], SIZE).area - math.pi * 8 * 6) < 10
    assert imported.report.left_out == ()


def test_label_studio_turns_boxes_about_their_corner(tmp_path: Path) -> None:
    box = {"x": 50, "y": 25, "width": 25, "height": 25, "rotation": 90}
    (image,) = _studio(tmp_path, _task(_result("rectangle", box))).images
    geometry = image.annotations[0].geometry
    assert isinstance(geometry, RotatedBox)
    assert np.allclose(geometry.corners()[0], (16, 6))
    assert np.allclose(
        [geometry.bounds.x, geometry.bounds.y, geometry.bounds.width, geometry.bounds.height],
        [10, 6, 6, 8],
    )


def test_label_studio_reports_what_it_does_not_take(tmp_path: Path) -> None:
    box = _result("rectangle", {"x": 1, "y": 1, "width": 9, "height": 9})
    task = _task(box, {"type": "choices", "value": {"choices": ["x"]}})
    task["annotations"] += [{"result": [box, box]}, {"result": [], "was_cancelled": True}]
    report = _studio(tmp_path, task, _task(box, image="")).report
    words = "\n".join(map(str, report.left_out))
    assert report.annotations == 1
    assert report.found_annotations == 5
    for expected in ("“choices” has no shape", "2 results", "cancelled", "names no image"):
        assert expected in words


def test_label_studio_short_form(tmp_path: Path) -> None:
    size = {"original_width": 32, "original_height": 24}
    label = {"x": 25, "y": 50, "width": 50, "height": 25, "rectanglelabels": ["cell"], **size}
    imported = _studio(tmp_path, {"image": "https://host/x?d=1/a.png", "label": [label], "id": 3})
    assert imported.images[0].annotations[0].geometry == Box(8, 12, 16, 6)


class _Writer:
    def __init__(self) -> None:
        self.bits = ""

    def put(self, value: int, count: int) -> None:
        self.bits += format(value, f"0{count}b")

    def data(self) -> list[int]:
        padded = self.bits + "0" * (-len(self.bits) % 8)
        return [int(padded[place : place + 8], 2) for place in range(0, len(padded), 8)]


def _brush(pixels: np.ndarray) -> list[int]:
    """Literals and runs by turns, of four bytes a pixel."""
    channels = np.repeat(pixels.ravel().astype(np.uint8) * 255, 4).tolist()
    writer = _Writer()
    writer.put(len(channels), 32)
    writer.put(7, 5)
    for size in (2, 3, 7, 15):
        writer.put(size, 4)
    place = 0
    while place < len(channels):
        end = place + 1
        while end < len(channels) and channels[end] == channels[place] and end - place < 256:
            end += 1
        run = end - place > 4
        end = end if run else min(place + 3, len(channels))
        writer.put(int(run), 1)
        writer.put(2 if run else 0, 2)
        writer.put(end - place - 1, 8 if run else 3)
        for value in channels[place : place + 1] if run else channels[place:end]:
            writer.put(value, 8)
        place = end
    return writer.data()


def test_a_brush_is_unpacked() -> None:
    rng = np.random.default_rng(2)
    pixels = rng.random((9, 13)) > 0.6
    assert mask_of_brush(_brush(pixels), Size(13, 9)) == Mask.from_array(pixels)


@pytest.mark.parametrize("values", [[], [0] * 8, [255] * 40, "x", [1.5], [300], [0, 0, 1, 212] * 9])
def test_a_damaged_brush_is_refused(values: Any) -> None:
    with pytest.raises(ValueError, match="brush"):
        mask_of_brush(values, Size(13, 9))
