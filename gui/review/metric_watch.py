"""Measures everything about two layers in the background, on request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Signal

from core.document.annotation import LayerRole
from core.document.images import Dataset
from core.errors import MaskwrightError
from core.tasks.queue import Lane, Task, TaskContext, TaskHandle, TaskQueue
from gui.session import Session

if TYPE_CHECKING:
    from core.scoring.agreement import PairAgreement
    from core.scoring.metrics import DatasetMetrics

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """All numbers, the data they are of, and the session's revision at that time."""

    metrics: DatasetMetrics
    dataset: Dataset
    revision: int


class MetricWatch(QObject):
    """One measurement at a time; it can be called off, and goes stale with the next edit."""

    started = Signal()
    progressed = Signal(float)
    measured = Signal(object)
    """Carries a Measured."""
    agreed = Signal(object, object)
    """Carries the PairAgreements of all layers, and the names of the layers by id."""
    ended = Signal()
    """The work is over, whether or not it came to a result."""
    failed = Signal(object)

    def __init__(self, session: Session, tasks: TaskQueue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._tasks = tasks
        self._handle: TaskHandle | None = None
        self.last: Measured | None = None

    @property
    def is_running(self) -> bool:
        """Whether something is being measured."""
        return self._handle is not None

    @property
    def is_stale(self) -> bool:
        """Whether something was edited since the last measurement."""
        return self.last is not None and self.last.revision != self._session.revision

    def measure(self, truth_layer_id: int, prediction_layer_id: int) -> None:
        """Compute every number of two layers."""
        project, revision = self._session.project, self._session.revision

        def run(context: TaskContext) -> Measured:
            from core.scoring.metrics import measure_dataset

            dataset = project.snapshot()
            metrics = measure_dataset(
                dataset, truth_layer_id, prediction_layer_id, self._reporter(context)
            )
            return Measured(metrics, dataset, revision)

        self._submit(Task("Measure", Lane.INTERACTIVE, ("measure",), run), self._take)

    def compare_layers(self) -> None:
        """Compute how well every two layers agree."""
        project = self._session.project
        layers = self._session.state.layers.values()
        names = {layer.id: layer.name for layer in layers if layer.role is not LayerRole.PROPOSALS}

        def run(context: TaskContext) -> tuple[PairAgreement, ...]:
            from core.scoring.agreement import agreement

            return agreement(project.snapshot(), sorted(names), self._reporter(context))

        def take(found: tuple[PairAgreement, ...]) -> None:
            self._end()
            self.agreed.emit(found, names)

        self._submit(Task("Agreement", Lane.INTERACTIVE, ("measure",), run), take)

    def cancel(self) -> None:
        """Call the measurement off; the numbers of the one before stay."""
        if self._handle is not None:
            self._handle.cancel()
            self._end()

    def _submit(self, task: Task[T], take: Callable[[T], None]) -> None:
        self.cancel()
        self._handle = self._tasks.submit(task, take, self._on_failed)
        self.started.emit()

    def _reporter(self, context: TaskContext) -> Callable[[float], None]:
        """Hears the fraction done; says it on the window's thread, and raises to stop."""

        def report(share: float) -> None:
            context.check_cancelled()
            context.progress(share, "Scores")
            self.progressed.emit(share)

        return report

    def _take(self, found: Measured) -> None:
        self.last = found
        self._end()
        self.measured.emit(found)

    def _on_failed(self, error: MaskwrightError) -> None:
        self._end()
        self.failed.emit(error)

    def _end(self) -> None:
        self._handle = None
        self.ended.emit()
