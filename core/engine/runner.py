"""What the engine's process needs of whoever runs the models in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol

from core.engine.protocol import RgbImage
from core.engine.wire import RunJob
from core.errors import Cancelled
from core.grouping.leaves import ImagePart
from core.models.proposal import Proposal


@dataclass(frozen=True, slots=True)
class JobContext:
    """A running job's line to the outside."""

    cancelled: Callable[[], bool]
    progress: Callable[[float, str], None]

    def check_cancelled(self) -> None:
        """Raise Cancelled when the job was called off."""
        if self.cancelled():
            raise Cancelled


@dataclass(frozen=True, slots=True, eq=False)
class RunResult:
    """Proposals, best first, and how they came about (see ProposalSet)."""

    items: tuple[Proposal, ...]
    weights_hash: str
    degraded: str = ""
    seconds: float = 0.0
    device: str = "cpu"


class Runner(Protocol):
    """Runs models on one device."""

    def start(self, device: str) -> str:
        """Import what is heavy and choose the device ("auto" or a name); returns a line for people.

        Raises ModelError when the device is not there.
        """
        ...

    @property
    def device(self) -> str:
        """Name of the chosen device for torch, once started."""
        ...

    def find_edges(self, image: RgbImage, context: JobContext) -> ImagePart:
        """The image part of grouping on the device; raises Cancelled, MaskwrightError."""
        ...

    def run(self, job: RunJob, image: RgbImage, context: JobContext) -> RunResult:
        """Run one job; raises Cancelled, MaskwrightError."""
        ...


def load_runner(name: str) -> Runner:
    """Build the runner named as ``module:Class``."""
    module, _, attribute = name.partition(":")
    runner: Runner = getattr(import_module(module), attribute)()
    return runner
