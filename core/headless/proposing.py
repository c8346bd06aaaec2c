"""Runs a model over images without a window."""

from __future__ import annotations

import contextlib
import queue
from collections.abc import Callable, Generator, Sequence
from pathlib import Path

from core.engine.client import EngineClient
from core.engine.protocol import (
    EngineDied,
    EngineEvent,
    JobCancelled,
    JobFailed,
    JobFinished,
    Lane,
    ModelRequest,
)
from core.errors import MaskwrightError, ModelError
from core.imaging.reading import content_digest
from core.models.proposal import ProposalSet
from core.models.registry import find_model

SILENCE_LIMIT_S = 1800.0


def propose_images(
    paths: Sequence[Path],
    model_id: str,
    *,
    weights: Path | None = None,
    device: str = "auto",
    on_image: Callable[[int, ProposalSet], None] | None = None,
) -> tuple[ProposalSet, ...]:
    """Proposals of one model for each image, in the order of ``paths``.

    ``on_image`` is called with the place of an image and its proposals as soon
    as they are there. Raises ModelError, naming the image, when a run fails.
    """
    found: list[ProposalSet] = []
    outcomes = propose_each(paths, model_id, weights=weights, device=device)
    with contextlib.closing(outcomes):
        for place, outcome in enumerate(outcomes):
            if isinstance(outcome, MaskwrightError):
                raise outcome
            found.append(outcome)
            if on_image is not None:
                on_image(place, outcome)
    return tuple(found)


def propose_each(
    paths: Sequence[Path],
    model_id: str,
    *,
    weights: Path | None = None,
    device: str = "auto",
) -> Generator[ProposalSet | MaskwrightError, None, None]:
    """Of each image in turn its proposals, or the error that names it; others go on.

    Raises ModelError when there is no such model. Close the generator to end the
    engine before the last image.
    """
    find_model(model_id)
    events: queue.SimpleQueue[EngineEvent] = queue.SimpleQueue()
    client = EngineClient(events.put, device=device)
    try:
        for path in paths:
            try:
                request = ModelRequest(path, content_digest(path), model_id, weights)
                yield _result_of(client.submit(request, Lane.BATCH), path, events)
            except MaskwrightError as error:
                yield error
    finally:
        client.close()


def _result_of(job: int, path: Path, events: queue.SimpleQueue[EngineEvent]) -> ProposalSet:
    while True:
        event = _next_event(path, events)
        match event:
            case JobFinished() if event.job == job:
                return event.proposals
            case JobFailed() if event.job == job:
                raise ModelError(f"{path}: {event.message}", event.hint)
            case JobCancelled() if event.job == job:
                raise ModelError(f"{path}: the run was called off.")
            case EngineDied():
                raise ModelError(f"{path}: {event.message}", "Try again, or use --device cpu.")
            case _:
                continue


def _next_event(path: Path, events: queue.SimpleQueue[EngineEvent]) -> EngineEvent:
    try:
        return events.get(timeout=SILENCE_LIMIT_S)
    except queue.Empty:
        raise ModelError(
            f"{path}: the engine has said nothing for {SILENCE_LIMIT_S / 60:.0f} minutes.",
            "Try a smaller image, or use --device cpu.",
        ) from None
