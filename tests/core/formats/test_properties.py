"""Round trips of random shapes, and files that are broken at random."""

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
from core.formats.coco import read_coco, write_coco
from core.formats.combining import combine
from core.formats.orientation import turned_back, turned_upright
from core.formats.voc import read_voc, write_voc
from core.imaging.rasterise import rasterise
from tests.core.formats.datasets import SIZE, dataset_of

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
