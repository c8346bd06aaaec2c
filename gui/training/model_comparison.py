"""Has models judged on the same images, in a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from core.document.annotation import LayerRole
from core.errors import MaskwrightError, ModelError
from core.tasks.queue import Lane, Task, TaskContext, TaskHandle, TaskQueue
from core.training import events
from core.training.client import TrainerClient
from core.training.places import TrainingPlace
from core.training.run import RunFolder
from gui.session import Session


class ModelComparison(QObject):
    """One comparison at a time; a new one ends the one before."""

    compared = Signal(object)
    """Carries events.Compared."""
    failed = Signal(object)
    """Carries a MaskwrightError: there is nothing to compare on, or it went wrong."""

    def __init__(
        self,
        session: Session,
        tasks: TaskQueue,
        deliver: Callable[[Callable[[], None]], None],
        place: TrainingPlace,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._tasks = tasks
        self._deliver = deliver
        self._place = place
        self._client = TrainerClient(self._hear)
        self._preparing: TaskHandle | None = None
        self._folder: RunFolder | None = None

    def start(self, model_ids: Sequence[str], weights: Mapping[str, Path]) -> None:
        """Judge these models; ``weights`` are files that were named for some of them."""
        self.cancel()
        project = self._session.project
        layer = self._session.state.layer_of(LayerRole.MINE)
        dataset = project.snapshot()

        def run(context: TaskContext) -> RunFolder:
            from core.training.comparison import prepare_comparison

            candidates = None if layer is None else project.images_with_layer(layer.id)
            return prepare_comparison(
                dataset,
                self._place,
                model_ids,
                weights=weights,
                candidates=candidates,
                check=context.check_cancelled,
            )

        self._preparing = self._tasks.submit(
            Task("Prepare a comparison", Lane.INTERACTIVE, "comparison", run),
            self._launch,
            self._on_not_prepared,
        )

    def cancel(self) -> None:
        """End what is under way; nobody is told."""
        if self._preparing is not None:
            self._preparing.cancel()
            self._preparing = None
        self._client.close()
        if self._folder is not None:
            self._folder.remove()
            self._folder = None

    def _launch(self, folder: RunFolder) -> None:
        self._preparing = None
        self._folder = folder
        self._client.start(folder)

    def _on_not_prepared(self, error: MaskwrightError) -> None:
        self._preparing = None
        self.failed.emit(error)

    def _hear(self, event: events.Event) -> None:
        """On a thread of the client."""
        self._deliver(lambda: self._take(event))

    def _take(self, event: events.Event) -> None:
        if self._folder is None:
            return
        if isinstance(event, events.Compared):
            self.compared.emit(event)
        elif isinstance(event, events.Failed):
            self.failed.emit(ModelError(event.message))
