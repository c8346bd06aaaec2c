from pathlib import Path

import pytest

from core.demo.project import CELLS, PHOTOGRAPHS, build_demo, copy_pictures
from core.document.annotation import LayerRole
from core.errors import WriteError
from core.project.project import Project
from core.scoring.report import score_dataset


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_demo(tmp_path_factory.mktemp("demo"))


def test_every_picture_is_there_and_can_be_read(demo: Path) -> None:
    project = Project.open(demo, author="tester")
    try:
        assert [image.name for image in project.images] == [*PHOTOGRAPHS, *CELLS]
        assert all(project.size_of(image.id).width > 100 for image in project.images)
    finally:
        project.close()


def test_at_least_four_pictures_have_a_reference(demo: Path) -> None:
    project = Project.open(demo, author="tester")
    try:
        layer = project.history.state.layer_of(LayerRole.REFERENCE)
        assert layer is not None
        with_reference = [
            document.image_id
            for _, document in project.snapshot().documents()
            if document.in_layer(layer.id)
        ]
        assert len(with_reference) >= 4
    finally:
        project.close()


def test_the_predictions_are_of_what_the_reference_shows(demo: Path) -> None:
    """The numbers of the two files mean the same images and the same classes."""
    project = Project.open(demo, author="tester")
    try:
        state = project.history.state
        truth, predictions = (
            state.layer_of(LayerRole.REFERENCE),
            state.layer_of(LayerRole.PREDICTIONS),
        )
        assert truth is not None
        assert predictions is not None
        score = score_dataset(project.snapshot(), truth.id, predictions.id)
        nucleus = state.label_named("nucleus")
        assert nucleus is not None
        for image in score.images:
            if project.images.by_id(image.image_id).name.startswith("nuclei"):
                iou = image.per_label[nucleus.id].iou
                assert iou is not None
                assert iou > 0.4
    finally:
        project.close()


def test_labels_have_keys_and_colours_of_their_own(demo: Path) -> None:
    project = Project.open(demo, author="tester")
    try:
        labels = list(project.history.state.labels.values())
        assert len({label.color for label in labels}) == len(labels)
        keys = [label.shortcut for label in labels if label.shortcut]
        assert keys == [str(number) for number in range(1, 10)]
    finally:
        project.close()


def test_a_demo_that_is_there_is_kept(tmp_path: Path) -> None:
    first = build_demo(tmp_path)
    before = first.read_bytes()
    assert build_demo(tmp_path) == first
    assert first.read_bytes() == before


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(WriteError, match="cannot be written"):
        copy_pictures(tmp_path / "file" / "pictures")
