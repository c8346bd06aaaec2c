"""The loop of a run, with a network of one number."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor

from core.errors import DeviceMemoryError, ModelError, WriteError
from core.models.adapter import Adapter
from core.models.specification import ModelFamily, ModelSpec, WeightsSpec
from core.training import events, fit
from core.training.checkpoints import read_checkpoint
from core.training.fit import Exam, Fit, FitResult, Wish
from core.training.recipe import Recipe
from core.training.run import CHECKPOINT, PREVIOUS_CHECKPOINT
from tests.core.training.projects import Willing, of_kind

RECIPE = Recipe(steps=7, round_steps=3)
SPEC = ModelSpec("trained-x", "x", ModelFamily.SEMANTIC, "m:C", WeightsSpec())


class Counter:
    """Learns to count its steps."""

    spec = SPEC

    def __init__(self, fails: Callable[[int], float] = lambda number: 1.0 / (number + 1)) -> None:
        self.value = torch.zeros(1)
        self.taken: list[int] = []
        self._fails = fails
        self.halvings = 0

    def step(self, number: int) -> dict[str, float]:
        loss = self._fails(number)
        self.taken.append(number)
        self.value += 1
        return {"dice": loss}

    def adapter(self) -> Adapter:
        raise NotImplementedError

    def weights(self) -> dict[str, Tensor]:
        return {"value": self.value}

    def state(self) -> dict[str, Tensor]:
        return {"value": self.value}

    def load(self, state: dict[str, Tensor], steps: int) -> None:
        self.value = state["value"].clone()

    def remember_more(self) -> None:
        return

    def take_less_memory(self) -> bool:
        self.halvings += 1
        return self.halvings < 3


def _fit(
    learner: Counter,
    folder: Path | None,
    heard: list[events.Event],
    recipe: Recipe = RECIPE,
    controls: fit.Controls | None = None,
) -> Fit:
    exam = Exam((), (), None, None, lambda _learner, _round: "")
    return Fit(learner, recipe, exam, folder, controls or Willing(), heard.append)


def test_a_run_takes_its_steps_in_rounds(tmp_path: Path) -> None:
    heard: list[events.Event] = []
    learner = Counter()
    result = _fit(learner, tmp_path, heard).run()
    assert learner.taken == list(range(7))
    assert result.steps == 7
    assert float(result.weights["value"]) == 7
    rounds = of_kind(heard, events.Judged)
    assert [event.step for event in rounds if isinstance(event, events.Judged)] == [3, 6, 7]


def test_a_run_that_was_killed_goes_on_from_its_last_round(tmp_path: Path) -> None:
    def die(number: int) -> float:
        if number == 5:
            raise KeyboardInterrupt
        return 1.0

    with pytest.raises(KeyboardInterrupt):
        _fit(Counter(die), tmp_path, []).run()
    learner = Counter()
    again = _fit(learner, tmp_path, [])
    again.resume()
    assert again.step == 3
    assert float(again.run().weights["value"]) == 7
    assert learner.taken == [3, 4, 5, 6]


def test_of_a_damaged_checkpoint_the_one_before_is_taken(tmp_path: Path) -> None:
    _fit(Counter(), tmp_path, []).run()
    newest = tmp_path / CHECKPOINT
    newest.write_bytes(newest.read_bytes()[:50])
    heard: list[events.Event] = []
    again = _fit(Counter(), tmp_path, heard)
    again.resume()
    assert again.step == 6
    assert "damaged" in str(heard[0])
    (tmp_path / PREVIOUS_CHECKPOINT).write_bytes(b"nothing")
    anew = _fit(Counter(), tmp_path, heard)
    anew.resume()
    assert anew.step == 0
    assert "begins anew" in str(heard[-1])


def test_a_full_disk_costs_no_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise WriteError("checkpoint.safetensors could not be written: No space left on device.")

    monkeypatch.setattr(fit, "write_checkpoint", full)
    heard: list[events.Event] = []
    assert _fit(Counter(), tmp_path, heard).run().steps == 7
    notices = of_kind(heard, events.Notice)
    assert "No space left" in str(notices[0])
    assert "The training goes on" in str(notices[0])


def test_short_memory_makes_smaller_steps(tmp_path: Path) -> None:
    tries = iter((True, True, False))

    def hungry(_number: int) -> float:
        if next(tries, False):
            raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB")
        return 1.0

    heard: list[events.Event] = []
    learner = Counter(hungry)
    assert _fit(learner, tmp_path, heard).run().steps == 7
    assert learner.halvings == 2
    assert "smaller steps" in str(of_kind(heard, events.Notice)[0])


def test_no_memory_at_all_ends_in_a_sentence() -> None:
    def hungry(_number: int) -> float:
        raise MemoryError

    with pytest.raises(DeviceMemoryError, match="not enough memory to train"):
        _fit(Counter(hungry), None, []).run()


@pytest.mark.parametrize("loss", [float("nan"), float("inf")])
def test_a_loss_that_is_no_number_ends_in_a_sentence(loss: float) -> None:
    with pytest.raises(ModelError, match="smaller learning rate"):
        _fit(Counter(lambda _number: loss), None, []).run()


class Scripted:
    """Pauses before step 2 and stops after it went on."""

    def __init__(self) -> None:
        self.asked = 0

    def wish(self) -> Wish:
        self.asked += 1
        return {3: Wish.PAUSE, 5: Wish.STOP}.get(self.asked, Wish.GO_ON)

    def wait(self) -> Wish:
        return Wish.GO_ON


def test_pause_saves_and_stop_keeps_what_there_is(tmp_path: Path) -> None:
    heard: list[events.Event] = []
    result: FitResult = _fit(Counter(), tmp_path, heard, controls=Scripted()).run()
    kinds = [type(event) for event in heard]
    assert kinds.index(events.Paused) + 1 == kinds.index(events.Continued)
    assert result.steps == 4
    checkpoint, _ = read_checkpoint(tmp_path)
    assert checkpoint is not None
    assert checkpoint.progress["step"] == 4


def test_seconds_bound_a_run_too() -> None:
    result = _fit(Counter(), None, [], Recipe(steps=10**6, round_steps=10, cpu_seconds=0.05)).run()
    assert 0 < result.steps < 10**6
