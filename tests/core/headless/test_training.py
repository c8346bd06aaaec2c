from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import ModelError
from core.headless.training import TrainingOptions, train_project
from core.models.registry import find_model
from core.training import events
from core.training.progress import RunProgress
from tests.core.training.projects import blob_project


@pytest.mark.slow
def test_a_project_is_trained_without_a_window(tmp_path: Path) -> None:
    with blob_project(tmp_path, count=2):
        pass
    followed: list[RunProgress] = []
    told: list[str] = []
    options = TrainingOptions(steps=3, name="Mine", device="cpu", seed=5)
    end = train_project(
        tmp_path / "test.maskwright", options, "tester", followed.append, told.append
    )
    assert isinstance(end, events.Finished), end
    assert end.steps == 3
    assert told[0].endswith("objects on 2 images.")
    assert followed[-1].is_over
    model = find_model(Path(end.model_file).stem)
    assert model.name == "Mine"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (TrainingOptions(resume=True), "no interrupted training"),
        (TrainingOptions(task="art"), "no task “art”"),
        (TrainingOptions(parent="nobody"), 'no model "nobody"'),
        (TrainingOptions(parent="trained-x"), 'no trained model "trained-x"'),
        (TrainingOptions(parent="deeplabv3-coco"), "no model"),
        (TrainingOptions(), "nothing to learn from"),
    ],
)
def test_what_cannot_be_trained_says_why(
    tmp_path: Path, options: TrainingOptions, sentence: str
) -> None:
    with blob_project(tmp_path, count=1, labelled=0):
        pass
    with pytest.raises(ModelError, match=sentence):
        train_project(tmp_path / "test.maskwright", options, "t", lambda _p: None, lambda _t: None)
