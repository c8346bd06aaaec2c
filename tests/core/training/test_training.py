"""Whole runs on small pictures of blobs, and what bad input ends in."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.document.annotation import Annotation, new_annotation_id
from core.document.document import ImageState
from core.document.geometry import Box, Scribble
from core.document.mask import Mask
from core.editing.labels import add_label, delete_label
from core.errors import FormatError, MaskwrightError, ModelError, ReadError, WriteError
from core.models.adapter import RunContext
from core.models.registry import find_model, weights_path
from core.models.trained import read_trained_model
from core.models.zoo.loading import load_adapter
from core.models.zoo.reading import read_state
from core.project.project import Project
from core.training import events
from core.training.child import carried_out
from core.training.learnt import learnt_by
from core.training.looks import LOOKS_FILE
from core.training.recipe import Recipe, Task
from core.training.run import RunFolder
from core.training.training import rank_next, train
from tests.core.models.pictures import blobs
from tests.core.project.pictures import add, write_picture
from tests.core.training.projects import QUICK, Willing, blob_project, of_kind, order


def _train(
    project: Project, recipe: Recipe = QUICK, parent: str = "unet-nuclei"
) -> tuple[events.Finished, list[events.Event], RunFolder]:
    folder, _ = order(project, recipe, parent)
    heard: list[events.Event] = []
    return train(folder, Willing(), heard.append), heard, folder


def test_a_trained_model_says_what_it_is_and_runs(tmp_path: Path) -> None:
    with blob_project(tmp_path, count=6, labelled=5) as project:
        finished, heard, folder = _train(project, replace(QUICK, replay_share=0.5, batch=2))
    model = read_trained_model(Path(finished.model_file))
    assert model.parent_id == "unet-nuclei"
    assert model.spec.categories == ("object",)
    assert model.record["images"] == 5
    assert model.record["steps"] == 4
    assert model.record["recipe"]["seed"] == 0
    assert len(model.held_out) == 1
    learnt = learnt_by(model)
    assert learnt is not None
    assert list(learnt.values()) == [None] * 4
    found = load_adapter(model.spec, model.path).propose(blobs(7, 96, 96)[0], RunContext())
    assert {item.label for item in found} == {"object"}
    prepared = of_kind(heard, events.Prepared)[0]
    assert isinstance(prepared, events.Prepared)
    assert (prepared.learn_images, prepared.judge_images, prepared.replay_images) == (4, 1, 4)
    judged = [event for event in heard if isinstance(event, events.Judged)]
    assert [event.step for event in judged] == [2, 4]
    assert judged[0].scores.dice is not None
    assert judged[0].replay_dice is not None
    assert (folder.path / judged[-1].preview).is_file()
    assert {"cross_entropy", "dice"} == set(
        next(event for event in heard if isinstance(event, events.Stepped)).parts
    )
    ranked = rank_next(folder, finished)
    assert ranked is not None
    assert [item.image_id for item in ranked.suggestions] == [6]
    assert "models agree on" in ranked.suggestions[0].reason
    # What both models saw is kept for the next run.
    assert (folder.path / LOOKS_FILE).is_file()
    assert (folder.path.parent / "unet-nuclei" / LOOKS_FILE).is_file()


@pytest.mark.slow
def test_equal_seeds_give_equal_models_and_a_child_goes_on_from_its_parent(
    tmp_path: Path,
) -> None:
    with blob_project(tmp_path, count=4) as project:
        first, _, _ = _train(project)
        second, _, _ = _train(project)
        parent = read_trained_model(Path(first.model_file))
        child, _, _ = _train(project, parent=parent.spec.id)
    files = [Path(item.model_file).read_bytes() for item in (first, second)]
    assert files[0][-1000:] == files[1][-1000:]
    model = read_trained_model(Path(child.model_file))
    assert model.parent_id == parent.spec.id
    assert model.record["ancestors"] == ["unet-nuclei", parent.spec.id]
    assert model.held_out == parent.held_out


@pytest.mark.slow
def test_one_image_in_work_is_enough(tmp_path: Path) -> None:
    with blob_project(tmp_path, count=1, state=ImageState.IN_PROGRESS) as project:
        finished, heard, _ = _train(project)
    prepared = of_kind(heard, events.Prepared)[0]
    assert isinstance(prepared, events.Prepared)
    assert prepared.judged_by_parts
    assert finished.new is not None


@pytest.mark.slow
def test_classes_are_learnt_per_pixel(tmp_path: Path) -> None:
    with blob_project(tmp_path, count=4) as project:
        finished, _, _ = _train(project, replace(QUICK, task=Task.SEMANTIC))
    model = read_trained_model(Path(finished.model_file))
    assert model.spec.architecture == "unet-semantic"
    assert finished.new is not None
    assert finished.new.miou is not None
    load_adapter(model.spec, model.path).propose(blobs(7, 96, 96)[0], RunContext())


@pytest.mark.slow
def test_a_frozen_encoder_stays_as_it_was(tmp_path: Path) -> None:
    with blob_project(tmp_path, count=1) as project:
        finished, _, _ = _train(project, replace(QUICK, freeze_encoder=True))
    before = read_state(weights_path(find_model("unet-nuclei")))
    after = read_state(Path(finished.model_file))
    changed = {name for name in before if not before[name].equal(after[name])}
    assert changed
    assert not any(name.startswith("down.") for name in changed)


@pytest.mark.slow
def test_the_small_detector_learns_classes(tmp_path: Path) -> None:
    with blob_project(tmp_path, count=4) as project:
        finished, heard, _ = _train(project, replace(QUICK, crop_px=128, steps=2), "maskrcnn-cells")
    stepped = next(event for event in heard if isinstance(event, events.Stepped))
    assert {"loss_mask", "loss_classifier", "loss_rpn_box_reg"} <= set(stepped.parts)
    model = read_trained_model(Path(finished.model_file))
    found = load_adapter(model.spec, model.path).propose(blobs(7, 96, 96)[0], RunContext())
    assert {item.label for item in found} == {"object"}


def test_a_project_without_labels_is_told_what_to_do(tmp_path: Path) -> None:
    with (
        blob_project(tmp_path, labelled=0) as project,
        pytest.raises(ModelError, match="Label at least one object"),
    ):
        order(project)
    assert not list((tmp_path / "test.models" / ".runs").glob("*"))


def test_objects_without_any_background_are_told_about(tmp_path: Path) -> None:
    with blob_project(tmp_path, count=1, labelled=0) as project:
        line = Scribble(np.array([[5.0, 5.0], [40.0, 40.0]]), 3.0)
        project.history.apply(add(Annotation(new_annotation_id(), 1, 1, line)))
        folder, _ = order(project)
        with pytest.raises(ModelError, match="what background looks like"):
            train(folder, Willing(), lambda _event: None)


def test_boxes_alone_teach_no_masks(tmp_path: Path) -> None:
    with blob_project(tmp_path, count=1, labelled=0) as project:
        project.history.apply(add(Annotation(new_annotation_id(), 1, 1, Box(5, 5, 20, 20))))
        folder, _ = order(project)
        with pytest.raises(ModelError, match="Objects need masks for a U-Net"):
            train(folder, Willing(), lambda _event: None)


def test_one_tiny_object_ends_in_a_model_that_cannot_be_judged(tmp_path: Path) -> None:
    with blob_project(tmp_path, count=1, labelled=0) as project:
        tiny = Mask.from_array(np.ones((2, 2)), 40, 40)
        project.history.apply(add(Annotation(new_annotation_id(), 1, 1, tiny)))
        finished, _, _ = _train(project)
    assert not finished.promoted
    assert "nothing held out" in finished.verdict


@pytest.mark.slow
def test_identical_images_are_never_on_both_sides(tmp_path: Path) -> None:
    with blob_project(tmp_path, count=6) as project:
        first = (tmp_path / "blobs0.png").read_bytes()
        for number in range(1, 6):
            (tmp_path / f"blobs{number}.png").write_bytes(first)
        _, heard, _ = _train(project)
    prepared = of_kind(heard, events.Prepared)[0]
    assert isinstance(prepared, events.Prepared)
    assert prepared.judged_by_parts


@pytest.mark.slow
def test_mixed_sizes_and_depths_train_together(tmp_path: Path) -> None:
    with blob_project(tmp_path, count=3, labelled=0) as project:
        deep = np.random.default_rng(0).integers(0, 60_000, (50, 131)).astype(np.uint16)
        Image.fromarray(deep).save(tmp_path / "blobs0.png")
        write_picture(tmp_path / "blobs1.png", 17, 400)
        for image_id in (1, 2, 3):
            item = Annotation(new_annotation_id(), 1, 1, Mask.from_array(np.ones((9, 9)), 4, 4))
            project.history.apply(add(item, image_id=image_id))
        finished, _, _ = _train(project)
    assert finished.steps == 4


@pytest.mark.slow
def test_pictures_that_changed_or_went_are_left_out_with_a_sentence(tmp_path: Path) -> None:
    with blob_project(tmp_path, count=3) as project:
        folder, _ = order(project)
        write_picture(tmp_path / "blobs0.png", 30, 30)
        (tmp_path / "blobs1.png").unlink()
        heard: list[events.Event] = []
        train(folder, Willing(), heard.append)
    notices = " ".join(str(event) for event in of_kind(heard, events.Notice))
    assert "blobs0.png is 30 × 30 pixels now" in notices
    assert "blobs1.png" in notices


@pytest.mark.slow
def test_a_label_removed_while_training_changes_nothing(tmp_path: Path) -> None:
    with blob_project(tmp_path, count=2, labelled=0) as project:
        change = add_label(project.history.state, "rare")
        project.history.apply(change)
        rare = project.history.state.label_named("rare")
        assert rare is not None
        item = Annotation(new_annotation_id(), 1, rare.id, Mask.from_array(np.ones((20, 20)), 9, 9))
        project.history.apply(add(item))
        assert project.wait_until_saved()
        folder, _ = order(project)
        documents = {1: project.history.document(1)}
        project.history.apply(delete_label(project.history.state, documents.values(), rare.id))
        finished = train(folder, Willing(), lambda _event: None)
    assert read_trained_model(Path(finished.model_file)).spec.categories == ("rare",)


@pytest.mark.skipif(sys.platform == "win32", reason="limits the size of files")
def test_a_full_disk_ends_in_a_sentence_and_leaves_no_half_of_a_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import resource

    # Python would keep half of what it compiled for files that it imports with no room left.
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def train_with_room(size: int) -> events.End:
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
        try:
            return carried_out(folder, Willing(), folder.append)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

    with blob_project(tmp_path, count=1) as project:
        folder, place = order(project, replace(QUICK, steps=2))
        failed = train_with_room(200_000)
        assert isinstance(failed, events.Failed)
        assert "could not be written: File too large" in failed.message
        assert not failed.can_resume, "there was no room for a checkpoint either"
        assert not list(place.models.glob("*.safetensors")), "no half of a model"
        assert "The training goes on" in " ".join(str(event) for event in folder.events())
        assert isinstance(train_with_room(-1), events.Finished), "with room it works"


def test_a_run_whose_model_found_no_room_goes_on_from_its_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise WriteError("x could not be written: No space left on device.", "Make room.")

    with blob_project(tmp_path, count=1) as project:
        folder, _ = order(project, replace(QUICK, steps=2))
        with monkeypatch.context() as patched:
            patched.setattr("core.training.training.write_model", full)
            failed = carried_out(folder, Willing(), folder.append)
        folder.append(failed)
        assert isinstance(failed, events.Failed)
        assert "Make room. Resume goes on" in failed.hint
        assert folder.can_resume
        finished = carried_out(folder, Willing(), folder.append)
        folder.append(finished)
    assert isinstance(finished, events.Finished)
    assert finished.steps == 2
    assert folder.has_ended
    stepped = [event.step for event in folder.events() if isinstance(event, events.Stepped)]
    assert stepped == sorted(set(stepped)), "no step was taken twice"


@pytest.mark.parametrize(
    ("content", "kind"), [(None, ReadError), (b"{", FormatError), (b'{"name": 1}', FormatError)]
)
def test_a_run_that_cannot_be_read_is_named(
    tmp_path: Path, content: bytes | None, kind: type[MaskwrightError]
) -> None:
    if content is not None:
        (tmp_path / "run.json").write_bytes(content)
    with pytest.raises(kind, match=r"run\.json"):
        train(RunFolder(tmp_path), Willing(), lambda _event: None)


def test_a_file_that_training_did_not_write_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="was not written by"):
        read_trained_model(weights_path(find_model("maskrcnn-cells")))
