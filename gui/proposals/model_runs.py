"""Asks the engine for proposals and hands what comes back to the deck."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from core.document.annotation import AttributeValue
from core.engine.client import DEFAULT_RUNNER, EngineClient
from core.engine.edge_jobs import EdgeJobs
from core.engine.prefetch import Prefetch
from core.engine.protocol import (
    EngineDied,
    EngineEvent,
    EngineStarted,
    JobCancelled,
    JobFailed,
    JobFinished,
    JobProgress,
    Lane,
    ModelRequest,
    RgbImage,
)
from core.errors import MaskwrightError, ModelError
from core.models.proposal import ProposalSet
from core.models.registry import find_model
from gui.background import MainThreadBridge

Parameters = Mapping[str, AttributeValue]


@dataclass(frozen=True, slots=True)
class ModelRun:
    """A run that is waiting or under way; ``fraction`` is None until it has begun."""

    job: int
    image_id: int
    model_id: str
    model_name: str
    lane: Lane = Lane.VISIBLE
    fraction: float | None = None
    text: str = "waiting"


class ModelRuns(QObject):
    """The window's side of the engine: which runs there are, and what became of them."""

    changed = Signal()
    """Runs or their progress have changed."""
    finished = Signal(object, object)
    """Of a run that a person asked for: carries the image id and the ProposalSet."""
    failed = Signal(object)
    """Of such a run, and of the engine as a whole: carries a MaskwrightError."""
    ended = Signal(object, object)
    """Of every run: carries the ModelRun and its ProposalSet, its MaskwrightError, or None
    when it was called off."""
    device_changed = Signal(str)

    def __init__(
        self,
        bridge: MainThreadBridge,
        parent: QObject | None = None,
        *,
        runner: str = DEFAULT_RUNNER,
    ) -> None:
        """``runner`` names the class that runs models in the engine's process."""
        super().__init__(parent)
        self.deliver = bridge.deliver
        self._engine = EngineClient(self._hear, runner=runner)
        self.edges = EdgeJobs(self._engine)
        """Edges of images for the regions, asked for from background threads."""
        self._runs: dict[int, ModelRun] = {}
        self._weights: dict[str, Path] = {}
        self._ahead = Prefetch(self._engine)

    @property
    def runs(self) -> tuple[ModelRun, ...]:
        """All runs that have not ended."""
        return tuple(self._runs.values())

    def runs_for(self, image_id: int | None) -> tuple[ModelRun, ...]:
        """Runs that a person waits for: those that were asked for, and any on this image."""
        return tuple(
            run
            for run in self._runs.values()
            if run.lane is Lane.VISIBLE or run.image_id == image_id
        )

    @property
    def device_line(self) -> str:
        """Which device models run on, in words."""
        return self._engine.device_line

    def use_weights(self, model_id: str, path: Path) -> None:
        """Load this file for the model from now on; raises ModelError for no model."""
        find_model(model_id)
        self._weights[model_id] = path

    def has_weights(self, model_id: str) -> bool:
        """Whether a file was named for the model."""
        return model_id in self._weights

    def named_weights(self, model_id: str) -> Path | None:
        """The file that was named for the model, None when none was."""
        return self._weights.get(model_id)

    def request(
        self, model_id: str, image: RgbImage | Path, digest: str, parameters: Parameters
    ) -> ModelRequest:
        """One model on one picture, with the weights that were named for it."""
        return ModelRequest(image, digest, model_id, self._weights.get(model_id), parameters)

    def start(self, image_id: int, request: ModelRequest) -> None:
        """Run a model that a person waits for; runs for other images are called off."""
        if self._submit(image_id, request, Lane.VISIBLE) is not None:
            self.changed.emit()

    def run_later(self, image_id: int, request: ModelRequest) -> int | None:
        """Run a model when nothing more urgent is to be done; None when it cannot be."""
        return self._submit(image_id, request, Lane.BATCH)

    def want_ahead(self, wanted: Sequence[tuple[int, ModelRequest]]) -> None:
        """Run these, by image id, for images that are likely next, and nothing else ahead."""
        jobs = self._ahead.want([request for _, request in wanted])
        for job, (image_id, request) in zip(jobs, wanted, strict=True):
            if job not in self._runs:
                self._note(job, image_id, request, Lane.PREFETCH)
        self.changed.emit()

    def _submit(self, image_id: int, request: ModelRequest, lane: Lane) -> int | None:
        try:
            find_model(request.model_id)
            job = self._engine.submit(request, lane)
        except MaskwrightError as error:
            self.failed.emit(error)
            return None
        self._ahead.release(job)
        self._note(job, image_id, request, lane)
        return job

    def _note(self, job: int, image_id: int, request: ModelRequest, lane: Lane) -> None:
        known = self._runs.get(job)
        lane = lane if known is None else min(lane, known.lane)
        name = find_model(request.model_id).name
        self._runs[job] = ModelRun(job, image_id, request.model_id, name, lane)

    def cancel_all(self) -> None:
        """Call off every run but those over many images, which have a cancel of their own."""
        for run in self.runs:
            if run.lane is not Lane.BATCH:
                self._engine.cancel(run.job)

    def forget_all(self) -> None:
        """Call off every run and drop what is still on its way, because its project closes."""
        for job in tuple(self._runs):
            self._engine.cancel(job)
        self._runs.clear()
        self.changed.emit()

    def cancel(self, job: int) -> None:
        """Call off one run."""
        self._engine.cancel(job)

    def close(self) -> None:
        """End the engine process."""
        self._engine.close()

    def _hear(self, event: EngineEvent) -> None:
        """On the engine client's thread: what is not waited for there goes to the window's."""
        if not self.edges.hear(event):
            self.deliver(lambda: self._on_event(event))

    def _on_event(self, event: EngineEvent) -> None:
        match event:
            case EngineStarted():
                self.device_changed.emit(event.device_line)
            case JobProgress():
                self._on_progress(event)
            case JobFinished():
                self._on_ended(event.job, event.proposals)
            case JobFailed():
                self._on_ended(event.job, ModelError(event.message, event.hint))
            case JobCancelled():
                self._on_ended(event.job, None)
            case EngineDied():
                self.failed.emit(ModelError(event.message))

    def _on_progress(self, event: JobProgress) -> None:
        run = self._runs.get(event.job)
        if run is not None:
            self._runs[event.job] = replace(run, fraction=event.fraction, text=event.text)
            self.changed.emit()

    def _on_ended(self, job: int, outcome: ProposalSet | ModelError | None) -> None:
        self._ahead.release(job)
        run = self._runs.pop(job, None)
        if run is None:
            return
        self.changed.emit()
        if run.lane is Lane.VISIBLE:
            if isinstance(outcome, ProposalSet):
                self.finished.emit(run.image_id, outcome)
            elif outcome is not None:
                self.failed.emit(outcome)
        self.ended.emit(run, outcome)
