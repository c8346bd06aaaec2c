"""Logs what an image took when it is approved."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from core.document.annotation import LayerRole
from core.document.document import ImageState
from core.document.history import HistoryEvent
from core.tasks.queue import Lane, Task, TaskContext, TaskQueue
from core.training.effort import Effort, effort_of, log_effort, read_efforts
from gui.session import Session


class EffortWatch(QObject):
    """Reads and writes the log in the background."""

    changed = Signal(object)
    """Carries the efforts of all approved images, in the order of approval."""

    def __init__(
        self, session: Session, tasks: TaskQueue, folder: Path, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._tasks = tasks
        self._folder = folder
        session.document_changed.connect(self._on_change)

    def look(self) -> None:
        """Read what was logged before."""
        folder = self._folder
        self._submit(lambda _context: read_efforts(folder))

    def _submit(self, run: Callable[[TaskContext], tuple[Effort, ...]]) -> None:
        self._tasks.submit(
            Task("Effort", Lane.VISIBLE, None, run),
            self.changed.emit,
            self._session.error_raised.emit,
        )

    def _on_change(self, event: HistoryEvent) -> None:
        approved = [
            image_id
            for image_id, part in event.change.images.items()
            if part.state is not None and part.state[1] is ImageState.APPROVED
        ]
        layer = self._session.state.layer_of(LayerRole.MINE)
        if not approved or layer is None or self._session.project.read_only:
            return
        dataset, folder = self._session.project.snapshot(), self._folder

        def run(context: TaskContext) -> tuple[Effort, ...]:
            for image_id in approved:
                context.check_cancelled()
                log_effort(folder, effort_of(dataset.load(image_id), layer.id))
            return read_efforts(folder)

        self._submit(run)
