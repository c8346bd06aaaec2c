"""What a run looks like from outside, folded from its events. Pure; no torch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from types import MappingProxyType

from core.training import events
from core.training.ranking import Suggestion

Curve = tuple[tuple[float, float], ...]
"""Points (step, value), the earliest first."""

_NO_CURVES: Mapping[str, Curve] = MappingProxyType({})
_POINTS_KEPT = 2000


class RunStatus(Enum):
    """How far a run is."""

    PREPARING = "preparing"
    TRAINING = "training"
    PAUSED = "paused"
    FINISHED = "finished"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class RunProgress:
    """Everything that is shown of a run.

    ``losses`` and ``scores`` are curves by name over the steps; ``notices`` are
    sentences; ``end`` is what the run ended in.
    """

    status: RunStatus = RunStatus.PREPARING
    step: int = 0
    steps: int = 0
    round: int = 0
    steps_per_second: float = 0.0
    seconds_left: float | None = None
    losses: Mapping[str, Curve] = field(default_factory=lambda: _NO_CURVES)
    scores: Mapping[str, Curve] = field(default_factory=lambda: _NO_CURVES)
    preview: str = ""
    prepared: events.Prepared | None = None
    best: events.Judged | None = None
    notices: tuple[str, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    end: events.Finished | events.Failed | None = None

    @property
    def fraction(self) -> float | None:
        """How much of the run is done, None before its first step."""
        return None if not self.steps else min(self.step / self.steps, 1.0)

    @property
    def is_over(self) -> bool:
        """Whether the run has ended."""
        return self.end is not None

    def after(self, event: events.Event) -> RunProgress:
        """The same run one event later."""
        match event:
            case events.Prepared():
                return self._begun(event)
            case events.Stepped():
                return replace(
                    self,
                    status=RunStatus.TRAINING,
                    step=event.step,
                    steps=event.steps,
                    steps_per_second=event.steps_per_second,
                    seconds_left=event.seconds_left,
                    losses=_extended(self.losses, event.step, event.parts),
                )
            case events.Judged():
                return self._judged(event)
            case events.Paused():
                return replace(self, status=RunStatus.PAUSED)
            case events.Continued():
                return replace(self, status=RunStatus.TRAINING)
            case events.Ranked():
                return replace(self, suggestions=event.suggestions)
            case events.Notice():
                return replace(self, notices=(*self.notices, event.message))
            case events.Finished():
                return replace(self, status=RunStatus.FINISHED, seconds_left=None, end=event)
            case events.Failed():
                return replace(self, status=RunStatus.FAILED, seconds_left=None, end=event)
            case events.Compared():
                return self  # of a comparison, which is no run

    def _begun(self, event: events.Prepared) -> RunProgress:
        """Begun, or gone on with: what came after the last checkpoint is done again."""
        return replace(
            self,
            status=RunStatus.TRAINING,
            prepared=event,
            step=event.step,
            steps=event.steps,
            losses=_until(self.losses, event.step),
            scores=_until(self.scores, event.step),
            end=None,
        )

    def _judged(self, event: events.Judged) -> RunProgress:
        scores = event.scores
        named = {
            "Dice": scores.dice,
            "mIoU": scores.miou,
            "AP at .5": scores.ap,
            "F1 at .5": scores.f1,
            "Dice of old images": event.replay_dice,
        }
        known = {name: value for name, value in named.items() if value is not None}
        return replace(
            self,
            round=event.round,
            step=event.step,
            scores=_extended(self.scores, event.step, known),
            preview=event.preview or self.preview,
            best=event if event.is_best else self.best,
        )


def fold(happened: Iterable[events.Event]) -> RunProgress:
    """A run after all of these events."""
    progress = RunProgress()
    for event in happened:
        progress = progress.after(event)
    return progress


def time_in_words(seconds: float) -> str:
    """A time as people say it: "about 3 min"."""
    if seconds < 10:
        return "a few seconds"
    if seconds < 90:
        return f"about {round(seconds / 5) * 5:.0f} s"
    if seconds < 5400:
        return f"about {seconds / 60:.0f} min"
    return f"about {seconds / 3600:.1f} h"


def _extended(
    curves: Mapping[str, Curve], step: float, values: Mapping[str, float]
) -> Mapping[str, Curve]:
    result = dict(curves)
    for name, value in values.items():
        result[name] = (*result.get(name, ())[-_POINTS_KEPT + 1 :], (step, value))
    return MappingProxyType(result)


def _until(curves: Mapping[str, Curve], step: int) -> Mapping[str, Curve]:
    kept = {name: tuple(p for p in curve if p[0] <= step) for name, curve in curves.items()}
    return MappingProxyType({name: curve for name, curve in kept.items() if curve})
