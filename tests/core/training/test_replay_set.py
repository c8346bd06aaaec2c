"""Pictures that a person names are replayed, in the classes of the run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.errors import ModelError
from core.training import events
from core.training.data import UNLABELLED, LabelledImage, boxes_of_instances
from core.training.recipe import Task
from core.training.replay_set import copy_replay_set, gather_replay, in_classes
from core.training.run import REPLAY_FOLDER
from core.training.snapshot import read_snapshot
from core.training.training import train
from tests.core.training.projects import QUICK, Willing, blob_project, of_kind, order
from tests.journeys.pictures import demo_reference, folder_of_pictures


@pytest.mark.slow
def test_a_project_is_replayed_and_its_file_stays_as_it_is(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    for folder in (old, new):
        folder.mkdir()
    with blob_project(old, count=6, objects=3):
        pass
    recipe = replace(
        QUICK, steps=2, replay_share=0.5, replay_from=str(old / "test.maskwright"), batch=2
    )
    with blob_project(new, count=1, side_px=80) as project:
        run, _ = order(project, recipe)
        assert (run.replay / "set.json").is_file()
        heard: list[events.Event] = []
        train(run, Willing(), heard.append)
    (prepared,) = of_kind(heard, events.Prepared)
    assert isinstance(prepared, events.Prepared)
    # Four bundled ones and five of the six; one is kept back.
    assert prepared.replay_images == 9
    assert not of_kind(heard, events.Notice)


def test_an_annotated_folder_is_read_without_leaving_anything_in_it(tmp_path: Path) -> None:
    folder = folder_of_pictures(tmp_path / "cells", "nuclei-1.png", "nuclei-2.png")
    annotations = demo_reference(folder / "annotations.json")
    before = sorted(path.name for path in folder.iterdir())
    copy_replay_set(str(annotations), tmp_path / "copy", tmp_path / "x.models")
    assert sorted(path.name for path in folder.iterdir()) == before
    snapshot = read_snapshot(tmp_path / "copy")
    assert len(snapshot.images) == 2
    found, problems = gather_replay(snapshot, snapshot.categories, Task.INSTANCES, ())
    assert (len(found.learn), len(found.judge), problems) == (1, 1, ())
    taken = {image.digest for image in snapshot.images}
    nothing, _ = gather_replay(snapshot, snapshot.categories, Task.INSTANCES, taken)
    assert len(nothing.learn) == len(nothing.judge) == 0


def test_objects_of_other_classes_are_nothing_that_is_known() -> None:
    instances = np.zeros((4, 6), np.int32)
    instances[:, :2], instances[:, 4:] = 1, 2
    boxes = boxes_of_instances(instances)
    image = LabelledImage(
        "x",
        "new",
        np.zeros((4, 6, 3), np.uint8),
        instances,
        boxes,
        np.array([0, 1, 2], np.uint8),
        np.array([1, 2], np.uint8),
    )
    fitted = in_classes(image, np.array([0, 0, 3], np.uint8))
    assert fitted.instances is not None
    assert fitted.classes is not None
    assert fitted.box_classes is not None
    assert (fitted.instances[:, :2] == UNLABELLED).all()
    assert fitted.classes[2] == 3
    assert (fitted.instances[:, 4:] == 2).all()
    assert fitted.boxes.tolist() == boxes[1:].tolist()
    assert fitted.box_classes.tolist() == [3]


def test_what_cannot_be_replayed_ends_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "broken.maskwright").write_bytes(b"no project")
    (tmp_path / "empty").mkdir()
    with blob_project(tmp_path, count=1) as project:
        for name, why in (
            ("gone", "There is no file or folder"),
            ("broken.maskwright", r"broken\.maskwright"),
            ("empty", "There is no image"),
            ("test.maskwright", "this project itself"),
        ):
            recipe = replace(QUICK, replay_share=0.5, replay_from=str(tmp_path / name))
            with pytest.raises(ModelError, match=f"to replay cannot be used.*{why}") as caught:
                order(project, recipe)
            assert "under Options" in caught.value.hint
    runs = tmp_path / "test.models" / ".runs"
    assert not list(runs.glob(f"*/{REPLAY_FOLDER}")), "no half of a run stays"


@pytest.mark.slow
def test_a_set_that_does_not_fit_is_told_of_and_costs_no_run(tmp_path: Path) -> None:
    with blob_project(tmp_path, count=1) as project:
        (tmp_path / "same").mkdir()
        with blob_project(tmp_path / "same", count=1):
            pass
        source = str(tmp_path / "same" / "test.maskwright")
        recipe = replace(QUICK, steps=2, replay_share=0.5, replay_from=source)
        run, _ = order(project, recipe)
        heard: list[events.Event] = []
        train(run, Willing(), heard.append)
    assert "None of the pictures to replay fits" in str(of_kind(heard, events.Notice)[0])
