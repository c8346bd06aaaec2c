"""What exports write among the images is never taken for an image to annotate."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.formats.export_options import ExportOptions, Pictures
from core.formats.exporting import EXPORT_FORMATS, ExportKind
from core.headless.exporting import export_project
from core.project.exports import EXPORTS, folders_of_exports, is_of_export, with_exports
from core.project.opening import open_source
from tests.core.formats.datasets import square
from tests.core.project.pictures import add, box, shape, write_picture

WITH_PICTURES = (
    *(ExportKind.VOC, ExportKind.YOLO_BOXES),
    *(ExportKind.PNG_CLASSES, ExportKind.COCO_PANOPTIC),
)


@pytest.mark.parametrize("kind", WITH_PICTURES, ids=lambda kind: kind.value)
@pytest.mark.parametrize("where", ["", "out"], ids=["into the folder", "into a folder inside"])
def test_a_folder_of_images_does_not_grow_by_its_exports(
    tmp_path: Path, kind: ExportKind, where: str
) -> None:
    write_picture(tmp_path / "a.png")
    (tmp_path / "out").mkdir()
    project = open_source(tmp_path, author="tester").project
    try:
        project.history.apply(add(shape(square(2, 2, 5)), box(), image_id=1))
        suffix = EXPORT_FORMATS[kind].suffix
        target = tmp_path / where / f"set{suffix}" if where or suffix else tmp_path
        options = ExportOptions(pictures=Pictures.COPY)
        report = export_project(project, 1, target, kind, options)
        assert report.verified
        copies = [path for path in report.written if path.suffix == ".png"]
        assert copies
        assert project.rescan().added == ()
        write_picture(tmp_path / "new.png")
        assert len(project.rescan().added) == 1
    finally:
        project.close()


def test_folders_with_images_stay_open_for_more(tmp_path: Path) -> None:
    folders = [tmp_path / "images", tmp_path / "masks", tmp_path, tmp_path.parent / "elsewhere"]
    noted = with_exports(None, folders, tmp_path, ["images/a.png"])
    assert folders_of_exports(noted) == {"masks"}
    again = with_exports(noted, [tmp_path / "b" / "c"], tmp_path, ["images/a.png"])
    assert folders_of_exports(again) == {"masks", "b/c"}
    assert is_of_export("b/c/d/e.png", folders_of_exports(again))
    assert not is_of_export("b/e.png", folders_of_exports(again))
    assert not is_of_export("masks.png", folders_of_exports(again))
    assert folders_of_exports("no list") == frozenset()
    assert EXPORTS == "exports"
