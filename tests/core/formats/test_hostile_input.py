"""Damaged files of every format: an answer in words, never a crash, a hang or a silent loss.

The COCO and VOC readers have theirs in test_properties.py.
"""

from __future__ import annotations

import base64
import copy
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from core.document.geometry import Size
from core.errors import FormatError, ReadError
from core.formats.combining import combine
from core.formats.dataset import ImportedDataset
from core.formats.exporting import ExportKind, export_layer
from core.formats.registry import detect_format, format_named
from tests.core.formats.datasets import write_picture

QUIET = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    database=None,
)
SIZE = Size(32, 24)


def _png(pixels: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def _ids() -> np.ndarray:
    ids = np.zeros((*SIZE.shape, 3), np.uint8)
    ids[2:6, 3:9, 0] = 1
    ids[10:20, 12:30, 1] = 1
    return ids


MASK = base64.b64encode(_png(np.ones((3, 3), np.bool_))).decode()
LABELME = {
    "version": "5.4.1",
    "shapes": [
        {"label": "a", "points": [[1, 1], [9, 1], [9, 9]], "shape_type": "polygon", "group_id": 1},
        {"label": "a", "points": [[9, 9], [2, 3]], "shape_type": "rectangle", "group_id": 1},
        {"label": "b", "points": [[9, 9], [12, 9]], "shape_type": "circle", "flags": {"x": True}},
        {"label": "c", "points": [[4, 5], [6, 7]], "shape_type": "mask", "mask": MASK},
        {"label": "d", "points": [[1, 1], [5, 5]], "shape_type": "line", "score": 0.5},
        {"label": "d", "points": [[1, 1]], "shape_type": "point"},
    ],
    "imagePath": "a.png",
    "imageData": None,
    "imageHeight": 24,
    "imageWidth": 32,
}
VIA = {
    "_via_settings": {"ui": {}},
    "_via_img_metadata": {
        "a.png7": {
            "filename": "a.png",
            "regions": [
                {
                    "shape_attributes": {"name": "rect", "x": 1, "y": 2, "width": 3, "height": 4},
                    "region_attributes": {"name": "cell", "type": {"a": True}},
                },
                {
                    "shape_attributes": {
                        "name": "polygon",
                        "all_points_x": [1, 9, 9],
                        "all_points_y": [1, 1, 9],
                    },
                    "region_attributes": {"name": "cell"},
                },
                {
                    "shape_attributes": {"name": "ellipse", "cx": 9, "cy": 9, "rx": 4, "ry": 2},
                    "region_attributes": {},
                },
            ],
        }
    },
}
_SIZES = {"original_width": 32, "original_height": 24, "image_rotation": 0}
STUDIO = [
    {
        "data": {"image": "/data/a.png"},
        "annotations": [
            {
                "completed_by": 3,
                "result": [
                    {
                        "type": "rectanglelabels",
                        "value": {
                            "x": 1,
                            "y": 2,
                            "width": 30,
                            "height": 40,
                            "rotation": 20,
                            "rectanglelabels": ["cell"],
                        },
                        **_SIZES,
                    },
                    {
                        "type": "brushlabels",
                        "value": {"rle": [0, 0, 12, 0, 58, 17, 35, 255], "brushlabels": ["a"]},
                        **_SIZES,
                    },
                ],
            }
        ],
    }
]
PANOPTIC = {
    "images": [{"id": 5, "file_name": "a.png", "width": 32, "height": 24}],
    "annotations": [
        {
            "image_id": 5,
            "file_name": "a.png",
            "segments_info": [
                {"id": 1, "category_id": 3, "area": 24, "bbox": [3, 2, 6, 4], "iscrowd": 0},
                {"id": 256, "category_id": 3, "area": 180, "bbox": [12, 10, 18, 10]},
            ],
        }
    ],
    "categories": [{"id": 3, "name": "cell", "isthing": 1}],
}
YOLO = b"0 0.5 0.5 0.25 0.25\n1 0 0 0.5 0 0.5 0.5\n0 0.5 0.5 0.1 0.1 0.9\n"
YAML = b"train: images\nkpt_shape: [2, 3]\nnames:\n  0: cat\n  1: dog\n"
TABLE = b"image,index,class\na,1,cell\na,2,dust\n"


@dataclass(frozen=True)
class Case:
    """A reader with sound files below a folder; ``damaged`` names those that are damaged."""

    name: str
    files: dict[str, bytes]
    damaged: tuple[str, ...]
    path: str
    kind: ExportKind


def _case(
    name: str, kind: ExportKind, path: str, files: dict[str, Any], damaged: tuple[str, ...]
) -> Case:
    coded = {
        key: value if isinstance(value, bytes) else json.dumps(value).encode()
        for key, value in files.items()
    }
    return Case(name, coded, damaged, path, kind)


_INDICES = _png(_ids()[..., 0] + 2 * _ids()[..., 1])
CASES = [
    _case("labelme", ExportKind.LABELME, "a.json", {"a.json": LABELME}, ("a.json",)),
    _case("via", ExportKind.LABELME, "via.json", {"via.json": VIA}, ("via.json",)),
    _case("label studio", ExportKind.LABELME, "s.json", {"s.json": STUDIO}, ("s.json",)),
    _case(
        "coco panoptic",
        ExportKind.COCO_PANOPTIC,
        "set.json",
        {"set.json": PANOPTIC, "set/a.png": _png(_ids())},
        ("set.json", "set/a.png"),
    ),
    _case(
        "yolo",
        ExportKind.YOLO_POLYGONS,
        "labels",
        {"labels/a.txt": YOLO, "data.yaml": YAML},
        ("labels/a.txt", "data.yaml"),
    ),
    _case(
        "png",
        ExportKind.PNG_INSTANCES,
        ".",
        {"masks/a.png": _INDICES, "instances.csv": TABLE},
        ("masks/a.png", "instances.csv"),
    ),
]

VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**70), 2**70),
        st.floats(allow_nan=True),
        st.sampled_from(
            ["", "../../etc/passwd", "C:\\x", "a\0b", "http://h/a.png", "mask", "b'..'", "nan"]
        ),
        st.sampled_from([[1e9, -1e9], [[1e308, 0], [0, 1e308], [1, 1]], [32, 24], {}]),
        st.text(max_size=4),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=5), st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    if isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in pairs:
            found += _places(item, (*path, key))
    return found


