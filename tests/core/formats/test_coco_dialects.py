"""What CVAT and Roboflow mean by their COCO."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from core.formats.coco import read_coco
from core.formats.combining import combine
from core.formats.exporting import ExportKind, export_layer
from core.formats.registry import detect_format
from tests.core.formats.datasets import coco_file, record

KEYS = ("contributor", "date_created", "description", "url", "version", "year")
CVAT: dict[str, Any] = {
    "info": dict.fromkeys(KEYS, ""),
    "licenses": [{"name": "", "id": 0, "url": ""}],
}
RUNS = {"size": [24, 32], "counts": [100, 20, 648]}


def test_a_brush_mask_of_cvat_is_no_crowd(tmp_path: Path) -> None:
    painted = record(1, segmentation=RUNS, iscrowd=1, attributes={"occluded": False})
    path = coco_file(tmp_path, [painted, record(2)], **CVAT)
    assert "as CVAT writes them" in detect_format(path).why
    imported = read_coco(path)
    first, second = imported.images[0].annotations
    assert not first.is_crowd
    assert not second.is_crowd
    assert first.attributes == {"occluded": False}
    assert any("1 brush masks" in entry.reason for entry in imported.report.entries)
    combined = combine([imported])
    out = tmp_path / "out" / "new.json"
    out.parent.mkdir()
    export_layer(combined.dataset, 1, out, ExportKind.COCO_RLE, combined.sources[1])
    assert json.loads(out.read_bytes()) == json.loads(path.read_bytes())


def test_a_crowd_of_others_stays_one(tmp_path: Path) -> None:
    imported = read_coco(coco_file(tmp_path, [record(1, segmentation=RUNS, iscrowd=1)]))
    assert imported.images[0].annotations[0].is_crowd


def test_roboflow_names_its_group_first(tmp_path: Path) -> None:
    categories = [
        {"id": 0, "name": "animals", "supercategory": "none"},
        {"id": 1, "name": "cat", "supercategory": "animals"},
    ]
    path = coco_file(tmp_path, [record(category_id=1)], categories=categories)
    renamed = path.rename(tmp_path / "_annotations.coco.json")
    assert "as Roboflow writes them" in detect_format(tmp_path).why
    imported = read_coco(renamed)
    assert [label.name for label in imported.labels] == ["animals", "cat"]
    assert "Roboflow's name of the group" in str(imported.report.entries[0])
