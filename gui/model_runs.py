"""Asks the engine for proposals and hands what comes back to the deck."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from core.engine.client import EngineClient
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
)
from core.errors import MaskwrightError, ModelError
from core.models.proposal import ProposalSet
from core.models.registry import find_model
from gui.background import MainThreadBridge
from gui.image_loading import LoadedImage


@dataclass(frozen=True, slots=True)
class ModelRun:
    """A run that is waiting or under way; ``fraction`` is None until it has begun."""

    job: int
    image_id: int
    model_id: str
    model_name: str
    fraction: float | None = None
    text: str = "waiting"


class ModelRuns(QObject):
    """The window's side of the engine: which runs there are, and what became of them."""

    changed = Signal()
    """Runs or their progress have changed."""
    finished = Signal(object, object)
    """Carries the image id and the ProposalSet."""
    failed = Signal(object)
    """Carries a MaskwrightError."""
    device_changed = Signal(str)

    def __init__(self, bridge: MainThreadBridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.deliver = bridge.deliver
        self._engine = EngineClient(lambda event: bridge.deliver(lambda: self._on_event(event)))
        self._runs: dict[int, ModelRun] = {}
        self._weights: dict[str, Path] = {}

    @property
    def runs(self) -> tuple[ModelRun, ...]:
        """All runs that have not ended."""
        return tuple(self._runs.values())

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

    def start(self, model_id: str, image: LoadedImage) -> None:
        """Run a model on a full picture; runs for other images are called off."""
        if image.rgb is None:
            return
        try:
            spec = find_model(model_id)
            request = ModelRequest(
                image=image.rgb,
                image_digest=image.digest,
                model_id=model_id,
                weights=self._weights.get(model_id),
                parameters={},
            )
            job = self._engine.submit(request, Lane.VISIBLE)
        except MaskwrightError as error:
            self.failed.emit(error)
            return
        self._runs[job] = ModelRun(job, image.image_id, model_id, spec.name)
        self.changed.emit()

    def cancel_all(self) -> None:
        """Call off every run."""
        for job in tuple(self._runs):
            self._engine.cancel(job)

    def forget_all(self) -> None:
        """Call off every run and drop what is still on its way, because its project closes."""
        self.cancel_all()
        self._runs.clear()
        self.changed.emit()

    def cancel(self, job: int) -> None:
        """Call off one run."""
        self._engine.cancel(job)

    def close(self) -> None:
        """End the engine process."""
        self._engine.close()

    def _on_event(self, event: EngineEvent) -> None:
        match event:
            case EngineStarted():
                self.device_changed.emit(event.device_line)
            case JobProgress():
                self._on_progress(event)
            case JobFinished():
                self._on_finished(event.job, event.proposals)
            case JobFailed():
                self._end(event.job)
                self.failed.emit(ModelError(event.message, event.hint))
            case JobCancelled():
                self._end(event.job)
            case EngineDied():
                self.failed.emit(ModelError(event.message))

    def _on_progress(self, event: JobProgress) -> None:
        run = self._runs.get(event.job)
        if run is not None:
            self._runs[event.job] = replace(run, fraction=event.fraction, text=event.text)
            self.changed.emit()

    def _on_finished(self, job: int, proposals: ProposalSet) -> None:
        run = self._end(job)
        if run is not None:
            self.finished.emit(run.image_id, proposals)

    def _end(self, job: int) -> ModelRun | None:
        run = self._runs.pop(job, None)
        if run is not None:
            self.changed.emit()
        return run