@st.composite
def _other_json(draw: st.DrawFn, data: bytes) -> bytes:
    """JSON with some values replaced or taken out."""
    content = copy.deepcopy(json.loads(data))
    for _ in range(draw(st.integers(1, 3))):
        places = _places(content)
        if not places:
            break
        *way, last = draw(st.sampled_from(places))
        parent = content
        for key in way:
            parent = parent[key]
        if draw(st.integers(0, 3)) == 0:
            del parent[last]
        else:
            parent[last] = copy.deepcopy(draw(VALUES))
    return json.dumps(content).encode("utf-8", "surrogatepass")


@st.composite
def _other_bytes(draw: st.DrawFn, data: bytes) -> bytes:
    """The bytes with a few of them cut, replaced or doubled."""
    changed = bytearray(data)
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, max(len(changed) - 1, 0)))
        put = draw(
            st.one_of(
                st.binary(max_size=6),
                st.sampled_from(
                    [b"1e999", b"nan", b"-", b"\n", b"*a", b"&a [", b"!!", b"\xff\xfe"]
                ),
            )
        )
        changed[at : at + draw(st.integers(0, 12))] = put
    return bytes(changed[: draw(st.integers(0, len(changed)))] if draw(st.booleans()) else changed)


@st.composite
def damaged_files(draw: st.DrawFn, case: Case) -> dict[str, bytes]:
    """The files of a case with one of them damaged."""
    name = draw(st.sampled_from(case.damaged))
    data = case.files[name]
    as_json = name.endswith(".json") and draw(st.integers(0, 4)) > 0
    return {**case.files, name: draw(_other_json(data) if as_json else _other_bytes(data))}


def _write(folder: Path, files: dict[str, bytes]) -> None:
    write_picture(folder / "images" / "a.png", SIZE)
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def _check(case: Case, folder: Path, files: dict[str, bytes]) -> None:
    _write(folder, files)
    _answers(lambda: detect_format(folder / case.path))
    _answers(lambda: detect_format(folder))
    imported = _answers(lambda: format_named(case.name).read(folder / case.path, folder / "images"))
    if isinstance(imported, ImportedDataset):
        _hold(imported)
        if imported.images:
            combined = combine([imported])
            for kind in (case.kind, ExportKind.COCO_RLE):
                target = folder / "out" / kind.value / "set.json"
                target.parent.mkdir(parents=True)
                report = export_layer(combined.dataset, 1, target, kind, combined.sources[1])
                assert report.verified, list(map(str, report.losses))


def _hold(imported: ImportedDataset) -> None:
    """What an import promises: no silent loss, no name that leaves the folder."""
    report = imported.report
    assert report.annotations <= report.found_annotations
    if report.annotations < report.found_annotations:
        assert report.left_out
    for image in imported.images:
        assert not Path(image.name).is_absolute()
        assert ".." not in Path(image.name).parts


def _answers(read: Callable[[], object]) -> object:
    try:
        return read()
    except (FormatError, ReadError):
        return None


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_sound_files_are_read_whole(tmp_path: Path, case: Case) -> None:
    _write(tmp_path, case.files)
    imported = format_named(case.name).read(tmp_path / case.path, tmp_path / "images")
    assert imported.report.annotations >= 1
    _hold(imported)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@settings(QUIET, max_examples=25)
@given(data=st.data())
def test_damage_is_answered(
    tmp_path_factory: pytest.TempPathFactory, case: Case, data: st.DataObject
) -> None:
    _check(case, tmp_path_factory.mktemp("fuzz"), data.draw(damaged_files(case)))


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@settings(QUIET, max_examples=800)
@given(data=st.data())
def test_damage_is_answered_for_long(
    tmp_path_factory: pytest.TempPathFactory, case: Case, data: st.DataObject
) -> None:
    _check(case, tmp_path_factory.mktemp("fuzz"), data.draw(damaged_files(case)))
