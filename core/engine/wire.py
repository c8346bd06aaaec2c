"""The messages on the engine's pipe: one line of JSON each, arrays named by their place."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from core.document.annotation import AttributeValue
from core.engine.arrays import ArrayPlace


class RunJob(msgspec.Struct, frozen=True, tag="run"):
    """To the engine: run a model. The image is an array of a file, or a picture file."""

    job: int
    model_id: str
    weights: str | None
    parameters: dict[str, AttributeValue]
    arrays_file: str = ""
    image: ArrayPlace | None = None
    image_path: str = ""


class FindEdges(msgspec.Struct, frozen=True, tag="edges"):
    """To the engine: edge and leaves of an image at the work scale of grouping."""

    job: int
    arrays_file: str
    image: ArrayPlace


class CancelJob(msgspec.Struct, frozen=True, tag="cancel"):
    """To the engine: stop a job at the next layer."""

    job: int


ToEngine: TypeAlias = RunJob | FindEdges | CancelJob


class BoxShape(msgspec.Struct, frozen=True, tag="box"):
    """An upright box."""

    box: tuple[float, float, float, float]


class RotatedBoxShape(msgspec.Struct, frozen=True, tag="rotated_box"):
    """A turned box: centre, width, height, degrees."""

    values: tuple[float, float, float, float, float]


class PolygonShape(msgspec.Struct, frozen=True, tag="polygon"):
    """Parts, each an outline and its holes."""

    parts: tuple[tuple[ArrayPlace, ...], ...]


class MaskShape(msgspec.Struct, frozen=True, tag="mask"):
    """A mask: left, top, width, height, and its packed bits."""

    box: tuple[int, int, int, int]
    bits: ArrayPlace


class KeypointsShape(msgspec.Struct, frozen=True, tag="keypoints"):
    """Points (x, y, visibility)."""

    points: tuple[tuple[float, float, int], ...]


class ScribbleShape(msgspec.Struct, frozen=True, tag="scribble"):
    """A line and its radius."""

    points: ArrayPlace
    radius_px: float


Shape: TypeAlias = (
    BoxShape | RotatedBoxShape | PolygonShape | MaskShape | KeypointsShape | ScribbleShape
)


class SoftMaskShape(msgspec.Struct, frozen=True):
    """Probabilities on a small grid over a box."""

    box: tuple[float, float, float, float]
    values: ArrayPlace


class ProposalRecord(msgspec.Struct, frozen=True):
    """One proposal."""

    id: int
    shape: Shape
    score: float
    label: str
    source: str
    soft_mask: SoftMaskShape | None = None


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """From the engine: it can run jobs now."""

    device_line: str
    device: str = "cpu"


class NotStarted(msgspec.Struct, frozen=True, tag="not_started"):
    """From the engine: it cannot run at all, and ends."""

    message: str
    hint: str


class Progressed(msgspec.Struct, frozen=True, tag="progress"):
    """From the engine: how far a job is."""

    job: int
    fraction: float
    text: str


class Finished(msgspec.Struct, frozen=True, tag="finished"):
    """From the engine: the result of a job."""

    job: int
    arrays_file: str
    items: tuple[ProposalRecord, ...]
    size: tuple[int, int]
    weights_hash: str
    degraded: str
    seconds: float
    device: str


class FoundEdges(msgspec.Struct, frozen=True, tag="found_edges"):
    """From the engine: float32 edge and int32 leaves."""

    job: int
    arrays_file: str
    edge: ArrayPlace
    leaves: ArrayPlace


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """From the engine: a job ended without a result."""

    job: int
    message: str
    hint: str


class CalledOff(msgspec.Struct, frozen=True, tag="called_off"):
    """From the engine: a job was stopped as asked."""

    job: int


FromEngine: TypeAlias = Ready | NotStarted | Progressed | Finished | FoundEdges | Failed | CalledOff


def encode(message: ToEngine | FromEngine) -> bytes:
    """A message as one line."""
    return msgspec.json.encode(message) + b"\n"


def decode_for_engine(line: bytes) -> ToEngine:
    """A line as the engine reads it; raises ValueError when it is none."""
    decoded: ToEngine = msgspec.json.decode(line, type=ToEngine)
    return decoded


def decode_from_engine(line: bytes) -> FromEngine:
    """A line as the program reads it; raises ValueError when it is none."""
    decoded: FromEngine = msgspec.json.decode(line, type=FromEngine)
    return decoded
