"""One model over many images in the background; what it proposes waits in each image's deck."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, Signal

from core.engine.protocol import ModelRequest
from core.errors import MaskwrightError, ModelError
from core.imaging.reading import content_digest
from core.models.proposal import ProposalSet
from core.models.registry import find_model
from core.tasks.queue import Lane, Task, TaskContext, TaskQueue
from gui.proposals.model_runs import ModelRun, ModelRuns, Parameters
from gui.proposals.result_cache import ResultCache
from gui.session import Session

AT_ONCE = 2
FAILURES_IN_A_ROW = 5


@dataclass(frozen=True, slots=True)
class BatchFailure:
    """An image on which the model did not run, and why."""

    image_name: str
    message: str
    hint: str


@dataclass(slots=True)
class BatchReport:
    """How far a batch is; ``known`` images had their results from before."""

    model_name: str
    total: int
    done: int = 0
    known: int = 0
    proposals: int = 0
    failures: list[BatchFailure] = field(default_factory=list)
    ended_early: str = ""
    seconds_left: float | None = None


@dataclass(slots=True)
class _Batch:
    """One batch under way: ``flying`` are the jobs of the engine by their image."""

    model_id: str
    parameters: Parameters
    waiting: deque[int]
    report: BatchReport
    begun_s: float
    flying: dict[int, int] = field(default_factory=dict)
    looking: int = 0
    in_a_row: int = 0


class BatchProposals(QObject):
    """Runs behind everything that a person waits for, and never touches an annotation."""

    progressed = Signal(object)
    """Carries the BatchReport so far."""
    finished = Signal(object)
    """Carries the BatchReport, also of a batch that was called off."""
    proposed = Signal(object, object)
    """Carries an image id and its ProposalSet."""

    def __init__(
        self,
        session: Session,
        runs: ModelRuns,
        cache: ResultCache,
        tasks: TaskQueue,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._runs = runs
        self._cache = cache
        self._tasks = tasks
        self._batch: _Batch | None = None
        runs.ended.connect(self._on_ended)

    @property
    def is_running(self) -> bool:
        """Whether a batch is under way."""
        return self._batch is not None

    def start(self, model_id: str, image_ids: Sequence[int], parameters: Parameters) -> bool:
        """Run a model over these images in their order; False while another batch runs."""
        if self._batch is not None or not image_ids:
            return False
        report = BatchReport(find_model(model_id).name, len(image_ids))
        self._batch = _Batch(model_id, parameters, deque(image_ids), report, time.monotonic())
        self.progressed.emit(report)
        self._go_on()
        return True

    def cancel(self) -> None:
        """Stop; what was proposed until now stays."""
        batch = self._batch
        if batch is not None:
            self._end(f"Stopped after {batch.report.done} of {batch.report.total} images.")

    def _go_on(self) -> None:
        batch = self._batch
        while batch is not None and batch.waiting and _busy(batch) < AT_ONCE:
            self._look(batch, batch.waiting.popleft())
        if batch is not None and batch is self._batch and not batch.waiting and not _busy(batch):
            self._end("")

    def _look(self, batch: _Batch, image_id: int) -> None:
        """Take the result from before, or have the model run."""
        image = self._session.images.by_id(image_id)
        path = self._session.project.image_path(image)
        named = self._runs.named_weights(batch.model_id)
        batch.looking += 1

        def look(_context: TaskContext) -> ProposalSet | ModelRequest:
            digest = content_digest(path)
            found = self._cache.find(batch.model_id, named, digest, batch.parameters)
            return found or ModelRequest(path, digest, batch.model_id, named, batch.parameters)

        self._tasks.submit(
            Task("Propose on many images", Lane.BATCH, None, look),
            lambda found: self._on_looked(batch, image_id, found),
            lambda error: self._on_looked(batch, image_id, error),
        )

    def _on_looked(
        self, batch: _Batch, image_id: int, found: ProposalSet | ModelRequest | MaskwrightError
    ) -> None:
        batch.looking -= 1
        if batch is not self._batch:
            return
        if isinstance(found, ModelRequest):
            job = self._runs.run_later(image_id, found)
            if job is None:
                self._end("The engine takes no jobs.")
                return
            batch.flying[job] = image_id
        else:
            batch.report.known += isinstance(found, ProposalSet)
            self._count(batch, image_id, found)
        self._go_on()

    def _on_ended(self, run: ModelRun, outcome: object) -> None:
        batch = self._batch
        if batch is None or run.job not in batch.flying:
            return
        image_id = batch.flying.pop(run.job)
        self._count(batch, image_id, outcome)
        self._go_on()

    def _count(self, batch: _Batch, image_id: int, outcome: object) -> None:
        report = batch.report
        report.done += 1
        if isinstance(outcome, ProposalSet):
            report.proposals += len(outcome.items)
            batch.in_a_row = 0
            self.proposed.emit(image_id, outcome)
        else:
            called_off = ModelError("It was called off.")
            failure = outcome if isinstance(outcome, MaskwrightError) else called_off
            name = self._session.images.by_id(image_id).name
            report.failures.append(BatchFailure(name, failure.message, failure.hint))
            batch.in_a_row += 1
        spent = time.monotonic() - batch.begun_s
        report.seconds_left = spent / report.done * (report.total - report.done)
        self.progressed.emit(report)
        if batch.in_a_row >= FAILURES_IN_A_ROW and batch.waiting:
            self._end(f"Stopped: {FAILURES_IN_A_ROW} images in a row failed.")

    def _end(self, early: str) -> None:
        batch, self._batch = self._batch, None
        if batch is None:
            return
        for job in batch.flying:
            self._runs.cancel(job)
        batch.report.ended_early = early
        batch.report.seconds_left = None
        self.finished.emit(batch.report)


def _busy(batch: _Batch) -> int:
    return len(batch.flying) + batch.looking
