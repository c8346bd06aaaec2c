"""One broken picture does not keep the others from being exported."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from core.document.geometry import Size
from core.formats.exporting import ExportKind, export_layer
from core.project.project import Project


@pytest.mark.parametrize("kind", list(ExportKind))
def test_an_unreadable_picture_is_listed_and_the_others_go_out(
    tmp_path: Path, kind: ExportKind
) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    cv2.imwrite(str(pictures / "good.png"), np.zeros((20, 30, 3), np.uint8))
    (pictures / "broken.png").write_text("no picture")
    project = Project.create(
        tmp_path / "p.maskwright", pictures, ["broken.png", "good.png"], author="a"
    )
    try:
        report = export_layer(project.snapshot(), 1, tmp_path / "out.json", kind)
    finally:
        project.close()
    assert report.verified
    assert report.counts["images"] == 1
    assert [entry.file for entry in report.losses] == ["broken.png"]
    assert report.losses[0].left_out


def test_a_picture_that_was_read_once_needs_no_file(tmp_path: Path) -> None:
    project = Project.create(tmp_path / "p.maskwright", tmp_path, ["gone.png"], author="a")
    try:
        project.record_image(1, Size(8, 8), "00")
        report = export_layer(project.snapshot(), 1, tmp_path / "out.json", ExportKind.COCO_RLE)
    finally:
        project.close()
    assert report.counts["images"] == 1
    assert not report.losses
