"""What is asked of the engine and what it says back; knows neither torch nor pipes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from core.document.annotation import AttributeValue
from core.grouping.leaves import ImagePart
from core.models.proposal import ProposalSet

RgbImage = npt.NDArray[np.uint8]


class Lane(IntEnum):
    """How soon a model is wanted; a lower number goes first."""

    VISIBLE = 0
    """For the image on the screen."""
    PREFETCH = 1
    """For an image that is likely next."""
    BATCH = 2
    """For many images; nobody waits."""


@dataclass(frozen=True, slots=True, eq=False)
class ModelRequest:
    """One model on one image.

    ``image`` is uint8 of shape (height, width, 3), not changed afterwards, or
    the file to read. ``image_digest`` is the hash of the image's content.
    ``weights`` is a file that the user named, None for the model's own.
    """

    image: RgbImage | Path
    image_digest: str
    model_id: str
    weights: Path | None = None
    parameters: Mapping[str, AttributeValue] = field(default_factory=lambda: MappingProxyType({}))

    def is_about_the_image_of(self, other: ModelRequest) -> bool:
        """Whether both are about the same image; without a digest only the very same one is."""
        if self.image_digest or other.image_digest:
            return self.image_digest == other.image_digest
        return self.image is other.image

    def asks_the_same_as(self, other: ModelRequest) -> bool:
        """Whether both would give the same proposals."""
        return self.is_about_the_image_of(other) and (
            self.model_id == other.model_id
            and self.weights == other.weights
            and dict(self.parameters) == dict(other.parameters)
        )


@dataclass(frozen=True, slots=True, eq=False)
class EdgeRequest:
    """Edge and leaves of an image at the work scale of ``core.grouping``, uint8 RGB."""

    image: RgbImage


Request = ModelRequest | EdgeRequest


@dataclass(frozen=True, slots=True)
class EngineStarted:
    """The engine's process is ready; ``device_line`` names its device and says why.

    ``device`` is its name for torch, such as "cuda" or "cpu".
    """

    device_line: str
    device: str = "cpu"


@dataclass(frozen=True, slots=True)
class JobProgress:
    """A job has come this far; ``fraction`` lies in [0, 1]."""

    job: int
    fraction: float
    text: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class JobFinished:
    """A job has its result."""

    job: int
    proposals: ProposalSet


@dataclass(frozen=True, slots=True, eq=False)
class EdgesFound:
    """A job that asked for edges has its result."""

    job: int
    part: ImagePart


@dataclass(frozen=True, slots=True)
class JobFailed:
    """A job ended without a result: a sentence why, and what to do."""

    job: int
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class JobCancelled:
    """A job was called off or superseded; it will say nothing more."""

    job: int


@dataclass(frozen=True, slots=True)
class EngineDied:
    """The engine's process ended by itself; the next job starts another one."""

    message: str


EngineEvent = (
    EngineStarted | JobProgress | JobFinished | EdgesFound | JobFailed | JobCancelled | EngineDied
)
