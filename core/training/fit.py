"""The loop of a training run: steps, rounds, checkpoints, the best model so far."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor

from core.engine.device_lease import device_lease
from core.engine.memory import is_out_of_memory
from core.errors import DeviceMemoryError, ModelError, WriteError
from core.training import events
from core.training.checkpoints import Checkpoint, read_checkpoint, write_checkpoint
from core.training.data import LabelledImage
from core.training.learner import Learner
from core.training.recipe import Recipe
from core.training.scores import LARGEST_LOSS_OF_OLD, Scores
from core.training.validation import judge

_REPORT_EVERY_S = 0.25
_SPEED_WINDOW = 20


class Wish(Enum):
    """What the person wants of a run right now."""

    GO_ON = auto()
    PAUSE = auto()
    STOP = auto()


class Controls(Protocol):
    """Where a run asks what it shall do."""

    def wish(self) -> Wish:
        """What is wanted now; does not wait."""

    def wait(self) -> Wish:
        """Wait until something else than a pause is wanted."""


@dataclass(frozen=True, slots=True, eq=False)
class Exam:
    """What a run is judged by. ``show`` draws a preview and returns its file name."""

    held_out: Sequence[LabelledImage]
    replay: Sequence[LabelledImage]
    old: Scores | None
    old_replay: float | None
    show: Callable[[Learner, int], str]


@dataclass(frozen=True, slots=True, eq=False)
class FitResult:
    """The best model of a run."""

    weights: dict[str, Tensor]
    scores: Scores | None
    replay_dice: float | None
    steps: int
    cpu_seconds: float


class Fit:
    """One run. ``report`` is told what happens; ``folder`` holds the checkpoints."""

    def __init__(
        self,
        learner: Learner,
        recipe: Recipe,
        exam: Exam,
        folder: Path | None,
        controls: Controls,
        report: Callable[[events.Event], None],
        device: str = "cpu",
    ) -> None:
        self._learner = learner
        self._device = device
        self._recipe = recipe
        self._exam = exam
        self._folder = folder
        self._controls = controls
        self._report = report
        self._step = 0
        self._round = 0
        self._spent_s = 0.0
        self._best: tuple[bool, float] | None = None
        self._best_weights: dict[str, Tensor] = {}
        self._best_scores: Scores | None = None
        self._best_replay: float | None = None
        self._best_step = 0
        self._rounds_without_gain = 0
        self._forgets = False
        self._totals: dict[str, list[float]] = defaultdict(list)
        self._times: list[float] = []
        self._reported_at = 0.0

    @property
    def step(self) -> int:
        """How many steps were taken."""
        return self._step

    def resume(self) -> None:
        """Go on from the newest checkpoint of the folder, where there is one."""
        if self._folder is None:
            return
        checkpoint, problem = read_checkpoint(self._folder)
        if problem:
            self._report(events.Notice(problem))
        if checkpoint is None:
            return
        progress = checkpoint.progress
        try:
            self._learner.load(dict(checkpoint.state), int(progress["step"]))
        except (KeyError, RuntimeError, ValueError) as error:
            raise ModelError(
                "The saved state of this training does not fit its model.",
                "Start a new training.",
            ) from error
        self._step = int(progress["step"])
        self._round = int(progress["round"])
        self._spent_s = float(progress["spent_s"])
        self._rounds_without_gain = int(progress["rounds_without_gain"])
        self._best_step = int(progress["best_step"])
        self._best_weights = dict(checkpoint.best)
        best = progress["best"]
        self._best = None if best is None else (bool(best[0]), float(best[1]))
        scores = progress["best_scores"]
        self._best_scores = None if scores is None else Scores(**scores)
        self._best_replay = progress["best_replay"]
        if progress.get("forgets"):
            self._forgets = True
            self._learner.remember_more()

    def run(self) -> FitResult:
        """Train until enough steps were taken, nothing gets better, or it is stopped.

        Raises DeviceMemoryError when even the smallest steps do not fit, and
        ModelError when the loss is no number any more.
        """
        begun = time.process_time() - self._spent_s
        while self._may_go_on(time.process_time() - begun):
            wish = self._controls.wish()
            if wish is Wish.PAUSE:
                self._spent_s = time.process_time() - begun
                self._save()
                self._report(events.Paused())
                wish = self._controls.wait()
                begun = time.process_time() - self._spent_s
                self._report(events.Continued())
            if wish is Wish.STOP:
                break
            self._take_step()
            if self._step % self._recipe.round_steps == 0:
                self._spent_s = time.process_time() - begun
                self._end_round()
        self._spent_s = time.process_time() - begun
        if self._step % self._recipe.round_steps or not self._best_weights:
            self._end_round()
        return FitResult(
            self._best_weights,
            self._best_scores,
            self._best_replay,
            self._step,
            self._spent_s,
        )

    def _may_go_on(self, spent_s: float) -> bool:
        if self._step >= self._recipe.steps:
            return False
        if self._recipe.cpu_seconds and spent_s >= self._recipe.cpu_seconds:
            return False
        return self._rounds_without_gain < self._recipe.patience

    def _take_step(self) -> None:
        begun = time.monotonic()
        parts = self._step_within_memory()
        if not all(value == value and abs(value) != float("inf") for value in parts.values()):
            raise ModelError(
                "The training went astray: the loss is no number any more.",
                "Try again with a smaller learning rate.",
            )
        self._step += 1
        self._times = [*self._times[-_SPEED_WINDOW + 1 :], time.monotonic() - begun]
        for name, value in parts.items():
            self._totals[name].append(value)
        if time.monotonic() - self._reported_at >= _REPORT_EVERY_S:
            self._report_steps()

    def _step_within_memory(self) -> dict[str, float]:
        while True:
            try:
                with device_lease(self._device):
                    return self._learner.step(self._step)
            except (MemoryError, RuntimeError) as error:
                if not is_out_of_memory(error):
                    raise
            # Outside the handler nothing holds on to the tensors of the failed step.
            if torch.cuda.is_available():
                torch.cuda.empty_cache()
            if not self._learner.take_less_memory():
                raise DeviceMemoryError(
                    "There is not enough memory to train this model.",
                    "Close other programs, or start from a smaller model.",
                )
            self._report(events.Notice("Memory was short: the training goes on in smaller steps."))

    def _report_steps(self) -> None:
        if not self._totals:
            return
        speed = len(self._times) / max(sum(self._times), 1e-6)
        left = (self._recipe.steps - self._step) / speed
        if self._recipe.cpu_seconds:
            left = min(left, max(self._recipe.cpu_seconds - self._spent_s, 0.0))
        parts = {name: sum(values) / len(values) for name, values in self._totals.items()}
        self._totals.clear()
        self._reported_at = time.monotonic()
        self._report(events.Stepped(self._step, self._recipe.steps, parts, speed, left))

    def _end_round(self) -> None:
        self._report_steps()
        self._round += 1
        scores, replay = self._examine()
        rank = self._rank(scores, replay)
        is_best = self._best is None or rank > self._best
        if is_best:
            self._best, self._best_scores, self._best_replay = rank, scores, replay
            self._best_weights = {
                name: value.detach().cpu().clone()
                for name, value in self._learner.weights().items()
            }
            self._best_step = self._step
            self._rounds_without_gain = 0
        else:
            self._rounds_without_gain += 1
        if not rank[0]:
            self._forgets = True
            self._learner.remember_more()
        preview = self._exam.show(self._learner, self._round)
        self._save()
        self._report(
            events.Judged(self._round, self._step, scores or Scores(0), replay, is_best, preview)
        )

    def _examine(self) -> tuple[Scores | None, float | None]:
        if not self._exam.held_out and not self._exam.replay:
            return None, None
        adapter = self._learner.adapter()
        categories = self._learner.spec.categories
        held_out = self._exam.held_out
        scores = judge(adapter, held_out, categories) if held_out else None
        replay = judge(adapter, self._exam.replay, ()).dice if self._exam.replay else None
        return scores, replay

    def _rank(self, scores: Scores | None, replay: float | None) -> tuple[bool, float]:
        """Models that have not forgotten first; without an exam the last one is the best."""
        old = self._exam.old_replay
        remembers = replay is None or old is None or replay >= old - LARGEST_LOSS_OF_OLD
        value = float(self._round) if scores is None else scores.overall(self._recipe.task)
        return remembers, value

    def _save(self) -> None:
        """Write a checkpoint; a full disk costs safety, not the run."""
        if self._folder is None:
            return
        scores = self._best_scores
        progress = {
            "step": self._step,
            "round": self._round,
            "spent_s": self._spent_s,
            "rounds_without_gain": self._rounds_without_gain,
            "best": self._best,
            "best_step": self._best_step,
            "forgets": self._forgets,
            "best_scores": None if scores is None else _values(scores),
            "best_replay": self._best_replay,
        }
        try:
            write_checkpoint(
                self._folder, Checkpoint(self._learner.state(), self._best_weights, progress)
            )
        except WriteError as error:
            self._report(
                events.Notice(
                    f"{error.message} The training goes on, but if the program ends now, "
                    "what was learnt since the last saved round is lost."
                )
            )


def _values(scores: Scores) -> dict[str, float | int | None]:
    return {
        "images": scores.images,
        "dice": scores.dice,
        "miou": scores.miou,
        "ap": scores.ap,
        "f1": scores.f1,
        "trivial": scores.trivial,
    }
