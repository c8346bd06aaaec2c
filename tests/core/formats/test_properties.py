"""Round trips of random shapes, and files that are broken at random."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from core.document.annotation import Geometry, bounds_of_geometry
from core.document.geometry import Box, Polygon, PolygonPart
from core.document.mask import Mask
from core.errors import FormatError, ReadError
from core.formats.coco import read_coco, read_coco_results, write_coco
from core.formats.combining import combine
from core.formats.orientation import turned_back, turned_upright
from core.formats.registry import detect_format
from core.formats.voc import read_voc, write_voc
from core.imaging.rasterise import rasterise
from tests.core.formats.datasets import SIZE, dataset_of, record, write_picture

QUIET = settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

coordinates = st.floats(-3, 36, allow_nan=False)
rings = st.lists(st.tuples(coordinates, coordinates), min_size=3, max_size=7).map(
    lambda points: np.array(points, np.float64)
)
masks = arrays.arrays(np.bool_, SIZE.shape).map(Mask.from_array)
boxes = st.builds(Box, coordinates, coordinates, st.floats(0.01, 30), st.floats(0.01, 30))
polygons = st.builds(
    lambda parts: Polygon(tuple(parts)),
    st.lists(
        st.builds(PolygonPart, rings, st.lists(rings, max_size=1).map(tuple)),
        min_size=1,
        max_size=3,
    ),
)
shapes: st.SearchStrategy[Geometry] = st.one_of(masks, boxes, polygons)


@QUIET
@given(found=st.lists(shapes, max_size=4), style=st.sampled_from(["rle", "polygons"]))
def test_coco_gives_back_the_same_pixels(tmp_path: Path, found: list[Geometry], style: Any) -> None:
    out = tmp_path / "out.json"
    assert write_coco(dataset_of({"a.png": found}), 1, out, masks=style).verified
    drawn = [rasterise(item.geometry, SIZE) for item in read_coco(out).images[0].annotations]
    expected = [rasterise(shape, SIZE) for shape in found]
    if style == "polygons":
        expected = [
            mask
            for mask, shape in zip(expected, found, strict=True)
            if not mask.is_empty or not isinstance(shape, Mask)
        ]
        drawn = [mask for mask in drawn if not mask.is_empty]
        expected = [mask for mask in expected if not mask.is_empty]
    assert drawn == expected


@QUIET
@given(found=st.lists(shapes, max_size=4))
def test_a_second_export_of_what_was_imported_is_the_same_file(
    tmp_path: Path, found: list[Geometry]
) -> None:
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    write_coco(dataset_of({"a.png": found}), 1, first)
    combined = combine([read_coco(first)])
    write_coco(combined.dataset, 1, second, source=combined.sources[1])
    assert second.read_bytes() == first.read_bytes()


@settings(QUIET, max_examples=25)
@given(found=st.lists(shapes, max_size=4))
def test_voc_loses_only_what_it_says(
    tmp_path_factory: pytest.TempPathFactory, found: list[Geometry]
) -> None:
    tmp_path = tmp_path_factory.mktemp("voc")
    report = write_voc(dataset_of({"a.png": found}), 1, tmp_path)
    assert report.verified
    hidden = sum("lie under" in loss.reason for loss in report.losses)
    expected = [rasterise(shape, SIZE) for shape in found if not isinstance(shape, Box)]
    expected = [mask for mask in expected if not mask.is_empty]
    (image,) = read_voc(tmp_path, convention="one-based").images
    drawn = [item.geometry for item in image.annotations if isinstance(item.geometry, Mask)]
    if not hidden:
        assert drawn == expected


@QUIET
@given(geometry=shapes, orientation=st.integers(5, 8))
def test_turning_there_and_back_changes_no_pixel(geometry: Geometry, orientation: int) -> None:
    upright = turned_upright(geometry, SIZE, orientation)
    turned = type(SIZE)(SIZE.height, SIZE.width)
    again = turned_back(upright, turned, orientation)
    if isinstance(geometry, Mask):
        assert again == geometry
        assert upright == geometry or geometry.area == rasterise(upright, turned).area
    else:
        first, second = bounds_of_geometry(geometry), bounds_of_geometry(again)
        assert (first.x, first.y) == pytest.approx((second.x, second.y), abs=1e-9)


leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from([-1, 0, 1e308, 10**30, "b'1'", "../x", "\0", "a.png", [], {}, [[]], [{}]]),
)
values = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=7), st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=12,
)

FILE = {
    "info": {},
    "images": [{"id": 5, "file_name": "a.png", "width": 32, "height": 24}],
    "annotations": [
        record(1),
        record(2, segmentation={"size": [24, 32], "counts": [100, 20, 648]}, keypoints=[1, 2, 2]),
        record(3, segmentation={"size": [24, 32], "counts": "T31f0"}, attributes={"a": 1}),
    ],
    "categories": [{"id": 0, "name": "cell", "color": [1, 2, 3], "skeleton": [[1, 2]]}],
}
RESULTS = [{"image_id": 5, "category_id": 0, "bbox": [1, 2, 3, 4], "score": 0.5}]


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    if isinstance(value, dict):
        for key, item in value.items():
            found += _places(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            found += _places(item, (*path, index))
    return found


@st.composite
def mutated(draw: st.DrawFn, original: Any) -> bytes:
    """The file with values replaced or removed, or bytes changed."""
    content = copy.deepcopy(original)
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.sampled_from(_places(content) or [()]))
        if not place:
            break
        parent = content
        for key in place[:-1]:
            parent = parent[key]
        if draw(st.booleans()) or isinstance(parent, list):
            parent[place[-1]] = copy.deepcopy(draw(values))
        else:
            del parent[place[-1]]
    data = bytearray(
        json.dumps(content, ensure_ascii=draw(st.booleans())).encode("utf-8", "replace")
    )
    if data and draw(st.integers(0, 3)) == 0:
        at = draw(st.integers(0, len(data) - 1))
        data[at : at + draw(st.integers(0, 3))] = draw(st.binary(max_size=3))
    return bytes(data)


def _survives(read: Callable[[], Any]) -> None:
    try:
        read()
    except (FormatError, ReadError):
        return


def _read_and_write(path: Path, out: Path) -> None:
    imported = read_coco(path)
    assert imported.report.annotations <= imported.report.found_annotations
    combined = combine([imported])
    assert write_coco(combined.dataset, 1, out, source=combined.sources[1]).verified


def _fuzz_coco(folder: Path, data: bytes) -> None:
    write_picture(folder / "a.png")
    path = folder / "instances.json"
    path.write_bytes(data)
    _survives(lambda: _read_and_write(path, folder / "out.json"))
    _survives(lambda: detect_format(path))


@settings(QUIET, max_examples=150)
@given(data=mutated(FILE))
def test_no_broken_coco_file_raises_anything_else(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    _fuzz_coco(tmp_path_factory.mktemp("fuzz"), data)


@pytest.mark.slow
@pytest.mark.timeout(1200)
@settings(QUIET, max_examples=2000)
@given(data=mutated(FILE))
def test_no_broken_coco_file_raises_anything_else_for_long(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    _fuzz_coco(tmp_path_factory.mktemp("fuzz"), data)


@settings(QUIET, max_examples=50)
@given(data=mutated(RESULTS))
def test_no_broken_results_raise_anything_else(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    folder = tmp_path_factory.mktemp("fuzz")
    (folder / "instances.json").write_text(json.dumps(FILE))
    path = folder / "results.json"
    path.write_bytes(data)
    _survives(lambda: read_coco_results(path))


XML = (
    b'<?xml version="1.0" encoding="UTF-8"?><annotation><filename>a.png</filename><size><width>32'
    b"</width><height>24</height></size><object><name>x</name><bndbox><xmin>1</xmin><ymin>2</ymin>"
    b"<xmax>9</xmax><ymax>8</ymax></bndbox></object></annotation>"
)


@settings(QUIET, max_examples=100)
@given(
    at=st.integers(0, len(XML)),
    length=st.integers(0, 12),
    put=st.one_of(st.binary(max_size=6), st.sampled_from([b"1e999", b"nan", b"-", b"<", b"&x;"])),
)
def test_no_broken_xml_raises_anything_else(
    tmp_path: Path, at: int, length: int, put: bytes
) -> None:
    folder = tmp_path / "Annotations"
    folder.mkdir(exist_ok=True)
    (folder / "a.xml").write_bytes(XML[:at] + put + XML[at + length :])

    def run() -> None:
        combined = combine([read_voc(tmp_path)])
        assert write_voc(combined.dataset, 1, tmp_path / "out", source=combined.sources[1]).verified

    _survives(run)
