"""What the trainer's process says and hears: one line of JSON each. No torch."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from core.training.ranking import Suggestion
from core.training.scores import Scores


class Prepared(msgspec.Struct, frozen=True, tag="prepared"):
    """The data is read and the first step is next; ``step`` is above 0 after a resume.

    ``categories`` are the names of the labels that are learnt.
    """

    device: str
    learn_images: int
    judge_images: int
    replay_images: int
    judged_by_parts: bool
    steps: int
    step: int = 0
    old: Scores | None = None
    old_replay: float | None = None
    categories: tuple[str, ...] = ()


class Stepped(msgspec.Struct, frozen=True, tag="stepped"):
    """Some steps were taken; ``parts`` are the means of the loss's parts over them."""

    step: int
    steps: int
    parts: dict[str, float]
    steps_per_second: float
    seconds_left: float


class Judged(msgspec.Struct, frozen=True, tag="judged"):
    """A round is over: scores on the held-out images, and Dice on what the parent knew."""

    round: int
    step: int
    scores: Scores
    replay_dice: float | None
    is_best: bool
    preview: str = ""
    """File name of the picture inside the run's folder, empty when there is none."""


class Paused(msgspec.Struct, frozen=True, tag="paused"):
    """The run waits until it is told to go on; its checkpoint is written."""


class Continued(msgspec.Struct, frozen=True, tag="continued"):
    """The run goes on after a pause."""


class Ranked(msgspec.Struct, frozen=True, tag="ranked"):
    """Which images to label next, the most worthwhile first."""

    suggestions: tuple[Suggestion, ...]


class Notice(msgspec.Struct, frozen=True, tag="notice"):
    """Something that a person should know; the run goes on."""

    message: str


class Finished(msgspec.Struct, frozen=True, tag="finished"):
    """The run is over and its model is written."""

    model_file: str
    promoted: bool
    verdict: str
    new: Scores | None
    old: Scores | None
    new_replay: float | None
    old_replay: float | None
    steps: int
    cpu_seconds: float


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """The run is over without a model; with ``can_resume`` its last round is saved."""

    message: str
    hint: str = ""
    can_resume: bool = False


class Compared(msgspec.Struct, frozen=True, tag="compared"):
    """Models were judged on the same images; everything in the order of ``model_ids``.

    ``old`` is Dice on pictures that the bundled models know. With ``by_parts`` only
    a part of each image was looked at.
    """

    model_ids: tuple[str, ...]
    scores: tuple[Scores, ...]
    old: tuple[float | None, ...]
    images: int
    by_parts: bool


End: TypeAlias = Finished | Failed | Compared
"""What a process says last, or last but for the ranking."""
Event: TypeAlias = Prepared | Stepped | Judged | Paused | Continued | Ranked | Notice | End


class Pause(msgspec.Struct, frozen=True, tag="pause"):
    """Stop after the current step and wait."""


class Continue(msgspec.Struct, frozen=True, tag="continue"):
    """Go on after a pause."""


class Stop(msgspec.Struct, frozen=True, tag="stop"):
    """End after the current step and keep the best model so far."""


Command: TypeAlias = Pause | Continue | Stop


def encode(message: Event | Command) -> bytes:
    """A message as one line."""
    return msgspec.json.encode(message) + b"\n"


def decode_event(line: bytes) -> Event:
    """A line of the trainer; raises ValueError when it is none."""
    event: Event = msgspec.json.decode(line, type=Event)
    return event


def decode_command(line: bytes) -> Command:
    """A line to the trainer; raises ValueError when it is none."""
    command: Command = msgspec.json.decode(line, type=Command)
    return command
