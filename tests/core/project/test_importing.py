"""A file comes into an open project as a layer of its own, undone in one step."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.document.annotation import Annotation, Label, LayerRole
from core.document.geometry import Box, Size
from core.formats.dataset import ImportedDataset, ImportedImage, ImportReport
from core.project.project import Project
from tests.core.project.pictures import box, open_project, write_picture

_SIZE = Size(40, 30)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    names = ["one/a.png", "two/a.png", "one/b.png", "broken.png"]
    for name in names[:3]:
        write_picture(tmp_path / name)
    (tmp_path / "broken.png").write_bytes(b"")
    Project.create(tmp_path / "x.maskwright", tmp_path, names, author="tester").close()
    with open_project(tmp_path / "x.maskwright") as opened:
        yield opened


def _imported(
    *images: ImportedImage, labels: tuple[str, ...] = ("object", "new")
) -> ImportedDataset:
    return ImportedDataset(
        images,
        tuple(Label(10 + place, name, "#ff0000") for place, name in enumerate(labels)),
        LayerRole.MINE,
        ImportReport(found_images=len(images)),
        Path("somewhere"),
        "{}",
    )


def _image(name: str, *items: Annotation, size: Size | None = _SIZE) -> ImportedImage:
    return ImportedImage(name, size, items or (box(label_id=11),), f'{{"name": "{name}"}}')


def _layer_contents(project: Project, layer_id: int) -> dict[str, int]:
    return {
        image.path: len(project.history.document(image.id).in_layer(layer_id))
        for image in project.images
        if image.path != "broken.png"
    }


def test_images_are_matched_by_path_then_by_name(project: Project) -> None:
    imported = _imported(_image("two/a.png"), _image("elsewhere/b.png"))

    found = project.import_layer(imported, LayerRole.REFERENCE, "truth", "truth.json")
    project.history.apply(found.change)

    assert found.layer.role is LayerRole.REFERENCE
    assert _layer_contents(project, found.layer.id) == {
        "one/a.png": 0,
        "two/a.png": 1,
        "one/b.png": 1,
    }
    assert (found.report.images, found.report.annotations) == (2, 2)
    assert found.report.entries == ()


def test_a_name_without_its_ending_is_enough_when_it_is_the_only_one(project: Project) -> None:
    found = project.import_layer(_imported(_image("b")), LayerRole.REFERENCE, "truth")

    assert list(found.change.images) == [3]


def test_what_matches_no_image_or_several_is_reported(project: Project) -> None:
    imported = _imported(_image("a.png"), _image("unknown.png"), _image("one/b.png"))

    found = project.import_layer(imported, LayerRole.PREDICTIONS, "model")

    assert [entry.file for entry in found.report.left_out] == ["a.png", "unknown.png"]
    assert (found.report.images, found.report.annotations) == (1, 1)


def test_two_pictures_of_one_name_in_the_file_are_not_put_on_one_image(project: Project) -> None:
    imported = _imported(_image("x/b.png"), _image("y/b.png"))

    found = project.import_layer(imported, LayerRole.REFERENCE, "truth")

    assert not found.change.images
    assert len(found.report.left_out) == 2


def test_labels_are_matched_by_name_and_the_rest_added(project: Project) -> None:
    imported = _imported(_image("one/b.png", box(label_id=10), box(label_id=11)))
    project.history.apply(project.import_layer(imported, LayerRole.REFERENCE, "truth").change)

    labels = project.history.state.labels
    assert [label.name for label in labels.values()] == ["object", "new"]
    used = {item.label_id for item in project.history.document(3).annotations.values()}
    assert used == set(labels)


def test_one_step_takes_it_all_back(project: Project) -> None:
    imported = _imported(_image("one/a.png"), _image("one/b.png"))
    found = project.import_layer(imported, LayerRole.REFERENCE, "truth")
    project.history.apply(found.change)
    project.history.undo()

    assert found.layer.id not in project.history.state.layers
    assert sum(_layer_contents(project, found.layer.id).values()) == 0
    assert len(project.history.state.labels) == 1


def test_the_records_belong_to_the_layer_and_to_no_later_one(project: Project) -> None:
    imported = _imported(_image("one/b.png"))
    first = project.import_layer(imported, LayerRole.REFERENCE, "truth", "truth.json")
    project.history.apply(first.change)
    project.wait_until_saved()
    assert project.source_records(first.layer.id).images == {3: '{"name": "one/b.png"}'}

    project.history.undo()
    second = project.import_layer(_imported(), LayerRole.REFERENCE, "other", "other.json")
    project.history.apply(second.change)
    project.wait_until_saved()
    assert second.layer.id != first.layer.id, "a redo may bring the first one back"
    assert project.source_records(second.layer.id).images == {}


def test_an_unreadable_picture_takes_the_size_of_the_file_or_is_left_out(project: Project) -> None:
    known = project.import_layer(_imported(_image("broken.png")), LayerRole.REFERENCE, "a")
    assert list(known.change.images) == [4]
    assert project.images.by_id(4).size == _SIZE


def test_an_unreadable_picture_of_no_size_is_left_out(project: Project) -> None:
    imported = _imported(_image("broken.png", size=None), _image("one/b.png"))
    found = project.import_layer(imported, LayerRole.REFERENCE, "a")

    assert list(found.change.images) == [3]
    assert [entry.file for entry in found.report.left_out] == ["broken.png"]


def test_another_size_is_said_and_nothing_is_scaled(project: Project) -> None:
    imported = _imported(_image("one/b.png", box(), size=Size(80, 60)))
    found = project.import_layer(imported, LayerRole.REFERENCE, "a")
    project.history.apply(found.change)

    assert "80 × 60" in found.report.entries[0].reason
    (item,) = project.history.document(3).annotations.values()
    assert item.geometry == Box(1, 2, 3, 4)
