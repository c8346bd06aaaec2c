"""Models are compared on the same images, which none of them has learnt from."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from core.errors import FormatError, ModelError, ReadError
from core.models.registry import find_model
from core.project.project import Project
from core.training import events
from core.training.client import run_to_end
from core.training.comparison import common_images, prepare_comparison, read_comparison
from core.training.learnt import Learnt, rectangle_of, slices_of, together
from core.training.model_files import trained_spec, write_model
from core.training.places import training_place
from core.training.recipe import Task
from core.training.run import RunFolder
from core.training.snapshot import SnapshotImage, take_snapshot
from tests.core.training.projects import blob_project

HALF = (0, 10, 0, 20)


def _image(number: int, *, complete: bool = True) -> SnapshotImage:
    return SnapshotImage(number, f"{number}.png", "", complete, 1, True, f"digest {number}")


def _digests(project: Project, folder: Path) -> list[str]:
    return [image.digest for image in take_snapshot(project.snapshot(), folder).images]


def _save_model(project: Project, name: str, record: dict[str, object]) -> str:
    model_id = f"trained-{name}"
    parent = find_model("unet-nuclei")
    spec = trained_spec(model_id, name, parent, Task.INSTANCES, ("object",))
    path = training_place(project.path).model_file(model_id)
    write_model(path, {"x": torch.zeros(1)}, spec, parent, record)
    return model_id


def test_what_two_models_learnt_is_learnt() -> None:
    first: Learnt = {"a": None, "b": HALF, "c": HALF}
    second: Learnt = {"b": HALF, "c": (0, 5, 0, 5), "d": None}
    assert together((first, second)) == {"a": None, "b": HALF, "c": None, "d": None}
    assert rectangle_of(slices_of(HALF)) == HALF


def test_only_images_that_nobody_learnt_from_are_common() -> None:
    images = [_image(1), _image(2), _image(3, complete=False)]
    common = common_images(images, {"digest 1": None})
    assert [image.id for image in common.images] == [2]
    assert common.parts == {}


def test_parts_serve_where_every_image_was_learnt_from() -> None:
    common = common_images([_image(1), _image(2)], {"digest 1": None, "digest 2": HALF})
    assert [image.id for image in common.images] == [2]
    assert common.parts == {2: HALF}


def test_images_are_chosen_that_neither_model_has_learnt_from(tmp_path: Path) -> None:
    with blob_project(tmp_path, count=4) as project:
        digests = _digests(project, tmp_path / "snapshot")
        first = _save_model(project, "first", {"learnt": {digests[0]: None}})
        second = _save_model(project, "second", {"learnt": {digests[1]: None, digests[2]: None}})
        place = training_place(project.path)
        folder = prepare_comparison(project.snapshot(), place, ("unet-nuclei", first, second))
    order = read_comparison(folder)
    assert order.images == [4]
    assert [item.model_id for item in order.models] == ["unet-nuclei", first, second]
    # A comparison is no training that could be gone on with.
    assert place.unfinished() == ()


def test_of_a_model_that_does_not_say_what_it_learnt_only_held_out_images_serve(
    tmp_path: Path,
) -> None:
    with blob_project(tmp_path, count=3) as project:
        first = _save_model(project, "first", {"held_out": [2, 3]})
        second = _save_model(project, "second", {"held_out": [1, 2]})
        place = training_place(project.path)
        folder = prepare_comparison(project.snapshot(), place, (first, second))
    assert read_comparison(folder).images == [2]


def test_nothing_in_common_ends_in_a_sentence(tmp_path: Path) -> None:
    with blob_project(tmp_path, count=2) as project:
        digests = _digests(project, tmp_path / "snapshot")
        model = _save_model(project, "first", {"learnt": dict.fromkeys(digests)})
        place = training_place(project.path)
        with pytest.raises(ModelError, match="Approve one more image"):
            prepare_comparison(project.snapshot(), place, (model, "unet-nuclei"))
        with pytest.raises(ModelError, match='no trained model "trained-x"'):
            prepare_comparison(project.snapshot(), place, ("trained-x",))
    assert not list(place.runs.glob("comparison-*"))


@pytest.mark.parametrize(("content", "kind"), [(None, ReadError), (b"[]", FormatError)])
def test_an_order_that_cannot_be_read_is_named(
    tmp_path: Path, content: bytes | None, kind: type[Exception]
) -> None:
    if content is not None:
        (tmp_path / "comparison.json").write_bytes(content)
    with pytest.raises(kind, match=r"comparison\.json"):
        read_comparison(RunFolder(tmp_path))


@pytest.mark.slow
def test_models_are_judged_in_a_process_of_their_own(tmp_path: Path) -> None:
    with blob_project(tmp_path, count=2) as project:
        place = training_place(project.path)
        folder = prepare_comparison(
            project.snapshot(), place, ("unet-nuclei", "maskrcnn-cells"), device="cpu"
        )
        end = run_to_end(folder)
        assert isinstance(end, events.Compared), end
        assert [item.images for item in end.scores] == [2, 2]
        assert all(item.dice is not None and item.dice > 0.5 for item in end.scores)
        assert all(value is not None and value > 0.5 for value in end.old)
        broken = _save_model(project, "broken", {"learnt": {}})
        failed = run_to_end(prepare_comparison(project.snapshot(), place, (broken,), device="cpu"))
    assert isinstance(failed, events.Failed)
    assert failed.message
