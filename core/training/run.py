"""A training run as files in a folder: what was asked for, and how far it is. No torch.

``run.json`` says what to do and never changes; ``events.jsonl`` grows with
everything that happened, so that the curves are there after a restart;
``checkpoint.safetensors`` (and the one before it) is where the run goes on.
"""

from __future__ import annotations

import secrets
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from core.errors import FormatError, ReadError
from core.formats.atomic import make_folder, write_atomically
from core.training import events
from core.training.recipe import Recipe, check_recipe

_RUN = "run.json"
_EVENTS = "events.jsonl"
SNAPSHOT_FOLDER = "snapshot"
REPLAY_FOLDER = "replay"
CHECKPOINT = "checkpoint.safetensors"
PREVIOUS_CHECKPOINT = "checkpoint-before.safetensors"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOrder:
    """What a run shall do.

    ``parent_id`` is the model to start from and to compare with, ``parent_weights``
    its file where that is not the registered one. ``held_out`` are the images
    that were held out before. ``preview_image`` is shown after each round.
    ``model_file`` is where the model is written.
    """

    model_id: str
    name: str
    parent_id: str
    model_file: str
    parent_weights: str = ""
    preview_image: str = ""
    held_out: tuple[int, ...] = ()
    candidates: tuple[tuple[int, str], ...] = ()
    """Images without labels, id and path, of which some are suggested next."""
    device: str = "auto"
    recipe: Recipe = field(default_factory=Recipe)


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The files of one run."""

    path: Path

    @property
    def snapshot(self) -> Path:
        """Folder of what is learnt from."""
        return self.path / SNAPSHOT_FOLDER

    @property
    def replay(self) -> Path:
        """Folder of the pictures to replay, where a person has named some."""
        return self.path / REPLAY_FOLDER

    @property
    def has_ended(self) -> bool:
        """Whether the run has written a model or given up."""
        last: events.Event | None = None
        for event in self.events():
            if isinstance(event, events.Finished | events.Failed):
                last = event
        return last is not None and not (isinstance(last, events.Failed) and last.can_resume)

    @property
    def can_resume(self) -> bool:
        """Whether there is something to go on with."""
        return (self.path / _RUN).is_file() and not self.has_ended

    def write_order(self, order: RunOrder) -> None:
        """Begin a run; raises WriteError."""
        make_folder(self.path)
        write_atomically(self.path / _RUN, msgspec.json.encode(order))

    def read_order(self) -> RunOrder:
        """What the run shall do; raises ReadError or FormatError."""
        path = self.path / _RUN
        try:
            order = msgspec.json.decode(path.read_bytes(), type=RunOrder)
            check_recipe(order.recipe)
        except OSError as error:
            raise ReadError(f"{path} cannot be read: {error.strerror}.") from error
        except (msgspec.DecodeError, ValueError) as error:
            raise FormatError(path, "", f"it describes no training run ({error})") from error
        return order

    def append(self, event: events.Event) -> None:
        """Keep an event; a full disk costs the curve and not the run."""
        try:
            with (self.path / _EVENTS).open("ab") as file:
                file.write(events.encode(event))
        except OSError:
            return

    def events(self) -> Iterator[events.Event]:
        """What has happened so far; a line that was cut off is skipped."""
        try:
            lines = (self.path / _EVENTS).read_bytes().splitlines()
        except OSError:
            return
        for line in lines:
            try:
                yield events.decode_event(line)
            except ValueError:
                continue

    def remove(self) -> None:
        """Delete the run; the model that it made stays where it is."""
        shutil.rmtree(self.path, ignore_errors=True)


def new_model_id() -> str:
    """An id that no other model has, which sorts by time."""
    return f"trained-{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(2)}"


def runs_in(folder: Path) -> tuple[RunFolder, ...]:
    """The runs in a folder, oldest first."""
    if not folder.is_dir():
        return ()
    return tuple(RunFolder(path) for path in sorted(folder.iterdir()) if (path / _RUN).is_file())
