"""Whatever a person points at is opened, found again, and never written to."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.document.annotation import LayerRole
from core.document.geometry import Box, Size
from core.errors import FormatError, MaskwrightError, ReadError, WriteError
from core.project.opening import OpenedProject, open_source
from tests.core.project.pictures import add, box, write_picture

Open = Callable[..., OpenedProject]


@pytest.fixture
def opened() -> Iterator[Open]:
    """``open_source`` whose projects are closed after the test."""
    projects: list[OpenedProject] = []

    def call(path: Path, data_folder: Path | None = None) -> OpenedProject:
        projects.append(open_source(path, author="tester", data_folder=data_folder))
        return projects[-1]

    yield call
    for item in projects:
        item.project.close()


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    for name in ("b.png", "a.png", "inside/c.jpg"):
        write_picture(folder / name)
    return folder


def _coco(folder: Path, **more: Any) -> Path:
    content = {
        "images": [
            {"id": 5, "file_name": "a.png", "width": 40, "height": 30},
            {"id": 7, "file_name": "gone.png", "width": 20, "height": 10},
        ],
        "categories": [{"id": 3, "name": "cell"}],
        "annotations": [
            {"id": 1, "image_id": 5, "category_id": 3, "bbox": [1, 2, 10, 5], "area": 50,
             "iscrowd": 0, "segmentation": []},
            {"id": 2, "image_id": 7, "category_id": 3, "bbox": [1, 2, 3, 4], "area": 12,
             "iscrowd": 0, "segmentation": []},
        ],
        "info": {"year": 2026},
        **more,
    }  # fmt: skip
    path = folder / "instances.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_a_folder_of_images_is_opened_and_found_again(pictures: Path, opened: Open) -> None:
    first = opened(pictures)
    assert first.project.path == pictures / "pictures.maskwright"
    assert {image.path for image in first.project.images} == {"a.png", "b.png", "inside/c.jpg"}
    assert (first.notices, first.report) == ((), None)
    first.project.history.apply(add(box()))
    first.project.close()

    again = opened(pictures)
    assert len(again.project.history.document(1).annotations) == 1
    again.project.close()
    assert len(opened(again.project.path).project.history.document(1).annotations) == 1


def test_an_image_opens_its_folder(pictures: Path, opened: Open) -> None:
    assert len(opened(pictures / "a.png").project.images) == 3


def test_a_folder_that_cannot_be_written_keeps_its_project_elsewhere(
    pictures: Path, tmp_path: Path, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.project.locations.folder_is_writable", lambda folder: False)
    data_folder = tmp_path / "data"

    first = opened(pictures, data_folder)
    assert first.project.path.is_relative_to(data_folder)
    assert str(first.project.path) in first.notices[0]
    assert not first.project.read_only
    assert not list(pictures.rglob("*.maskwright"))
    first.project.history.apply(add(box()))
    first.project.close()

    again = opened(pictures, data_folder)
    assert again.project.path == first.project.path
    assert "is kept in" in again.notices[0]
    assert again.project.image_root == pictures
    assert len(again.project.history.document(1).annotations) == 1
    with pytest.raises(WriteError, match="no place for the project"):
        opened(pictures)


def test_two_folders_of_one_name_have_projects_of_their_own(
    tmp_path: Path, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.project.locations.folder_is_writable", lambda folder: False)
    paths = set()
    for name in ("one/images", "two/images"):
        write_picture(tmp_path / name / "a.png")
        paths.add(opened(tmp_path / name, tmp_path / "data").project.path)
    assert len(paths) == 2


def test_a_coco_file_becomes_the_layer_to_draw_in(pictures: Path, opened: Open) -> None:
    path = _coco(pictures)
    content = path.read_bytes()

    found = opened(path)

    assert found.project.path == pictures / "instances.maskwright"
    assert found.report is not None
    assert (found.report.images, found.report.annotations) == (2, 2)
    assert found.report.missing_images == ("gone.png",)
    state = found.project.history.state
    assert [(layer.id, layer.role, layer.source) for layer in state.layers.values()] == [
        (1, LayerRole.MINE, "instances.json")
    ]
    assert [label.name for label in state.labels.values()] == ["cell"]
    (item,) = found.project.history.document(1).annotations.values()
    assert (item.geometry, item.layer_id) == (Box(1, 2, 10, 5), 1)
    assert item.label_id in state.labels
    assert found.project.history.document(2).size == Size(20, 10)
    assert found.project.history.undo() is None, "the import is where the history starts"
    found.project.history.apply(add(box()))
    found.project.close()
    assert path.read_bytes() == content


def test_the_records_of_the_file_are_kept(pictures: Path, opened: Open) -> None:
    project = opened(_coco(pictures)).project

    records = project.source_records(1)

    assert json.loads(records.images[1])["id"] == 5
    assert "2026" in records.extra
    assert project.source_records(2).images == {}


def test_a_source_that_changed_is_said(pictures: Path, opened: Open) -> None:
    path = _coco(pictures)
    opened(path).project.close()
    assert opened(path).notices == ()
    _coco(pictures, info={"year": 2030})

    assert "has changed since it was imported" in opened(path).notices[-1]


def test_results_of_a_model_become_predictions(pictures: Path, opened: Open) -> None:
    _coco(pictures)
    path = pictures / "results.json"
    record = {"image_id": 5, "category_id": 3, "bbox": [1, 2, 3, 4], "score": 0.5}
    path.write_text(json.dumps([record]), encoding="utf-8")
    try:
        found = opened(path)
    except FormatError:
        pytest.skip("results need their data set here")

    roles = [layer.role for layer in found.project.history.state.layers.values()]
    assert roles == [LayerRole.MINE, LayerRole.PREDICTIONS]
    for image in found.project.images:
        document = found.project.history.document(image.id)
        assert {item.layer_id for item in document.annotations.values()} <= {2}


def test_a_voc_folder(tmp_path: Path, opened: Open) -> None:
    write_picture(tmp_path / "voc" / "JPEGImages" / "a.jpg")
    (tmp_path / "voc" / "Annotations").mkdir()
    (tmp_path / "voc" / "Annotations" / "a.xml").write_text(
        "<annotation><filename>a.jpg</filename><size><width>40</width><height>30</height>"
        "<depth>3</depth></size><object><name>cell</name><bndbox><xmin>2</xmin><ymin>3</ymin>"
        "<xmax>11</xmax><ymax>12</ymax></bndbox></object></annotation>",
        encoding="utf-8",
    )

    project = opened(tmp_path / "voc").project

    assert project.path == tmp_path / "voc" / "voc.maskwright"
    assert project.image_path(project.images[0]).is_file()
    (item,) = project.history.document(1).annotations.values()
    assert item.geometry == Box(1, 2, 10, 10)


def test_annotations_that_cannot_be_read_leave_no_project(tmp_path: Path, opened: Open) -> None:
    path = tmp_path / "broken.json"
    path.write_text('{"images": [', encoding="utf-8")

    with pytest.raises(MaskwrightError, match=r"broken\.json"):
        opened(path)
    assert [item.name for item in tmp_path.iterdir()] == ["broken.json"]


def test_a_folder_without_images_and_nothing_at_all(tmp_path: Path, opened: Open) -> None:
    (tmp_path / "notes.txt").write_text("no picture", encoding="utf-8")
    with pytest.raises(ReadError, match="no image in"):
        opened(tmp_path)
    with pytest.raises(ReadError, match="no file or folder"):
        opened(tmp_path / "missing")
    assert [item.name for item in tmp_path.iterdir()] == ["notes.txt"]


def test_a_coco_file_without_images_names_the_reason(tmp_path: Path, opened: Open) -> None:
    with pytest.raises(MaskwrightError, match=r"instances\.json"):
        opened(_coco(tmp_path, images=[], annotations=[]))


def test_a_folder_with_annotations_that_are_not_read_says_so(pictures: Path, opened: Open) -> None:
    _coco(pictures)
    _coco(pictures).rename(pictures / "other.json")
    _coco(pictures)

    found = opened(pictures)

    assert len(found.project.images) == 3
    assert "2 COCO files" in found.notices[0]


def test_a_file_named_like_its_folder_gets_a_project_of_its_own(tmp_path: Path) -> None:
    folder = tmp_path / "cells"
    folder.mkdir()
    write_picture(folder / "a.png")
    first = open_source(folder, author="a")
    first.project.close()
    record = {
        "images": [{"id": 1, "file_name": "a.png", "width": 8, "height": 8}],
        "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 1, 3, 3]}],
        "categories": [{"id": 1, "name": "cell"}],
    }
    (folder / "cells.json").write_text(json.dumps(record))
    second = open_source(folder / "cells.json", author="a")
    try:
        assert second.project.path != first.project.path
        assert second.report is not None
        assert second.report.annotations == 1
    finally:
        second.project.close()
    again = open_source(folder, author="a")
    again.project.close()
    assert again.project.path == first.project.path
